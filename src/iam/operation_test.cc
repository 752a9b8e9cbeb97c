#include "iam/operation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "iam/rules.h"
#include "seal/testing/test_store.h"
#include "wire/query.h"

namespace kagimori::iam {
namespace {

constexpr AccountId kAccount = AccountId::FromNumber(7);

// Members of every kind, good for every operation.
constexpr std::string_view kEverything =
    "UserName=Bob&GroupName=Bob&RoleName=Bob&PolicyName=p&PolicyArn=arn:aws:iam::000000000007:policy/p&VersionId=v1"
    "&PermissionsBoundary=arn:aws:iam::000000000007:policy/p&Url=https://example.com&ClientID=c&Description=d"
    "&OpenIDConnectProviderArn=arn:aws:iam::000000000007:oidc-provider/example.com&AccessKeyId=AKIAIOSFODNN7EXAMPLE"
    "&Status=Active&ThumbprintList.member.1=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa&Tags.member.1.Key=k"
    "&Tags.member.1.Value=v&TagKeys.member.1=k&ActionNames.member.1=kms:Sign&PolicyInputList.member.1={\"Version\":"
    "\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}"
    "&PolicySourceArn=arn:aws:iam::000000000007:user/"
    "Bob&PolicyDocument={\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":"
    "\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}}&AssumeRolePolicyDocument={\"Version\":\"2012-10-17\","
    "\"Statement\":"
    "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"sts:AssumeRole\"}}";

struct Fixture {
  seal::TestStore test;
  identity::Principal root{.kind = identity::Principal::Kind::kRoot,
                           .account = kAccount,
                           .arn = "arn:aws:iam::000000000007:root",
                           .unique_id = "000000000007",
                           .name = {}};
  Call call{.caller = root,
            .account = std::make_shared<const identity::AccountSnapshot>(
                kAccount, std::nullopt, identity::AccountSnapshot::Head(), identity::AccountSnapshot::Parts()),
            .now = Timestamp{1'750'000'000'000},
            .hierarchy = *test.hierarchy};
};

wire::QueryParameters Form(std::string_view text) { return wire::QueryParameters::ParseForm(text).value(); }

TEST(Operations, AreFoundByName) {
  EXPECT_EQ(FindOperation("CreateUser")->name, "CreateUser");
  EXPECT_EQ(FindOperation("createUser"), nullptr);
  EXPECT_EQ(FindOperation(""), nullptr);
  EXPECT_EQ(FindOperation("Zzz"), nullptr);
  std::set<std::string_view> names;
  for (const Operation& operation : AllOperations()) EXPECT_TRUE(names.insert(operation.name).second);
  EXPECT_EQ(names.size(), 84u);
}

// Whatever reads is called Get…, List… or Simulate…, and nothing else is.
TEST(Operations, ReadOnlyIsWhatItsNameSays) {
  for (const Operation& operation : AllOperations()) {
    const bool reads = operation.name.starts_with("Get") || operation.name.starts_with("List") ||
                       operation.name.starts_with("Simulate");
    EXPECT_EQ(operation.read_only, reads) << operation.name;
  }
}

TEST(Operations, EachAsksForThePermissionOfItsName) {
  Fixture f;
  const auto parameters = Form(kEverything);
  for (const Operation& operation : AllOperations()) {
    Parameters in(parameters);
    const auto request = operation.make(in);
    ASSERT_EQ(in.Fault(), "") << operation.name;
    const auto asked = request->Ask(f.call);
    ASSERT_TRUE(asked) << operation.name;
    ASSERT_FALSE(asked->empty()) << operation.name;
    EXPECT_EQ(asked->front().action, "iam:" + std::string(operation.name));
    for (const Access& access : *asked) {
      EXPECT_FALSE(access.resource.empty());
      EXPECT_FALSE(access.shown.empty());
    }
  }
}

// An operation without its members says which are missing, and is not asked to run.
TEST(Operations, MissingMembersAreTold) {
  const auto parameters = Form("Action=X");
  int faults = 0;
  for (const Operation& operation : AllOperations()) {
    Parameters in(parameters);
    operation.make(in);
    const std::string fault = in.Fault();
    faults += !fault.empty();
    if (!fault.empty()) {
      EXPECT_NE(fault.find("Member must not be null"), fault.npos) << operation.name << fault;
    }
  }
  EXPECT_GT(faults, 65);
}

// On an empty account nothing is found, and whatever is answered is an error of the model's or a list.
TEST(Operations, OnAnEmptyAccount) {
  Fixture f;
  const auto parameters = Form(kEverything);
  const std::set<std::string_view> codes = {"NoSuchEntity", "ValidationError"};
  for (const Operation& operation : AllOperations()) {
    Parameters in(parameters);
    const auto request = operation.make(in);
    std::string body;
    ResultWriter out(&body);
    const Outcome outcome = request->Run(f.call, out);
    if (!outcome) {
      EXPECT_TRUE(codes.contains(outcome.error().code)) << operation.name << outcome.error().message;
    } else if (operation.read_only) {
      EXPECT_FALSE(outcome->has_value()) << operation.name << " reads and changes";
    } else {
      EXPECT_TRUE(operation.name.starts_with("Create")) << operation.name;
      EXPECT_TRUE(outcome->has_value());
    }
  }
}

TEST(Operations, TagsAtCreationNeedTheirOwnPermission) {
  Fixture f;
  const auto parameters = Form("UserName=Bob&Path=/x/&Tags.member.1.Key=k&Tags.member.1.Value=v");
  Parameters in(parameters);
  const auto asked = FindOperation("CreateUser")->make(in)->Ask(f.call).value();
  ASSERT_EQ(asked.size(), 2u);
  EXPECT_EQ(asked[1].action, "iam:TagUser");
  EXPECT_EQ(asked[0].resource, "arn:aws:iam::000000000007:user/x/Bob");
  EXPECT_EQ(asked[0].request_tags, (std::vector<identity::Tag>{{"k", "v"}}));
}

TEST(Parameters, WhatTheAuditRecordShows) {
  const auto parameters = Form(
      "UserName=a\"b&ClientIDList.member.1=x&ClientIDList.member.2=y&MaxItems=5&SetAsDefault=true&Tags.member.1.Key=k"
      "&Tags.member.1.Value=");
  Parameters in(parameters);
  in.Required("UserName", kUserName);
  in.Texts("ClientIDList", 10, kClientId);
  in.Integer("MaxItems", 1, 1000);
  EXPECT_TRUE(in.Boolean("SetAsDefault", false));
  in.Tags();
  EXPECT_EQ(in.AuditJson(), R"({"userName":"a\"b","clientIDList":["x","y"],"maxItems":5,"setAsDefault":true,)"
                            R"("tags":[{"key":"k","value":""}]})");
  const auto nothing = Form("");
  EXPECT_EQ(Parameters(nothing).AuditJson(), "");
}

TEST(ResultWriter, WritesXmlAndJsonAlike) {
  std::string body;
  body.reserve(1024);
  ResultWriter out(&body);
  out.Open("AccessKey");
  out.Text("UserName", "a&b");
  out.SecretBase64("SecretAccessKey", secret::SecretTesting::FromText("abc"));
  out.Date("CreateDate", Timestamp{1'395'695'519'000});
  out.OpenList("Tags");
  out.OpenMember();
  out.Text("Key", "k");
  out.CloseMember();
  out.CloseList("Tags");
  out.OpenList("Names");
  out.MemberText("n");
  out.CloseList("Names");
  out.Close("AccessKey");
  out.Boolean("IsTruncated", false);
  EXPECT_EQ(body,
            "<AccessKey><UserName>a&amp;b</UserName><SecretAccessKey>YWJj</SecretAccessKey>"
            "<CreateDate>2014-03-24T21:11:59Z</CreateDate><Tags><member><Key>k</Key></member></Tags>"
            "<Names><member>n</member></Names></AccessKey><IsTruncated>false</IsTruncated>");
  EXPECT_EQ(out.TakeJson(),
            R"({"accessKey":{"userName":"a&b","createDate":"Mar 24, 2014 9:11:59 PM","tags":[{"key":"k"}],)"
            R"("names":["n"]},"isTruncated":false})");
}

TEST(Rules, AreTheModels) {
  struct Case {
    const shapes::TextRule& rule;
    const char* text;
    bool good;
  };
  for (const Case& c : {Case{kUserName, "a+=,.@-_Z9", true},
                        {kUserName, "", false},
                        {kUserName, "a b", false},
                        {kUserName, "\xC3\xA4", false},
                        {kPath, "/", true},
                        {kPath, "/a!~/", true},
                        {kPath, "//", false},
                        {kPath, "/a", false},
                        {kPath, "a/", false},
                        {kPathPrefix, "/a", true},
                        {kPathPrefix, "a", false},
                        {kPolicyPath, "/a/b/", true},
                        {kPolicyPath, "/a//b/", false},
                        {kPolicyPath, "/a", false},
                        {kPolicyPath, "/a!/", false},
                        {kVersionId, "v1", true},
                        {kVersionId, "v10.x-1", true},
                        {kVersionId, "v1.", true},
                        {kVersionId, "v0", false},
                        {kVersionId, "v01", false},
                        {kVersionId, "1", false},
                        {kVersionId, "v1x", false},
                        {kVersionId, "", false},
                        {kTagKey, "\xE3\x82\xAD a_.:/=+-@", true},
                        {kTagKey, "a?", false},
                        {kTagKey, "", false},
                        {kTagValue, "", true},
                        {kRoleDescription, "", true},
                        {kRoleDescription, "\xC3\xA4\n", true},
                        {kRoleDescription, "\xC2\xA0", false},
                        {kRoleDescription, "\x7F", false},
                        {kRoleDescription, "\xE3\x82\xAD", false},
                        {kAccessKeyId, "AKIA_a1", true},
                        {kAccessKeyId, "AKIA-1", false}}) {
    EXPECT_EQ(c.rule.matches(c.text), c.good) << c.rule.pattern << " " << c.text;
  }
}

}  // namespace
}  // namespace kagimori::iam
