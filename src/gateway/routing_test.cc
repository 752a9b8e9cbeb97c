#include "gateway/routing.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace kagimori::gateway {
namespace {

Route RouteFor(std::string_view method, std::string_view target, std::vector<net::HeaderField> fields) {
  net::RequestHead head;
  head.method = method;
  head.target = target;
  head.fields = fields;
  return RouteOf(head);
}

std::string Authorization(std::string_view service) {
  return "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20250102/eu-central-1/" + std::string(service) +
         "/aws4_request, SignedHeaders=host, Signature=" + std::string(64, 'a');
}

constexpr std::string_view kForm = "application/x-www-form-urlencoded; charset=utf-8";
constexpr std::string_view kJson = "application/x-amz-json-1.1";

TEST(Routing, ATargetIsKms) {
  EXPECT_EQ(RouteFor("POST", "/", {{"X-Amz-Target", "TrentService.Encrypt"}, {"Content-Type", kJson}}), Route::kKms);
  EXPECT_EQ(RouteFor("POST", "/", {{"X-Amz-Target", "Unknown.Thing"}}), Route::kKms)
      << "KMS answers that it does not know it";
  EXPECT_EQ(RouteFor("GET", "/", {{"X-Amz-Target", "TrentService.Encrypt"}}), Route::kNone);
  EXPECT_EQ(RouteFor("POST", "/", {{"Content-Type", kJson}}), Route::kKms);
  EXPECT_EQ(RouteFor("PUT", "/", {{"Content-Type", kJson}}), Route::kNone);
}

TEST(Routing, ATargetOfSystemsManagerIsSsm) {
  EXPECT_EQ(RouteFor("POST", "/", {{"X-Amz-Target", "AmazonSSM.GetParameter"}, {"Content-Type", kJson}}), Route::kSsm);
  EXPECT_EQ(RouteFor("POST", "/", {{"X-Amz-Target", "AmazonSSM.NoSuchThing"}}), Route::kSsm);
  EXPECT_EQ(RouteFor("GET", "/", {{"X-Amz-Target", "AmazonSSM.GetParameter"}}), Route::kNone);
}

TEST(Routing, AFormIsStsUnlessItIsSignedForKms) {
  std::string sts = Authorization("sts");
  std::string kms = Authorization("kms");
  EXPECT_EQ(RouteFor("POST", "/", {{"Content-Type", kForm}, {"Authorization", sts}}), Route::kSts);
  EXPECT_EQ(RouteFor("POST", "/", {{"Content-Type", kForm}}), Route::kSts);
  EXPECT_EQ(RouteFor("POST", "/", {{"Content-Type", kForm}, {"Authorization", kms}}), Route::kNone);
  EXPECT_EQ(RouteFor("GET", "/?Action=GetCallerIdentity&Version=2011-06-15", {{"Authorization", sts}}), Route::kSts);
  EXPECT_EQ(RouteFor("GET", "/", {{"Authorization", sts}}), Route::kNone);
}

TEST(Routing, AFormThatIsSignedForIamIsIams) {
  std::string iam = Authorization("iam");
  EXPECT_EQ(RouteFor("POST", "/", {{"Content-Type", kForm}, {"Authorization", iam}}), Route::kIam);
  EXPECT_EQ(RouteFor("GET", "/?Action=GetUser&Version=2010-05-08", {{"Authorization", iam}}), Route::kIam);
  EXPECT_EQ(RouteFor("POST", "/", {{"Content-Type", kJson}, {"Authorization", iam}}), Route::kKms)
      << "KMS answers that it is not signed for it";
}

TEST(Routing, OnePathOnly) {
  for (std::string_view target : {"/x", "//", "/?", "", "*", "/metrics", "http://localhost/"}) {
    Route expected = target == "/?" ? Route::kKms : Route::kNone;
    EXPECT_EQ(RouteFor("POST", target, {{"X-Amz-Target", "TrentService.Encrypt"}}), expected) << target;
  }
}

// A name that an attacker's DNS can lead to this machine must not pass (DNS rebinding).
TEST(Routing, LoopbackNames) {
  for (std::string_view host :
       {"localhost", "localhost:4599", "LocalHost", "kms.localhost", "KMS.eu-central-1.LOCALHOST:80", "127.0.0.1",
        "127.0.0.1:4599", "127.1.2.3", "[::1]", "[::1]:4599"}) {
    EXPECT_TRUE(IsLoopbackHost(host)) << host;
  }
  for (std::string_view host : {"",
                                ":4599",
                                "example.com",
                                "localhost.example.com",
                                "notlocalhost",
                                "127.0.0.1.example.com",
                                "128.0.0.1",
                                "0.0.0.0",
                                "127",
                                "[::1].example.com",
                                "[::2]",
                                "[::1",
                                "::1",
                                "localhost:4599.example.com",
                                "localhost:x",
                                "localhost ",
                                "example.com#.localhost:x",
                                "10.0.0.1",
                                "[::ffff:8.8.8.8]",
                                "localhost:80:80",
                                "[::1]x",
                                "1127.0.0.1"}) {
    EXPECT_FALSE(IsLoopbackHost(host)) << host;
  }
}

TEST(Routing, LoopbackOrigins) {
  for (std::string_view origin :
       {"http://localhost", "http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:1"}) {
    EXPECT_TRUE(IsLoopbackOrigin(origin)) << origin;
  }
  for (std::string_view origin :
       {"", "null", "localhost", "http://", "file://", "http://example.com", "http://localhost.example.com",
        "http://example.com://localhost", "http://localhost@example.com", "http://example.com/localhost",
        "http://example.com/.localhost", "http://example.com?.localhost", "http://a@b.localhost", "http://localhost/",
        "http:/localhost"}) {
    EXPECT_FALSE(IsLoopbackOrigin(origin)) << origin;
  }
}

}  // namespace
}  // namespace kagimori::gateway
