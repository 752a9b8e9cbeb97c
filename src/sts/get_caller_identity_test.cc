#include "sts/get_caller_identity.h"

#include <gtest/gtest.h>

namespace kagimori::sts {
namespace {

TEST(GetCallerIdentity, SaysWhoCalls) {
  identity::Principal user{.kind = identity::Principal::Kind::kUser,
                           .account = AccountId::FromNumber(7),
                           .arn = "arn:aws:iam::000000000007:user/a&b",
                           .unique_id = "AIDAEXAMPLE",
                           .name = "a&b"};
  std::string body = GetCallerIdentity(user, "11111111-2222-4333-8444-555555555555");
  for (std::string_view part :
       {"<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">", "<GetCallerIdentityResult>",
        "<Arn>arn:aws:iam::000000000007:user/a&amp;b</Arn>", "<UserId>AIDAEXAMPLE</UserId>",
        "<Account>000000000007</Account>", "<RequestId>11111111-2222-4333-8444-555555555555</RequestId>"}) {
    EXPECT_NE(body.find(part), body.npos) << part << "\nin\n" << body;
  }
}

}  // namespace
}  // namespace kagimori::sts
