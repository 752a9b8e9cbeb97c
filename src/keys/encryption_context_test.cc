#include "keys/encryption_context.h"

#include <gtest/gtest.h>

#include <set>

namespace kagimori::keys {
namespace {

std::string Hex(const shapes::StringMap& pairs) { return HexEncode(CanonicalContext(pairs).bytes()); }

TEST(CanonicalContext, EmptyIsACountOfZero) {
  EXPECT_EQ(HexEncode(CanonicalContext().bytes()), "00000000");
  EXPECT_EQ(Hex({}), "00000000");
  EXPECT_TRUE(CanonicalContext(shapes::StringMap{}).empty());
  EXPECT_FALSE(CanonicalContext({{"", ""}}).empty());
  EXPECT_EQ(Hex({{"", ""}}),
            "00000001"
            "00000000"
            "00000000");
}

TEST(CanonicalContext, EveryPartHasItsLength) {
  EXPECT_EQ(Hex({{"a", "bc"}}),
            "00000001"
            "00000001"
            "61"
            "00000002"
            "6263");
  EXPECT_EQ(Hex({{"ab", "c"}}),
            "00000001"
            "00000002"
            "6162"
            "00000001"
            "63");
}

TEST(CanonicalContext, SortedByBytes) {
  EXPECT_EQ(Hex({{"b", "1"}, {"a", "2"}}), Hex({{"a", "2"}, {"b", "1"}}));
  // Bytes, not letters and not signed: "Z" < "a" < "\xC3".
  EXPECT_EQ(Hex({{"\xC3\xA4", ""}, {"a", ""}, {"Z", ""}}),
            "00000003"
            "00000001"
            "5a"
            "00000000"
            "00000001"
            "61"
            "00000000"
            "00000002"
            "c3a4"
            "00000000");
}

// Whatever can be said with few characters has a form of its own.
TEST(CanonicalContext, DifferentContextsDiffer) {
  const std::string texts[] = {"", "a", "b", "ab", "aab", std::string(1, '\0'), std::string("a\0", 2)};
  std::set<std::string> forms;
  size_t contexts = 0;
  for (const std::string& key : texts) {
    for (const std::string& value : texts) {
      forms.insert(Hex({{key, value}}));
      ++contexts;
      for (const std::string& second : texts) {
        if (second <= key) continue;
        forms.insert(Hex({{key, value}, {second, "b"}}));
        ++contexts;
      }
    }
  }
  EXPECT_EQ(forms.size(), contexts);
}

}  // namespace
}  // namespace kagimori::keys
