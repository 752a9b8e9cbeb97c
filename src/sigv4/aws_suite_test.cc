// The cases of AWS's published Signature Version 4 test suite, each with its published signature.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sigv4/testing/test_request.h"

namespace kagimori::sigv4 {
namespace {

constexpr int64_t kSuiteSeconds = 1440938160;  // 20150830T123600Z

struct SuiteCase {
  std::string name;
  std::string method;
  std::string target;
  std::vector<OwnedField> more;  // beside Host and X-Amz-Date
  std::string body;
  std::string signed_headers;
  std::string signature;
};

constexpr char kUnreserved[] = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr char kVanilla[] = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
constexpr char kPostVanilla[] = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
constexpr char kUtf8Query[] = "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04";
constexpr char kOneHeader[] = "host;my-header1;x-amz-date";
constexpr char kToken[] =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthA"
    "x7mSEI/qkPpKPi/"
    "kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9"
    "q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

std::vector<SuiteCase> Suite() {
  const std::string plain = "host;x-amz-date";
  const std::string form = "content-type;host;x-amz-date";
  return {
      {"get-vanilla", "GET", "/", {}, "", plain, kVanilla},
      {"get-vanilla-query", "GET", "/", {}, "", plain, kVanilla},
      {"get-vanilla-empty-query-key",
       "GET",
       "/?Param1=value1",
       {},
       "",
       plain,
       "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
      {"get-vanilla-query-order-key-case",
       "GET",
       "/?Param2=value2&Param1=value1",
       {},
       "",
       plain,
       "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
      {"get-vanilla-query-order-value",
       "GET",
       "/?Param1=value2&Param1=value1",
       {},
       "",
       plain,
       "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
      {"get-vanilla-query-unreserved",
       "GET",
       std::string("/?") + kUnreserved + "=" + kUnreserved,
       {},
       "",
       plain,
       "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
      {"get-vanilla-utf8-query", "GET", "/?\xE1\x88\xB4=bar", {}, "", plain, kUtf8Query},
      {"get-vanilla-utf8-query, escaped", "GET", "/?%e1%88%B4=bar", {}, "", plain, kUtf8Query},
      {"get-utf8",
       "GET",
       "/\xE1\x88\xB4",
       {},
       "",
       plain,
       "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
      {"get-unreserved",
       "GET",
       std::string("/") + kUnreserved,
       {},
       "",
       plain,
       "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
      {"get-relative", "GET", "/example/..", {}, "", plain, kVanilla},
      {"get-relative-relative", "GET", "/example1/example2/../..", {}, "", plain, kVanilla},
      {"get-slash", "GET", "//", {}, "", plain, kVanilla},
      {"get-slash-dot-slash", "GET", "/./", {}, "", plain, kVanilla},
      {"get-slash-pointless-dot",
       "GET",
       "/./example",
       {},
       "",
       plain,
       "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5"},
      {"get-slashes",
       "GET",
       "//example//",
       {},
       "",
       plain,
       "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
      {"get-space",
       "GET",
       "/example space/",
       {},
       "",
       plain,
       "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
      {"get-header-key-duplicate",
       "GET",
       "/",
       {{"My-Header1", "value2"}, {"My-Header1", "value2"}, {"My-Header1", "value1"}},
       "",
       kOneHeader,
       "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
      {"get-header-value-multiline",
       "GET",
       "/",
       {{"My-Header1", "value1  value2     value3"}},
       "",
       kOneHeader,
       "cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd"},
      {"get-header-value-order",
       "GET",
       "/",
       {{"My-Header1", "value4"}, {"My-Header1", "value1"}, {"My-Header1", "value3"}, {"My-Header1", "value2"}},
       "",
       kOneHeader,
       "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
      {"get-header-value-trim",
       "GET",
       "/",
       {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}},
       "",
       "host;my-header1;my-header2;x-amz-date",
       "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
      {"post-vanilla", "POST", "/", {}, "", plain, kPostVanilla},
      {"post-header-key-case", "POST", "/", {}, "", plain, kPostVanilla},
      {"post-vanilla-query",
       "POST",
       "/?Param1=value1",
       {},
       "",
       plain,
       "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
      {"post-header-key-sort",
       "POST",
       "/",
       {{"My-Header1", "value1"}},
       "",
       kOneHeader,
       "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
      {"post-header-value-case",
       "POST",
       "/",
       {{"My-Header1", "VALUE1"}},
       "",
       kOneHeader,
       "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
      {"post-x-www-form-urlencoded",
       "POST",
       "/",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       form,
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
      {"post-x-www-form-urlencoded-parameters",
       "POST",
       "/",
       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf8"}},
       "Param1=value1",
       form,
       "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
      {"post-sts-header-before",
       "POST",
       "/",
       {{"X-Amz-Security-Token", kToken}},
       "",
       "host;x-amz-date;x-amz-security-token",
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
  };
}

TestRequest ToRequest(const SuiteCase& test) {
  TestRequest request{.method = test.method,
                      .target = test.target,
                      .fields = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}},
                      .body = test.body,
                      .views = {}};
  request.fields.insert(request.fields.end(), test.more.begin(), test.more.end());
  request.fields.push_back({"Authorization",
                            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                            "SignedHeaders=" +
                                test.signed_headers + ", Signature=" + test.signature});
  return request;
}

TEST(AwsSuite, EveryPublishedSignatureVerifies) {
  for (const SuiteCase& test : Suite()) {
    EXPECT_EQ(Check(ToRequest(test), At(kSuiteSeconds), {"service"}), "") << test.name;
  }
}

TEST(AwsSuite, NoSignatureVerifiesForAnotherCase) {
  const std::vector<SuiteCase> suite = Suite();
  for (const SuiteCase& test : suite) {
    for (const SuiteCase& other : suite) {
      if (test.signature == other.signature) continue;
      SuiteCase mixed = test;
      mixed.signature = other.signature;
      EXPECT_NE(Check(ToRequest(mixed), At(kSuiteSeconds), {"service"}), "") << test.name << " as " << other.name;
    }
  }
}

}  // namespace
}  // namespace kagimori::sigv4
