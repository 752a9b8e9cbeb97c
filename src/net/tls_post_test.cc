#include "net/tls_post.h"

#include <gtest/gtest.h>

namespace kagimori::net {
namespace {

TEST(PostUrlTest, IsTakenApart) {
  auto url = ParsePostUrl("https://anchors.example:8443/keep?from=here");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "anchors.example");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->target, "/keep?from=here");
  EXPECT_EQ(url->host_field, "anchors.example:8443");
  url = ParsePostUrl("http://[::1]");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, "80");
  EXPECT_EQ(url->target, "/");
  EXPECT_EQ(ParsePostUrl("https://10.0.0.1?x")->target, "/?x");
}

TEST(PostUrlTest, HostileOnesAreRefused) {
  for (std::string_view bad :
       {"", "anchors.example", "ftp://anchors.example/", "https://", "https:///path", "https://user:word@host/",
        "https://host:port/", "https://host:99999/", "https://host:/", "https://host:1x/", "https://[::1",
        "https://[::g]/", "https://[::1]443/", "https://ho st/", "https://host/\r\nX: y", "https://host/#part",
        "https://h\xC3\xB6st/"}) {
    EXPECT_FALSE(ParsePostUrl(bad)) << bad;
  }
  EXPECT_FALSE(ParsePostUrl("https://host/" + std::string(5000, 'x')));
}

TEST(PostTest, NobodyThere) {
  auto url = ParsePostUrl("http://127.0.0.1:1/");
  ASSERT_TRUE(url);
  auto posted = Post(*url, "application/json", "{}", {.ca_file = {}, .timeout = std::chrono::seconds(5)});
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().kind, ErrorKind::kIo);
}

}  // namespace
}  // namespace kagimori::net
