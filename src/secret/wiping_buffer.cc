#include "secret/wiping_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "secret/pool.h"

namespace kagimori::secret {
namespace {

constexpr size_t kFirstCapacity = 1024;

}  // namespace

WipingBuffer::WipingBuffer(WipingBuffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      capacity_(std::exchange(other.capacity_, 0)) {}

WipingBuffer& WipingBuffer::operator=(WipingBuffer&& other) noexcept {
  WipingBuffer taken(std::move(other));
  std::swap(data_, taken.data_);
  std::swap(size_, taken.size_);
  std::swap(capacity_, taken.capacity_);
  return *this;
}

WipingBuffer::~WipingBuffer() { Clear(); }

void WipingBuffer::Resize(size_t size) {
  if (size < size_) {
    Wipe(std::span<char>(data_ + size, size_ - size));
  } else {
    Grow(size);
  }
  size_ = size;
}

void WipingBuffer::Clear() noexcept {
  if (data_ == nullptr) return;
  FreeBlock(PoolKind::kBody, {reinterpret_cast<uint8_t*>(data_), capacity_});
  data_ = nullptr;
  size_ = capacity_ = 0;
}

void WipingBuffer::Reallocate(size_t capacity) {
  // Doubling keeps appending linear; a block's whole capacity is usable.
  size_t wanted = std::max({capacity, 2 * capacity_, kFirstCapacity});
  Block block = AllocateBlock(PoolKind::kBody, wanted);
  KAGIMORI_SECRET_UNPOISON(block.data, block.capacity);
  std::copy(data_, data_ + size_, reinterpret_cast<char*>(block.data));
  size_t size = size_;
  Clear();
  data_ = reinterpret_cast<char*>(block.data);
  size_ = size;
  capacity_ = block.capacity;
}

void Wipe(std::span<char> chars) noexcept {
  if (!chars.empty()) explicit_bzero(chars.data(), chars.size());
}

void Wipe(MutableByteView bytes) noexcept {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

void WipeString(std::string* text) noexcept {
  // Growing to the capacity moves nothing and makes all of it the string's own to write.
  text->resize(text->capacity());
  Wipe(std::span<char>(text->data(), text->size()));
  text->clear();
}

}  // namespace kagimori::secret
