#include "policy/document.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kagimori::policy {
namespace {

using Fault = MalformedPolicy::Fault;

struct Case {
  std::string json;
  Fault fault;
  std::string text;
};

void Refused(Kind kind, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    const auto document = Document::Compile(c.json, kind);
    ASSERT_FALSE(document) << c.json;
    EXPECT_EQ(document.error().text, c.text) << c.json << "\n" << document.error().detail;
    EXPECT_EQ(document.error().fault, c.fault) << c.json;
    EXPECT_FALSE(document.error().detail.empty()) << c.json;
  }
}

void Accepted(Kind kind, const std::vector<std::string>& cases) {
  for (const std::string& json : cases) {
    const auto document = Document::Compile(json, kind);
    EXPECT_TRUE(document) << json << "\n" << document.error().text << "\n" << document.error().detail;
  }
}

// An identity policy of one statement; `elements` stand in it besides the Effect.
std::string Identity(const std::string& elements) {
  return R"({"Version":"2012-10-17","Statement":{"Effect":"Allow",)" + elements + "}}";
}
std::string Resource(const std::string& resource) {
  return Identity(R"("Action":"s3:ListBucket","Resource":)" + resource);
}
std::string Action(const std::string& action) { return Identity(R"("Resource":"*","Action":)" + action); }
std::string Condition(const std::string& condition) {
  return Identity(R"("Action":"kms:*","Resource":"*","Condition":)" + condition);
}
std::string Key(const std::string& principal) {
  return R"({"Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*","Principal":)" + principal + "}]}";
}
std::string Trust(const std::string& elements) { return R"({"Version":"2012-10-17","Statement":{)" + elements + "}}"; }

constexpr char kSyntax[] = "Syntax errors in policy.";
constexpr char kLegacy[] = "The policy failed legacy parsing";
constexpr char kPrincipalArn[] = "An ARN in the specified key policy is invalid.";
constexpr char kPrincipals[] = "Policy contains a statement with one or more invalid principals.";

// What IAM answers is known from its users for all but the cases whose names say that they are guesses.
TEST(Document, IdentityPoliciesWithFaultsOfSyntax) {
  const std::string ok = R"("Effect":"Allow","Action":"s3:ListBucket","Resource":"*")";
  std::vector<Case> cases;
  for (const std::string& json : {
           std::string("This is not a json document"),
           std::string(""),
           std::string("[]"),
           R"({"Version":"2013-10-17","Statement":{)" + ok + "}}",
           R"({"Version":12,"Statement":{)" + ok + "}}",
           std::string(R"({"Version":"2012-10-17"})"),
           std::string(R"({"Version":"2012-10-17","Statement":[]})"),
           std::string(R"({"Version":"2012-10-17","Statement":["afd"]})"),
           std::string(R"({"Version":"2012-10-17","Statement":"afd"})"),
           R"({"Version":"2012-10-17","Extra field":"value","Statement":{)" + ok + "}}",
           R"({"Version":"2012-10-17","Statement":{"Extra field":"value",)" + ok + "}}",
           R"({"Version":"2012-10-17","Id":["a"],"Statement":{)" + ok + "}}",
           R"({"Version":"2012-10-17","Id":{},"Statement":{)" + ok + "}}",
           R"({"Version":"2012-10-17","Statement":{"Sid":{},)" + ok + "}}",
           R"({"Version":"2012-10-17","Statement":{"Sid":[],)" + ok + "}}",
           std::string(R"({"Version":"2012-10-17","Statement":{"Effect":"invalid","Action":"a:b","Resource":"*"}})"),
           std::string(R"({"Version":"2012-10-17","Statement":{"Action":"s3:ListBucket","Resource":"*"}})"),
           Resource(R"({"a":"arn:aws:s3:::b"})"),
           Resource(R"(["adfdf",{}])"),
           Action("[[]]"),
           Action("{}"),
           Action("1"),
           Identity(R"("NotAction":"s3:a","Action":[],"Resource":"*")"),
           Identity(R"("NotAction":"s3:a","Resource":"*","NotResource":[])"),
           Condition("[]"),
           Condition(R"("a")"),
           Condition(R"({"a":"b"})"),
           Condition(R"({"DateGreaterThan":"b"})"),
           Condition(R"({"DateGreaterThan":[]})"),
           Condition(R"({"DateGreaterThan":{"a":{}}})"),
           Condition(R"({"x":{"a":"1"}})"),
           Condition(R"({"ForAnyValue::StringEqualsIfExists":{"a":"asf"}})"),
       }) {
    cases.push_back({json, Fault::kSyntax, kSyntax});
  }
  Refused(Kind::kIdentity, cases);
}

TEST(Document, DuplicateMembersAreRefusedWhereverTheyAre) {
  std::vector<Case> cases;
  for (const std::string& json : {
           std::string(R"({"Version":"2012-10-17","Version":"2012-10-17","Statement":[]})"),
           Identity(R"("Effect":"Deny","Action":"a:b","Resource":"*")"),
           Identity(R"("Action":"a:b","\u0041ction":"c:d","Resource":"*")"),
           Condition(R"({"StringEquals":{"a":"1"},"StringEquals":{"b":"1"}})"),
           Condition(R"({"StringEquals":{"a":"1","a":"2"}})"),
       }) {
    cases.push_back({json, Fault::kSyntax, kSyntax});
  }
  Refused(Kind::kIdentity, cases);
}

TEST(Document, OperatorsThatAreNoneAreRefusedAlsoWithoutKeysWhichIamLetsPass) {
  Refused(Kind::kIdentity,
          {
              {Condition(R"({"StringIs":{}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"NullIfExists":{"a":"true"}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"ForAllValues:Null":{"a":"true"}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"ForAllValues:ForAnyValue:StringEquals":{"a":"b"}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"StringEquals":{"a":null}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"StringEquals":{"a":[["b"]]}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"StringEquals":{"":"b"}})"), Fault::kSyntax, kSyntax},
              {Condition(R"({"StringEquals":{"aws:PrincipalTag/":"b"}})"), Fault::kSyntax, kSyntax},
          });
}

TEST(Document, IdentityPoliciesNeedTheNewerVersion) {
  const std::string statement = R"("Statement":{"Effect":"denY","Action":"s3:ListBucket","Resource":"*"}})";
  const std::string text = "Policy document must be version 2012-10-17 or greater.";
  for (const Kind kind : {Kind::kIdentity, Kind::kBoundary, Kind::kSession}) {
    Refused(kind, {{"{" + statement, Fault::kVersion, text},
                   {R"({"Version":"2008-10-17",)" + statement, Fault::kVersion, text}});
  }
}

TEST(Document, IdentityPoliciesThatFailLegacyParsing) {
  std::vector<Case> cases;
  for (const std::string& json : {
           std::string(R"({"Version":"2012-10-17","Statement":{"Effect":"denY","Action":"a:b","Resource":"*"}})"),
           std::string(R"({"Version":"2012-10-17","Statement":{"Effect":"allow","Resource":"*"}})"),
           Resource(R"("arn:aws:s3::example_bucket")"),
           Resource(R"("arn:aws::fdsasf")"),
           Identity(R"("Resource":"arn:aws:s3::example_bucket")"),
           Identity(R"("Action":"s3:ListBucket","NotResource":"arn:aws:s3::example_bucket")"),
           Identity(R"("NotAction":"s3:ListBucket","Resource":"arn:aws::::example_bucket")"),
           Condition(R"({"DateGreaterThan":{"a":"sdfdsf"}})"),
           Identity(R"("Condition":{"DateGreaterThan":{"a":"sdfdsf"}})"),
           Condition(R"({"DateLessThanEquals":{"a":"234-13"}})"),
           Condition(R"({"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+1"}})"),
           Condition(R"({"DateLessThanEquals":{"a":"2016-12-13t2:00:00.1999999999+10:59"}})"),
           Condition(R"({"DateLessThan":{"a":"9223372036854775808"}})"),
           Identity(R"("Action":"a:b","Resource":"arn:error:s3:::b","Condition":{"DateLessThan":{"a":"x"}})"),
       }) {
    cases.push_back({json, Fault::kLegacy, kLegacy});
  }
  Refused(Kind::kIdentity, cases);
}

TEST(Document, ValuesThatAnOperatorCannotReadFailLegacyParsingAsAGuess) {
  std::vector<Case> cases;
  for (const char* condition :
       {R"({"NumericEquals":{"a":"many"}})", R"({"NumericEquals":{"a":"1e3"}})",
        R"({"NumericEquals":{"a":"${aws:EpochTime}"}})", R"({"Bool":{"a":"yes"}})", R"({"Bool":{"a":"${b:c}"}})",
        R"({"Null":{"a":"maybe"}})", R"({"IpAddress":{"a":"10.0.0.0/33"}})", R"({"IpAddress":{"a":"host"}})",
        R"({"NotIpAddress":{"a":"2001:db8::/129"}})", R"({"BinaryEquals":{"a":"%%"}})",
        R"({"DateEquals":{"a":"2023-02-30"}})", R"({"StringEquals":{"a":"${aws:username"}})",
        R"({"StringLike":{"a":"${}"}})", R"({"StringLike":{"a":"${aws:username, none}"}})",
        R"({"ArnLike":{"a":"arn:aws:iam::*:user/${aws:PrincipalTag/}"}})"}) {
    cases.push_back({Condition(condition), Fault::kLegacy, kLegacy});
  }
  Refused(Kind::kIdentity, cases);
  Refused(Kind::kIdentity, {{Resource(R"("arn:aws:s3:::b/${aws:username")"), Fault::kLegacy, kLegacy}});
}

TEST(Document, SidsAreUniqueAndOfLettersAndDigits) {
  const auto two = [](const std::string& first, const std::string& second) {
    const std::string rest = R"("Effect":"Allow","Action":"a:b","Resource":"*"})";
    return R"({"Version":"2012-10-17","Statement":[{"Sid":")" + first + "\"," + rest + R"(,{"Sid":")" + second + "\"," +
           rest + "]}";
  };
  Refused(Kind::kIdentity,
          {{two("sdf", "sdf"), Fault::kSid, "Statement IDs (SID) in a single policy must be unique."},
           {two("a", "b-c"), Fault::kSid,
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression "
            "[0-9A-Za-z]*"}});
  Accepted(Kind::kIdentity, {two("", ""), two("a", "A")});
  const std::string spaced =
      R"({"Statement":[{"Sid":"Allow use of the key","Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]})";
  Accepted(Kind::kKeyPolicy, {spaced});
}

TEST(Document, ActionsAndResourcesAreRequiredInThisOrder) {
  const std::string no_action = "Policy statement must contain actions.";
  const std::string no_resource = "Policy statement must contain resources.";
  Refused(Kind::kIdentity,
          {{Identity(R"("Resource":"arn:aws:s3:::b")"), Fault::kNoAction, no_action},
           {R"({"Version":"2012-10-17","Statement":{"Effect":"Allow"}})", Fault::kNoAction, no_action},
           {Action("[]"), Fault::kNoAction, no_action},
           {Identity(R"("NotAction":[],"Resource":"*")"), Fault::kNoAction, no_action},
           {Identity(R"("Action":"s3:ListBucket")"), Fault::kNoResource, no_resource},
           {Identity(R"("Action":"invalid")"), Fault::kNoResource, no_resource},
           {Resource("[]"), Fault::kNoResource, no_resource},
           {Identity(R"("Action":"s3:ListBucket","NotResource":[])"), Fault::kNoResource, no_resource}});
}

TEST(Document, ResourcesOfIdentityPolicies) {
  const std::string iam =
      "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, instance-profile/, "
      "mfa/, "
      "server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.";
  const std::string vendor = "Resource vendor must be fully qualified and cannot contain regexes.";
  const auto f = Fault::kResourceText;
  Refused(Kind::kIdentity,
          {{Resource(R"("invalid resource")"), f, "Resource invalid resource must be in ARN format or \"*\"."},
           {Resource(R"("")"), f, "Resource  must be in ARN format or \"*\"."},
           {Resource(R"(["adf"])"), f, "Resource adf must be in ARN format or \"*\"."},
           {Identity(R"("Action":"s:3:ListBucket","Resource":"sdfsadf")"), f,
            "Resource sdfsadf must be in ARN format or \"*\"."},
           {Resource(R"("a:bsdfdsafsad")"), f,
            "Partition \"bsdfdsafsad\" is not valid for resource \"arn:bsdfdsafsad:*:*:*:*\"."},
           {Resource(R"("a:b:cadfsdf")"), f, "Partition \"b\" is not valid for resource \"arn:b:cadfsdf:*:*:*\"."},
           {Resource(R"("a:b:c:d:e:f:g:h")"), f, "Partition \"b\" is not valid for resource \"arn:b:c:d:e:f:g:h\"."},
           {Resource(R"("aws:s3:::example_bucket")"), f,
            "Partition \"s3\" is not valid for resource \"arn:s3:::example_bucket:*\"."},
           {Resource(R"(["arn:error:s3:::example_bucket","arn:error:s3::example_bucket"])"), f,
            "Partition \"error\" is not valid for resource \"arn:error:s3:::example_bucket\"."},
           {Resource(R"("arn:aws:iam:::example_bucket")"), f, iam},
           {Resource(R"("arn:aws:iam:us-east-1::example_bucket")"), f,
            "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information."},
           {Resource(R"("arn:aws:s3:us-east-1::example_bucket")"), f,
            "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information."},
           {Resource(R"("arn:aws")"), f, vendor},
           {Resource(R"("arn:aws:k*:us-east-1:111122223333:key/*")"), f, vendor}});
  Accepted(Kind::kIdentity,
           {Resource(R"("*")"), Resource(R"(["arn:aws:s3:::example_bucket","*"])"), Resource(R"("arn:aws:fdsasf")"),
            Resource(R"("arn:aws:iam:::user/example_bucket")"), Resource(R"("arn:aws:s33:::example_bucket")"),
            Resource(R"("arn:aws:cloudwatch:us-east-1::example_bucket")"), Resource(R"("arn:aws-cn:kms:*:*:key/*")"),
            Resource(R"("arn:aws:iam::*:user/${aws:username}")")});
}

TEST(Document, ActionsOfIdentityPolicies) {
  const std::string vendor = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  const std::string colon = "Actions/Condition can contain only one colon.";
  Refused(Kind::kIdentity, {{Action(R"("invalid")"), Fault::kAction, vendor},
                            {Identity(R"("NotAction":"","Resource":"*")"), Fault::kAction, vendor},
                            {Action(R"("a a:ListBucket")"), Fault::kAction, "Vendor a a is not valid"},
                            {Action(R"(":ListBucket")"), Fault::kAction, "Vendor  is not valid"},
                            {Action(R"("s3:List:Bucket")"), Fault::kAction, colon},
                            {Action(R"(["s3s:ListBucket","s:3s:ListBucket"])"), Fault::kAction, colon}});
  Accepted(Kind::kIdentity,
           {Action(R"("*")"), Action(R"("*:*")"), Action(R"("iam: asdf safdsf af ")"), Action(R"("s3-s:ListBucket")"),
            Action(R"("s3.s:ListBucket")"), Action(R"("KMS:d?crypt*")")});
}

TEST(Document, ConditionsThatIamAccepts) {
  Accepted(Kind::kIdentity,
           {Condition("{}"), Condition(R"({"DateGreaterThan":{}})"), Condition(R"({"DateGreaterThan":{"a":[]}})"),
            Condition(R"({"DateGreaterThan":{"a":"01T"}})"), Condition(R"({"DateLessThan":{"a":"-292275054"}})"),
            Condition(R"({"DateLessThanEquals":{"a":"2016-12-13t2:00:00.593194+23"}})"),
            Condition(R"({"StringEqualsIfExists":{"a":"asf"}})"),
            Condition(R"({"ForAnyValue:StringEqualsIfExists":{"a":"asf"}})"),
            Condition(R"({"Bool":{"aws:SecureTransport":true},"NumericLessThan":{"a":3.5}})"),
            Condition(R"({"IpAddress":{"aws:SourceIp":["203.0.113.0/24","2001:db8::/32","192.0.2.1"]}})")});
}

TEST(Document, IdentityPoliciesHaveNoPrincipal) {
  const std::string text = "Policy document should not specify a principal.";
  Refused(Kind::kIdentity,
          {{Identity(R"("Action":"a:b","Resource":"*","Principal":"*")"), Fault::kProhibited, text},
           {Identity(R"("Action":"a:b","Resource":"*","NotPrincipal":{"AWS":"*"})"), Fault::kProhibited, text}});
}

TEST(Document, PrincipalsOfKeyPolicies) {
  std::vector<Case> cases;
  for (const char* arn : {"arn:aws:iam::111122223333:group/Admins", "arn:aws:iam:::user/bob", "arn:aws:iam::1111:root",
                          "arn:aws:iam::111122223333:role/Foo*", "arn:aws:s3:::bucket", "arn:aws:iam::*:root",
                          "arn:aws", "arn:aws:iam::111122223333:user/", "arn:aws:sts::111122223333:assumed-role/role",
                          "arn:aws:sts::111122223333:assumed-role/role/*", "arn:aws:iam:us-east-1:111122223333:root",
                          "arn:aws:iam::111122223333:user//bob", "arn:bad:iam::111122223333:root",
                          "arn:aws:iam::111122223333:saml-provider/x"}) {
    cases.push_back({Key(R"({"AWS":")" + std::string(arn) + "\"}"), Fault::kPrincipalArn, kPrincipalArn});
  }
  Refused(Kind::kKeyPolicy, cases);
  Refused(Kind::kKeyPolicy,
          {{Key(R"({"AWS":"bob"})"), Fault::kPrincipal, kPrincipals},
           {Key(R"({"AWS":"11112222333"})"), Fault::kPrincipal, kPrincipals},
           {Key(R"({"Service":"*"})"), Fault::kPrincipal, kPrincipals},
           {Key(R"({"Service":"logs"})"), Fault::kPrincipal, kPrincipals},
           {Key(R"({"CanonicalUser":"79a59df900b949e55d96a1e698fbaced"})"), Fault::kPrincipal, kPrincipals}});
  Accepted(Kind::kKeyPolicy,
           {Key(R"("*")"), Key(R"({"AWS":"*"})"), Key(R"({"AWS":"111122223333"})"),
            Key(R"({"AWS":["arn:aws:iam::111122223333:root","arn:aws:iam::111122223333:user/a/b/Bob"]})"),
            Key(R"({"AWS":"arn:aws-cn:iam::111122223333:role/x"})"), Key(R"({"AWS":"AROAIIAEFRGHEXAMPLE12"})"),
            Key(R"({"AWS":"arn:aws:sts::111122223333:assumed-role/role/session@host"})"),
            Key(R"({"AWS":"arn:aws:sts::111122223333:federated-user/carol"})"),
            Key(R"({"Service":["cloudtrail.amazonaws.com","logs.us-east-1.amazonaws.com"]})"),
            Key(R"({"Federated":"arn:aws:iam::111122223333:oidc-provider/token.example.com"})")});
}

TEST(Document, KeyPoliciesWithFaultsWhoseTextsAreGuesses) {
  Refused(Kind::kKeyPolicy,
          {{Key(R"("bob")"), Fault::kSyntax, kSyntax},
           {Key("[]"), Fault::kSyntax, kSyntax},
           {Key(R"({"aws":"*"})"), Fault::kSyntax, kSyntax},
           {Key(R"({"AWS":[1]})"), Fault::kSyntax, kSyntax},
           {Key(R"({"AWS":[]})"), Fault::kNoPrincipal, "Policy contains a statement with no principal"},
           {Key("{}"), Fault::kNoPrincipal, "Policy contains a statement with no principal"},
           {R"({"Statement":{"Effect":"Allow","Action":"kms:*","Resource":"*"}})", Fault::kNoPrincipal,
            "Policy contains a statement with no principal"},
           {R"({"Statement":{"Effect":"Allow","Principal":"*","NotPrincipal":"*","Action":"kms:*","Resource":"*"}})",
            Fault::kSyntax, kSyntax},
           {R"({"Statement":{"Effect":"Deny","Principal":"*","NotAction":[],"Resource":"*"}})", Fault::kNoAction,
            "Policy statement must contain actions."},
           {R"({"Statement":{"Effect":"Deny","Principal":"*","NotAction":"a:b","Resource":[]}})", Fault::kNoResource,
            "Policy statement must contain resources."}});
}

// "A key policy statement without a Resource or Action element has no effect" (AWS KMS Developer Guide).
TEST(Document, KeyPoliciesMayLackActionAndResource) {
  Accepted(Kind::kKeyPolicy, {R"({"Statement":{"Effect":"Allow","Principal":"*"}})",
                              R"({"Statement":{"Effect":"Allow","Principal":"*","Action":"kms:*"}})",
                              R"({"Statement":{"Effect":"Allow","Principal":"*","Resource":"no arn at all"}})"});
}

TEST(Document, TrustPolicies) {
  const std::string allow = R"("Effect":"Allow","Action":"sts:AssumeRole",)";
  Accepted(Kind::kTrust, {Trust(allow + R"("Principal":{"AWS":"111122223333"})"),
                          Trust(allow + R"("Principal":{"AWS":"*"},"Sid":"")"),
                          R"({"Statement":[{)" + allow + R"("Principal":{"Service":"ec2.amazonaws.com"}}]})",
                          Trust(R"("Effect":"Deny","Action":["sts:TagSession","sts:*"],"Principal":{"AWS":"*"})")});
  Refused(Kind::kTrust, {{"{", Fault::kSyntax, "This policy contains invalid Json"},
                         {Trust(allow + R"("Principal":{"AWS":"*"},"Resource":"*")"), Fault::kProhibited,
                          "Has prohibited field Resource"},
                         {Trust(allow + R"("Principal":"*")"), Fault::kPrincipal,
                          R"(AssumeRolepolicy contained an invalid principal: "STAR":"*".)"},
                         {Trust(allow + R"("Principal":{"AWS":"arn:aws:iam::*:root"})"), Fault::kPrincipalArn,
                          R"(Invalid principal in policy: "AWS":"arn:aws:iam::*:root")"},
                         {Trust(allow + R"("Principal":{"Service":"x"})"), Fault::kPrincipal,
                          R"(Invalid principal in policy: "SERVICE":"x")"},
                         {Trust(R"("Effect":"Allow","Action":"*","Principal":{"AWS":"*"})"), Fault::kAction,
                          "AssumeRole policy may only specify STS AssumeRole actions."}});
}

TEST(Document, TrustPoliciesWithFaultsWhoseTextsAreGuesses) {
  const std::string allow = R"("Effect":"Allow","Action":"sts:AssumeRole",)";
  const std::string everybody = R"("Principal":{"AWS":"*"})";
  const std::string two = "{" + allow + R"("Sid":"a",)" + everybody + "}";
  Refused(
      Kind::kTrust,
      {{R"({"Version":"2013-10-17","Statement":{)" + allow + everybody + "}}", Fault::kVersion,
        "The policy must contain a valid version string"},
       {R"({"Statement":[]})", Fault::kSyntax, "Could not parse the policy: Statement is empty!"},
       {Trust(R"("Action":"sts:AssumeRole",)" + everybody), Fault::kSyntax, "Missing required field Effect"},
       {Trust(R"("Effect":"allow","Action":"sts:AssumeRole",)" + everybody), Fault::kSyntax, "Invalid effect: allow"},
       {Trust(R"("Effect":"Allow",)" + everybody), Fault::kNoAction, "Missing required field Action"},
       {Trust(R"("Effect":"Allow","Action":"sts:AssumeRole")"), Fault::kNoPrincipal,
        "Missing required field Principal"},
       {Trust(allow + R"("Principal":{})"), Fault::kNoPrincipal, "Missing required field Principal cannot be empty!"},
       {Trust(allow + R"("Principal":"x")"), Fault::kSyntax, "Principal must be a JSON object."},
       {Trust(allow + R"("Principal":{"Bob":"x"})"), Fault::kSyntax, R"(Invalid principal in policy: "Bob")"},
       {Trust(allow + R"("NotPrincipal":{"AWS":"*"})"), Fault::kProhibited, "Allow with NotPrincipal is not allowed."},
       {Trust(allow + everybody + R"(,"NotResource":"*")"), Fault::kProhibited,
        "AssumeRole policy must not contain resources."},
       {R"({"Statement":[)" + two + "," + two + "]}", Fault::kSid, "The Statement Ids in the policy are not unique"}});
}

TEST(Document, SizeAndDepthAreBounded) {
  const std::string start = Identity(R"("Action":"a:b","Resource":"*")");
  std::string large = start + std::string(kMaxPolicyBytes - start.size(), ' ');
  Accepted(Kind::kIdentity, {large});
  Refused(Kind::kIdentity, {{large + " ", Fault::kTooLarge, kSyntax}});
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "[";
  Refused(Kind::kIdentity, {{Action(deep), Fault::kSyntax, kSyntax}});
}

TEST(Document, TellsWhatIsInIt) {
  const auto document = Document::Compile(R"({"Id":"key-default-1","Statement":[
      {"Sid":"One","Effect":"Allow","Principal":{"AWS":["111122223333","arn:aws:iam::111122223333:role/R"],
       "Service":"logs.amazonaws.com"},"Action":"kms:*","Resource":"*"},
      {"Effect":"Deny","NotPrincipal":{"AWS":["arn:aws:iam::111122223333:user/Bob","111122223333"]},"Action":"kms:*","Resource":"*"}
      ]})",
                                          Kind::kKeyPolicy);
  ASSERT_TRUE(document);
  EXPECT_EQ((*document)->kind(), Kind::kKeyPolicy);
  EXPECT_EQ((*document)->id(), "key-default-1");
  ASSERT_EQ((*document)->statement_count(), 2U);
  EXPECT_EQ((*document)->sid(0), "One");
  EXPECT_EQ((*document)->sid(1), "");
  std::vector<std::string> principals;
  for (const PrincipalRef& ref : (*document)->principals())
    principals.push_back(ref.text + (ref.needs_binding() ? " to bind" : ""));
  EXPECT_EQ(principals, (std::vector<std::string>{"111122223333", "arn:aws:iam::111122223333:role/R to bind",
                                                  "logs.amazonaws.com", "arn:aws:iam::111122223333:user/Bob to bind"}));
}

}  // namespace
}  // namespace kagimori::policy
