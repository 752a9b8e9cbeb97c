#include "crypto/multiset_hash.h"

#include <algorithm>

namespace kagimori::crypto {
namespace {

std::array<uint64_t, 4> Limbs(const ByteArray<32>& bytes) {
  std::array<uint64_t, 4> limbs;
  for (size_t i = 0; i < limbs.size(); ++i) limbs[i] = ReadBe(ByteView(bytes).subspan(24 - 8 * i, 8));
  return limbs;
}

}  // namespace

MultisetHash::MultisetHash(const ByteArray<32>& stored) : limbs_(Limbs(stored)) {}

void MultisetHash::Add(const Sha256Digest& tag) {
  std::array<uint64_t, 4> other = Limbs(tag);
  unsigned long long carry = 0;
  for (size_t i = 0; i < limbs_.size(); ++i) {
    unsigned long long sum = 0;
    bool over = __builtin_add_overflow(limbs_[i], other[i], &sum);
    over |= __builtin_add_overflow(sum, carry, &sum);
    limbs_[i] = sum;
    carry = over ? 1 : 0;
  }
}

void MultisetHash::Remove(const Sha256Digest& tag) {
  std::array<uint64_t, 4> other = Limbs(tag);
  unsigned long long borrow = 0;
  for (size_t i = 0; i < limbs_.size(); ++i) {
    unsigned long long difference = 0;
    bool under = __builtin_sub_overflow(limbs_[i], other[i], &difference);
    under |= __builtin_sub_overflow(difference, borrow, &difference);
    limbs_[i] = difference;
    borrow = under ? 1 : 0;
  }
}

ByteArray<32> MultisetHash::ToBytes() const {
  ByteArray<32> bytes;
  for (size_t i = 0; i < limbs_.size(); ++i) {
    for (size_t j = 0; j < 8; ++j) bytes[31 - 8 * i - j] = static_cast<uint8_t>(limbs_[i] >> (8 * j));
  }
  return bytes;
}

}  // namespace kagimori::crypto
