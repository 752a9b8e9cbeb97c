#ifndef KAGIMORI_SECRET_WIPING_BUFFER_H_
#define KAGIMORI_SECRET_WIPING_BUFFER_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace kagimori::secret {

// Bytes of a request or response body that may hold a secret: in memory that core dumps leave out, wiped whenever it is
// given up (growth, Resize to less, Clear, destruction). Unlike SecretBytes it may be looked at freely: it is for
// parsers and sockets. Holds no memory until its first byte. Bodies of all buffers together are bounded (kBodyLimit);
// std::bad_alloc beyond it.
class WipingBuffer {
 public:
  WipingBuffer() = default;
  WipingBuffer(WipingBuffer&& other) noexcept;
  WipingBuffer& operator=(WipingBuffer&& other) noexcept;
  WipingBuffer(const WipingBuffer&) = delete;
  WipingBuffer& operator=(const WipingBuffer&) = delete;
  ~WipingBuffer();

  // Views and pointers hold until the next call of a method that is not const.
  const char* data() const { return data_; }
  char* data() { return data_; }
  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  bool empty() const { return size_ == 0; }
  std::string_view text() const { return {data_, size_}; }
  ByteView bytes() const { return AsBytes(text()); }

  // REQUIRES: `text` is not part of this buffer.
  void Append(std::string_view text) {
    Grow(size_ + text.size());
    text.copy(data_ + size_, text.size());
    size_ += text.size();
  }
  void Append(ByteView bytes) { Append(AsText(bytes)); }
  void PushBack(char c) { Append(std::string_view(&c, 1)); }

  // New bytes are zeros; bytes cut off are wiped.
  void Resize(size_t size);
  // At least `capacity` bytes can be held without moving (a parser's padding, for example, that is not part of the
  // text; it may read but not write between size and capacity, where there are zeros).
  void Reserve(size_t capacity) { Grow(capacity); }
  // Wipes and gives the memory back.
  void Clear() noexcept;

 private:
  void Grow(size_t capacity) {
    if (capacity > capacity_) [[unlikely]]
      Reallocate(capacity);
  }
  void Reallocate(size_t capacity);

  char* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;  // of the block; the bytes from size_ on are zeros
};

void Wipe(std::span<char> chars) noexcept;
void Wipe(MutableByteView bytes) noexcept;
// Wipes the whole capacity and empties the string. What the string moved out of earlier, by growing, it cannot reach.
void WipeString(std::string* text) noexcept;

}  // namespace kagimori::secret

#endif  // KAGIMORI_SECRET_WIPING_BUFFER_H_
