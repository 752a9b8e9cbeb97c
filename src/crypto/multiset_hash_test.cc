#include "crypto/multiset_hash.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kagimori::crypto {
namespace {

Sha256Digest Tag(const std::string& text) { return Sha256(AsBytes(text)); }

TEST(MultisetHash, IsTheSameInAnyOrderAndAnotherForAnotherMultiset) {
  MultisetHash forwards;
  MultisetHash backwards;
  std::vector<Sha256Digest> tags;
  for (int i = 0; i < 1000; ++i) tags.push_back(Tag(std::to_string(i)));
  for (auto tag = tags.begin(); tag != tags.end(); ++tag) forwards.Add(*tag);
  for (auto tag = tags.rbegin(); tag != tags.rend(); ++tag) backwards.Add(*tag);
  EXPECT_EQ(forwards, backwards);
  backwards.Add(tags[0]);
  EXPECT_NE(forwards, backwards) << "twice is not once";
  backwards.Remove(tags[0]);
  EXPECT_EQ(forwards, backwards);
}

TEST(MultisetHash, WhatIsRemovedFirstMayBeAddedLater) {
  MultisetHash hash;
  hash.Remove(Tag("a"));
  hash.Add(Tag("b"));
  hash.Add(Tag("a"));
  MultisetHash b;
  b.Add(Tag("b"));
  EXPECT_EQ(hash, b);
}

TEST(MultisetHash, CarriesThroughEveryLimb) {
  ByteArray<32> ones;
  ones.fill(0xFF);
  MultisetHash hash(ones);
  Sha256Digest one{};
  one[31] = 1;
  hash.Add(one);
  EXPECT_EQ(hash, MultisetHash());
  hash.Remove(one);
  EXPECT_EQ(hash.ToBytes(), ones);

  // 2^64 - 1 + 2^64 = 2^65 - 1: the sum of two limbs and a carry overflows once only.
  Sha256Digest low{};
  for (size_t i = 24; i < 32; ++i) low[i] = 0xFF;
  MultisetHash sum;
  sum.Add(low);
  sum.Add(low);
  Sha256Digest expected{};
  expected[23] = 1;
  for (size_t i = 24; i < 32; ++i) expected[i] = 0xFF;
  expected[31] = 0xFE;
  EXPECT_EQ(sum.ToBytes(), expected);
}

TEST(MultisetHash, IsReadBackFromItsBytes) {
  MultisetHash hash;
  hash.Add(Tag("x"));
  EXPECT_EQ(MultisetHash(hash.ToBytes()), hash);
  EXPECT_EQ(hash.ToBytes(), Tag("x"));
}

}  // namespace
}  // namespace kagimori::crypto
