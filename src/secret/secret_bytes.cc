#include "secret/secret_bytes.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

#include "secret/pool.h"

namespace kagimori::secret {

SecretBytes::SecretBytes(size_t size) {
  if (size == 0) return;
  Block block = AllocateBlock(PoolKind::kSecret, size);
  data_ = block.data;
  size_ = size;
  capacity_ = block.capacity;
}

SecretBytes SecretBytes::CopyOf(ByteView bytes) {
  SecretBytes copy(bytes.size());
  std::copy(bytes.begin(), bytes.end(), copy.data_);
  return copy;
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
  SecretBytes taken(std::move(other));
  std::swap(data_, taken.data_);
  std::swap(size_, taken.size_);
  std::swap(capacity_, taken.capacity_);
  return *this;
}

SecretBytes::~SecretBytes() {
  if (data_ != nullptr) FreeBlock(PoolKind::kSecret, {data_, capacity_});
}

SecretBytes SecretBytes::Clone() const { return CopyOf({data_, size_}); }

void SecretBytes::Shrink(size_t size) {
  assert(size <= size_);
  if (size >= size_) return;
  explicit_bzero(data_ + size, size_ - size);
  KAGIMORI_SECRET_POISON(data_ + size, size_ - size);
  size_ = size;
}

}  // namespace kagimori::secret
