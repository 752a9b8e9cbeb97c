#include "net/tls_client.h"

#include <gtest/gtest.h>

#include <boost/asio/buffers_iterator.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <thread>
#include <utility>

namespace kagimori::net {
namespace {

TEST(ClientUrlTest, IsTakenApart) {
  auto url = ParseClientUrl("https://anchors.example:8443/keep?from=here");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->host, "anchors.example");
  EXPECT_EQ(url->port, "8443");
  EXPECT_EQ(url->target, "/keep?from=here");
  EXPECT_EQ(url->host_field, "anchors.example:8443");
  url = ParseClientUrl("http://[::1]");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, "80");
  EXPECT_EQ(url->target, "/");
  EXPECT_EQ(ParseClientUrl("https://10.0.0.1?x")->target, "/?x");
}

TEST(ClientUrlTest, HostileOnesAreRefused) {
  for (std::string_view bad :
       {"", "anchors.example", "ftp://anchors.example/", "https://", "https:///path", "https://user:word@host/",
        "https://host:port/", "https://host:99999/", "https://host:/", "https://host:1x/", "https://[::1",
        "https://[::g]/", "https://[::1]443/", "https://ho st/", "https://host/\r\nX: y", "https://host/#part",
        "https://h\xC3\xB6st/"}) {
    EXPECT_FALSE(ParseClientUrl(bad)) << bad;
  }
  EXPECT_FALSE(ParseClientUrl("https://host/" + std::string(5000, 'x')));
}

TEST(ClientTest, NobodyThere) {
  auto url = ParseClientUrl("http://127.0.0.1:1/");
  ASSERT_TRUE(url);
  auto posted = Post(*url, "application/json", "{}", {.ca_file = {}, .timeout = std::chrono::seconds(5)});
  ASSERT_FALSE(posted);
  EXPECT_EQ(posted.error().kind, ErrorKind::kIo);
  auto got = Get(*url, 100, {.ca_file = {}, .timeout = std::chrono::seconds(5)});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().kind, ErrorKind::kIo);
}

// A server for one request, on a thread of its own.
class OneAnswer {
 public:
  explicit OneAnswer(std::string answer)
      : thread_([this, answer = std::move(answer)] {
          boost::asio::ip::tcp::socket socket(context_);
          acceptor_.accept(socket);
          boost::system::error_code ignored;
          boost::asio::streambuf head;
          boost::asio::read_until(socket, head, "\r\n\r\n", ignored);
          request_.assign(boost::asio::buffers_begin(head.data()), boost::asio::buffers_end(head.data()));
          boost::asio::write(socket, boost::asio::buffer(answer), ignored);
        }) {}
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
  }
  ClientUrl url(std::string_view path) const {
    return ParseClientUrl("http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + std::string(path))
        .value();
  }
  // REQUIRES: it was asked.
  const std::string& request() {
    thread_.join();
    return request_;
  }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::string request_;
  std::thread thread_;
};

TEST(GetTest, TheBodyOfAnAnswer) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_EQ(Get(server.url("/a?b=c"), 5, {}), "hello");
  EXPECT_TRUE(server.request().starts_with("GET /a?b=c HTTP/1.1\r\n")) << server.request();
}

TEST(GetTest, NoMoreThanTheLimit) {
  OneAnswer server("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello!");
  EXPECT_FALSE(Get(server.url("/"), 5, {}));
  OneAnswer chunked("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n4\r\nhell\r\n0\r\n\r\n");
  EXPECT_EQ(Get(chunked.url("/"), 5, {}).error().kind, ErrorKind::kLimit);
}

TEST(GetTest, OtherAnswers) {
  for (const char* answer : {"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
                             "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\nno", "HTTP/1.1 204 No\r\n\r\n",
                             "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "nonsense", ""}) {
    OneAnswer server(answer);
    EXPECT_FALSE(Get(server.url("/"), 100, {})) << answer;
  }
}

}  // namespace
}  // namespace kagimori::net
