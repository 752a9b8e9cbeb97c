#include "keys/grant_token.h"

#include <gtest/gtest.h>

#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

GrantReference Reference() {
  GrantReference grant{.key = TestName(), .id = {}};
  grant.id.random.fill(0x11);
  grant.id.grantee.fill(0x22);
  return grant;
}

TEST(GrantToken, NamesItsGrantAndIsAnotherTextEachTime) {
  seal::TestStore test;
  const std::string first = MakeGrantToken(*test.hierarchy, Reference());
  const std::string second = MakeGrantToken(*test.hierarchy, Reference());
  EXPECT_NE(first, second);
  EXPECT_EQ(OpenGrantToken(*test.hierarchy, first).value(), Reference());
  EXPECT_EQ(OpenGrantToken(*test.hierarchy, second).value(), Reference());
  EXPECT_LE(first.size(), 8192u);
}

TEST(GrantToken, NothingElseOpens) {
  seal::TestStore test;
  const std::string token = MakeGrantToken(*test.hierarchy, Reference());
  auto refused = [&](std::string_view text) {
    auto opened = OpenGrantToken(*test.hierarchy, text);
    return !opened && opened.error().kind == ErrorKind::kInvalid;
  };
  for (size_t at = 0; at < token.size(); ++at) {
    for (char other : {'A', 'B', '/', '=', ' '}) {
      std::string changed = token;
      if (changed[at] == other) continue;
      changed[at] = other;
      EXPECT_TRUE(refused(changed)) << at << other;
    }
    EXPECT_TRUE(refused(token.substr(0, at)));
  }
  EXPECT_TRUE(refused(token + "="));
  EXPECT_TRUE(refused(token + token));
  EXPECT_TRUE(refused(std::string(8192, 'A')));
  EXPECT_TRUE(refused(""));
  seal::TestStore other;
  EXPECT_FALSE(OpenGrantToken(*other.hierarchy, token)) << "of another deployment";
}

// As long as its grant is there: a token that was given out just before would otherwise be refused.
TEST(GrantToken, OutlivesTheTermsOfTheStore) {
  seal::TestStore test;
  const std::string token = MakeGrantToken(*test.hierarchy, Reference());
  const seal::TermId old = test.hierarchy->current_term();
  ASSERT_TRUE(test.hierarchy->BeginTerm(&test.store, {}));
  ASSERT_TRUE(test.hierarchy->CloseTerm(old));
  ASSERT_TRUE(test.hierarchy->DestroyTerm(&test.store, old));
  EXPECT_EQ(OpenGrantToken(*test.hierarchy, token).value(), Reference());
}

}  // namespace
}  // namespace kagimori::keys
