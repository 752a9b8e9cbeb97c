#include "oidc/issuer_keys.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <vector>

namespace kagimori::oidc {
namespace {

constexpr std::string_view kIssuer = "https://token.example.com/tenant";
constexpr std::string_view kPoint =
    R"("kty":"EC","crv":"P-256","x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU")";

std::string KeysNamed(std::string_view id) {
  return R"({"keys":[{"kid":")" + std::string(id) + R"(",)" + std::string(kPoint) + "}]}";
}

// An issuer that is asked by a clock that stands still until it is moved.
struct Issuer {
  std::map<std::string, std::string> documents{
      {"https://token.example.com/tenant/.well-known/openid-configuration",
       R"({"issuer":"https://token.example.com/tenant","jwks_uri":"https://keys.example.com/all"})"},
      {"https://keys.example.com/all", KeysNamed("one")}};
  std::chrono::steady_clock::time_point now{};
  std::atomic<int> asked = 0;

  IssuerKeys Keys(IssuerKeys::Options options) {
    return IssuerKeys(
        std::move(options),
        [this](const std::string& url, size_t limit) -> Result<std::string> {
          ++asked;
          auto found = documents.find(url);
          if (found == documents.end()) return Fail(ErrorKind::kIo, "nobody is there");
          if (found->second.size() > limit) return Fail(ErrorKind::kLimit, "too much");
          return found->second;
        },
        [this] { return now; });
  }
  IssuerKeys Fetched() { return Keys({.pinned = {}, .fetched = {std::string(kIssuer)}}); }
};

TEST(IssuerKeys, NobodyNamedIt) {
  Issuer issuer;
  IssuerKeys keys = issuer.Fetched();
  for (std::string_view other : {"https://token.example.com", "https://token.example.com/tenant/x",
                                 "http://token.example.com/tenant", "https://evil.example.com", ""}) {
    EXPECT_EQ(keys.Find(other, "").error().kind, ErrorKind::kNotFound) << other;
    EXPECT_EQ(keys.Fetch(other, "").error().kind, ErrorKind::kNotFound) << other;
  }
  EXPECT_EQ(issuer.asked, 0);
}

TEST(IssuerKeys, PinnedOnesAreNeverFetched) {
  Issuer issuer;
  IssuerKeys keys = issuer.Keys(
      {.pinned = {{"https://token.example.com/tenant/", JwkSet::Parse(KeysNamed("p")).value()}}, .fetched = {}});
  EXPECT_TRUE((*keys.Find(kIssuer, "p"))->Has("p"));
  EXPECT_TRUE(keys.Find(kIssuer, "unknown"));
  EXPECT_TRUE(keys.Fetch(kIssuer, "unknown"));
  EXPECT_EQ(issuer.asked, 0);
}

TEST(IssuerKeys, FetchedOnesAreKeptForAWhile) {
  Issuer issuer;
  IssuerKeys keys = issuer.Fetched();
  EXPECT_EQ(keys.Find(kIssuer, "one").error().kind, ErrorKind::kUnavailable);
  ASSERT_TRUE(keys.Fetch(kIssuer, "one"));
  EXPECT_EQ(issuer.asked, 2);
  EXPECT_TRUE(keys.Find(kIssuer, "one"));
  EXPECT_TRUE(keys.Find(std::string(kIssuer) + "/", ""));
  issuer.now += IssuerKeys::kFreshFor;
  EXPECT_EQ(keys.Find(kIssuer, "one").error().kind, ErrorKind::kUnavailable);
  ASSERT_TRUE(keys.Fetch(kIssuer, "one"));
  EXPECT_EQ(issuer.asked, 4);
}

TEST(IssuerKeys, AnUnknownKeyIdFetchesAnewNotTooOften) {
  Issuer issuer;
  IssuerKeys keys = issuer.Fetched();
  ASSERT_TRUE(keys.Fetch(kIssuer, "one"));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE((*keys.Fetch(kIssuer, "guess"))->Has("guess"));
  EXPECT_EQ(issuer.asked, 2);
  issuer.documents["https://keys.example.com/all"] = KeysNamed("two");
  issuer.now += IssuerKeys::kBetweenFetches;
  EXPECT_TRUE((*keys.Fetch(kIssuer, "two"))->Has("two"));
  EXPECT_EQ(issuer.asked, 4);
}

TEST(IssuerKeys, AFailureIsNotAskedForAgainAtOnce) {
  Issuer issuer;
  issuer.documents.clear();
  IssuerKeys keys = issuer.Fetched();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(keys.Fetch(kIssuer, "").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(issuer.asked, 1);
  issuer.now += IssuerKeys::kBetweenFetches;
  EXPECT_FALSE(keys.Fetch(kIssuer, ""));
  EXPECT_EQ(issuer.asked, 2);
}

TEST(IssuerKeys, FreshKeysServeWhileTheIssuerIsAway) {
  Issuer issuer;
  IssuerKeys keys = issuer.Fetched();
  ASSERT_TRUE(keys.Fetch(kIssuer, "one"));
  issuer.documents.clear();
  issuer.now += IssuerKeys::kBetweenFetches;
  EXPECT_TRUE(keys.Fetch(kIssuer, "another"));
  issuer.now += IssuerKeys::kFreshFor;
  EXPECT_FALSE(keys.Fetch(kIssuer, "one"));
}

TEST(IssuerKeys, HostileConfigurations) {
  for (std::string_view text :
       {"", "[]", "{}", R"({"issuer":"https://evil.example.com","jwks_uri":"https://keys.example.com/all"})",
        R"({"issuer":"https://token.example.com/tenant"})",
        R"({"issuer":"https://token.example.com/tenant","jwks_uri":"http://keys.example.com/all"})",
        R"({"issuer":"https://token.example.com/tenant","jwks_uri":"file:///etc/passwd"})",
        R"({"issuer":"https://token.example.com/tenant","jwks_uri":7})"}) {
    Issuer issuer;

    issuer.documents["https://token.example.com/tenant/.well-known/openid-configuration"] = text;
    issuer.documents["https://keys.example.com/all"] = KeysNamed("one");
    IssuerKeys keys = issuer.Fetched();
    EXPECT_FALSE(keys.Fetch(kIssuer, "")) << text;
  }
}

TEST(IssuerKeys, ManyAtOnceFetchOnce) {
  Issuer issuer;
  IssuerKeys keys = issuer.Fetched();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_TRUE(keys.Fetch(kIssuer, "one")); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(issuer.asked, 2);
}

TEST(CheckIssuer, WhatIsOne) {
  for (std::string_view good :
       {"https://token.actions.githubusercontent.com", "https://a.example:8443/b/c/", "https://[::1]/x"})
    EXPECT_TRUE(CheckIssuer(good)) << good;
  for (std::string_view bad : {"", "https://", "http://a.example", "https:///x", "https://a?b", "https://a#b",
                               "https://u@a", "https://a b", "https://:1", "HTTPS://a"})
    EXPECT_FALSE(CheckIssuer(bad)) << bad;
  EXPECT_FALSE(CheckIssuer("https://a/" + std::string(255, 'x')));
}

}  // namespace
}  // namespace kagimori::oidc
