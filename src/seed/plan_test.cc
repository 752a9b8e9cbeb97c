#include "seed/plan.h"

#include <gtest/gtest.h>

namespace kagimori::seed {
namespace {

// Neither exported nor changed: it is not what the deployment knows of it.
TEST(FindKeyTest, NothingIsTakenFromAnAccountWhoseRecordsAreDamaged) {
  const keys::KeyName name{
      .account = AccountId::FromNumber(111122223333), .region = *Region::Parse("eu-west-1"), .id = {}};
  seal::Quarantine quarantine;
  quarantine.Add({name.account});
  Services services{};  // nothing else is asked
  services.quarantine = &quarantine;
  const auto found = FindKey(services, name);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(found.error().text, "the records of its account are damaged");
}

}  // namespace
}  // namespace kagimori::seed
