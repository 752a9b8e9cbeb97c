#ifndef KAGIMORI_SECRET_SECRET_BYTES_H_
#define KAGIMORI_SECRET_SECRET_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "base/bytes.h"
#include "secret/access.h"

namespace kagimori::secret {

// Secret bytes on the heap of the secret arena: wiped when they go, moved but never copied, shown to nobody but the
// holders of an Access. There is no ==, no <<, no iterator and no conversion, on purpose: comparing is secret::Equal's
// job and showing nobody's.
class SecretBytes {
 public:
  SecretBytes() = default;
  // `size` zero bytes.
  explicit SecretBytes(size_t size);
  // Takes a copy; wiping the source is the caller's business.
  static SecretBytes CopyOf(ByteView bytes);

  SecretBytes(SecretBytes&& other) noexcept;
  SecretBytes& operator=(SecretBytes&& other) noexcept;
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes();

  SecretBytes Clone() const;

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Views are valid until this object is moved, shrunk or destroyed.
  ByteView Open(Access) const { return {data_, size_}; }
  MutableByteView OpenMutable(Access) { return {data_, size_}; }

  // Cuts to the first `size` bytes and wipes the rest. REQUIRES: size <= this->size().
  void Shrink(size_t size);

 private:
  friend bool Equal(const SecretBytes& a, ByteView b);
  friend bool Equal(const SecretBytes& a, const SecretBytes& b);

  uint8_t* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

// The same for a size that is part of the type: keys, salts of keys, KDF outputs.
template <size_t N>
class SecretArray {
 public:
  SecretArray() : bytes_(N) {}
  // REQUIRES: bytes.size() == N.
  static SecretArray CopyOf(std::span<const uint8_t, N> bytes) { return SecretArray(SecretBytes::CopyOf(bytes)); }
  SecretArray(SecretArray&&) noexcept = default;
  SecretArray& operator=(SecretArray&&) noexcept = default;

  SecretArray Clone() const { return SecretArray(bytes_.Clone()); }

  static constexpr size_t size() { return N; }
  // REQUIRES (both): not moved from.
  std::span<const uint8_t, N> Open(Access access) const { return bytes_.Open(access).template first<N>(); }
  std::span<uint8_t, N> OpenMutable(Access access) { return bytes_.OpenMutable(access).template first<N>(); }

 private:
  template <size_t M>
  friend bool Equal(const SecretArray<M>& a, ByteView b);
  template <size_t M>
  friend bool Equal(const SecretArray<M>& a, const SecretArray<M>& b);

  explicit SecretArray(SecretBytes bytes) : bytes_(std::move(bytes)) {}

  SecretBytes bytes_;
};

using SecretKey256 = SecretArray<32>;

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_SECRET_BYTES_H_
