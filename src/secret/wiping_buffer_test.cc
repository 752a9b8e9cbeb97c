#include "secret/wiping_buffer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "secret/pool.h"

namespace kagimori::secret {
namespace {

TEST(WipingBuffer, GrowsAndKeepsItsText) {
  WipingBuffer buffer;
  EXPECT_EQ(buffer.capacity(), 0u);
  std::string expected;
  for (int i = 0; i < 20'000; ++i) {
    std::string part = std::to_string(i);
    buffer.Append(part);
    expected += part;
  }
  EXPECT_EQ(buffer.text(), expected);
  EXPECT_LE(buffer.capacity(), 4 * expected.size());
  WipingBuffer moved = std::move(buffer);
  EXPECT_TRUE(buffer.empty());
  EXPECT_EQ(moved.text(), expected);
}

TEST(WipingBuffer, WipesWhatItGivesUp) {
  WipingBuffer buffer;
  buffer.Append("secret-secret-secret");
  char* old = buffer.data();
  size_t old_capacity = buffer.capacity();
  buffer.Resize(6);
  EXPECT_EQ(buffer.text(), "secret");
  EXPECT_TRUE(std::all_of(old + 6, old + 20, [](char c) { return c == 0; }));
  buffer.Resize(8);
  EXPECT_EQ(buffer.text(), std::string_view("secret\0\0", 8));
  buffer.Reserve(old_capacity + 1);
  ASSERT_NE(buffer.data(), old);
  KAGIMORI_SECRET_UNPOISON(old, old_capacity);
  EXPECT_TRUE(std::all_of(old, old + old_capacity, [](char c) { return c == 0; }));
  KAGIMORI_SECRET_POISON(old, old_capacity);
  buffer.Clear();
  EXPECT_EQ(buffer.capacity(), 0u);
}

TEST(WipingBuffer, PaddingIsReadableZeros) {
  WipingBuffer buffer;
  buffer.Append("{}");
  buffer.Reserve(buffer.size() + 64);
  EXPECT_TRUE(std::all_of(buffer.data() + 2, buffer.data() + 66, [](char c) { return c == 0; }));
}

TEST(WipeString, WipesTheWholeCapacity) {
  std::string text(100, 's');
  text.resize(40);  // 60 characters of it beyond the size
  char* data = text.data();
  WipeString(&text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), data);
  text.resize_and_overwrite(100, [](char*, size_t size) { return size; });  // shows the bytes that lie there
  EXPECT_EQ(text, std::string(100, '\0'));
  std::string shorter = "tiny secret";
  WipeString(&shorter);
  EXPECT_TRUE(shorter.empty());
  EXPECT_TRUE(std::all_of(shorter.data(), shorter.data() + 11, [](char c) { return c == 0; }));
}

}  // namespace
}  // namespace kagimori::secret
