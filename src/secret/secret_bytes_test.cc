#include "secret/secret_bytes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <string_view>
#include <thread>
#include <type_traits>
#include <vector>

#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::secret {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) { out << value; };
template <class T>
concept Iterable = requires(T& value) { value.begin(); } || requires(T& value) { value.data(); };

template <class T>
constexpr bool kKeepsItsSecret =
    !std::copy_constructible<T> && !std::is_copy_assignable_v<T> && !std::equality_comparable<T> &&
    !std::totally_ordered<T> && !Streamable<T> && !Iterable<T> && !fmt::is_formattable<T>::value &&
    !std::is_convertible_v<T, ByteView> && !std::is_constructible_v<ByteView, T> &&
    !std::is_convertible_v<T, std::string_view> && !std::is_constructible_v<std::string_view, T> &&
    !std::is_constructible_v<Bytes, T>;
static_assert(kKeepsItsSecret<SecretBytes> && kKeepsItsSecret<SecretArray<32>>);
static_assert(!kKeepsItsSecret<Bytes>, "the concept can tell");
static_assert(std::is_nothrow_move_constructible_v<SecretBytes> && std::is_nothrow_move_assignable_v<SecretBytes>);

// Nobody but its friends makes an Access, neither by a default constructor nor as an aggregate.
static_assert(!std::is_default_constructible_v<Access> && !std::is_aggregate_v<Access>);

TEST(SecretBytes, StartsAsZerosOfItsSize) {
  for (size_t size : {1u, 15u, 16u, 17u, 4096u, 16384u, 16385u, 100000u}) {
    SecretBytes secret(size);
    EXPECT_EQ(secret.size(), size);
    EXPECT_EQ(SecretTesting::BytesOf(secret), Bytes(size, 0));
  }
  EXPECT_TRUE(SecretBytes(0).empty());
  EXPECT_TRUE(SecretBytes::CopyOf({}).empty());
}

TEST(SecretBytes, MovesLeaveNothingBehind) {
  SecretBytes first = SecretTesting::FromText("one");
  SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());
  SecretBytes third = SecretTesting::FromText("another");
  third = std::move(second);
  EXPECT_TRUE(second.empty());
  EXPECT_TRUE(Equal(third, AsBytes("one")));
  SecretBytes& same = third;
  third = std::move(same);
  EXPECT_TRUE(Equal(third, AsBytes("one")));
}

TEST(SecretBytes, CloneIsAnotherCopy) {
  SecretBytes original = SecretTesting::FromText("original");
  SecretBytes clone = original.Clone();
  clone.OpenMutable(SecretTesting::access())[0] = 'X';
  EXPECT_TRUE(Equal(original, AsBytes("original")));
  EXPECT_TRUE(Equal(clone, AsBytes("Xriginal")));
}

TEST(SecretBytes, ShrinkKeepsTheFront) {
  SecretBytes secret = SecretTesting::FromText("keep and drop");
  secret.Shrink(4);
  EXPECT_TRUE(Equal(secret, AsBytes("keep")));
  secret.Shrink(0);
  EXPECT_TRUE(secret.empty());
}

TEST(SecretArray, CopiesClonesAndCompares) {
  auto key = SecretTesting::Filled<32>(7);
  auto clone = key.Clone();
  EXPECT_TRUE(Equal(key, clone));
  clone.OpenMutable(SecretTesting::access())[31] ^= 1;
  EXPECT_FALSE(Equal(key, clone));
  EXPECT_EQ(SecretTesting::BytesOf(SecretArray<64>()), Bytes(64, 0));
}

TEST(Equal, ComparesLengthAndEveryByte) {
  SecretBytes secret = SecretTesting::FromText("0123456789abcdef");
  EXPECT_TRUE(Equal(secret, AsBytes("0123456789abcdef")));
  EXPECT_FALSE(Equal(secret, AsBytes("0123456789abcde")));
  for (size_t i = 0; i < 16; ++i) {
    SecretBytes changed = secret.Clone();
    changed.OpenMutable(SecretTesting::access())[i] ^= 0x80;
    EXPECT_FALSE(Equal(secret, changed)) << i;
  }
  EXPECT_TRUE(Equal(ByteView(), ByteView()));
}

// Secrets made on one thread and freed on another, and threads that end with full caches.
TEST(SecretBytes, ThreadsShareTheArena) {
  std::vector<SecretBytes> kept(400);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&kept, t] {
      for (size_t round = 0; round < 20; ++round) {
        for (size_t i = t; i < kept.size(); i += 4) {
          Bytes content(1 + (i * 7 + round) % 600, static_cast<uint8_t>(i));
          kept[i] = SecretBytes::CopyOf(content);
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(SecretTesting::BytesOf(kept[i]), Bytes(1 + (i * 7 + 19) % 600, static_cast<uint8_t>(i)));
  }
}

}  // namespace
}  // namespace kagimori::secret
