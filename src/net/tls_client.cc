#include "net/tls_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <utility>

namespace kagimori::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr size_t kMaxUrl = 2048;
constexpr size_t kMaxAnswerHead = 16 * 1024;

bool IsName(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}
bool IsAddress(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

// What is sent and what comes back.
struct Conversation {
  http::request<http::string_body> request;
  http::response_parser<http::string_body> answer;
  size_t body_limit = 64 * 1024;
  bool wants_body = false;
};

// One message, step by step, each until the one deadline of all.
class Exchange {
 public:
  Exchange(const ClientUrl& url, const ClientOptions& options)
      : url_(url), deadline_(std::chrono::steady_clock::now() + options.timeout) {}

  // `start` begins an asynchronous operation with the handler it is given.
  template <class Start>
  Result<> Do(std::string_view doing, Start start) {
    std::optional<error_code> outcome;
    start([&outcome](error_code error, auto&&...) { outcome = error; });
    context_.restart();
    while (!outcome && context_.run_one_until(deadline_) > 0) {
    }
    // A handler that did not run is destroyed with the context and never runs.
    if (!outcome) return Failed(doing, "timed out");
    return *outcome ? Failed(doing, outcome->message()) : Result<>();
  }

  Result<> Connect() {
    tcp::resolver::results_type found;
    KAGIMORI_RETURN_IF_ERROR(Do("look up", [&](auto done) {
      resolver_.async_resolve(url_.host, url_.port, [&found, done](error_code error, auto results) {
        if (!error) found = std::move(results);
        done(error);
      });
    }));
    return Do("connect to", [&](auto done) { asio::async_connect(socket_, found, done); });
  }

  // Writes the request and reads the answer's head; the answer's body, too, where its end is waited for.
  template <class Stream>
  Result<> Talk(Stream& stream, Conversation* conversation) {
    http::request<http::string_body>& request = conversation->request;
    request.target(url_.target);
    request.set(http::field::host, url_.host_field);
    request.set(http::field::user_agent, "kagimori");
    request.keep_alive(false);
    request.prepare_payload();
    KAGIMORI_RETURN_IF_ERROR(Do("write to", [&](auto done) { http::async_write(stream, request, done); }));
    boost::beast::flat_buffer buffer(kMaxAnswerHead + conversation->body_limit);
    auto& answer = conversation->answer;
    answer.header_limit(kMaxAnswerHead);
    answer.body_limit(conversation->body_limit);
    KAGIMORI_RETURN_IF_ERROR(
        Do("read from", [&](auto done) { http::async_read_header(stream, buffer, answer, done); }));
    const unsigned status = answer.get().result_int();
    if (status / 100 != 2) return Fail(ErrorKind::kUnavailable, fmt::format("{} answered {}", url_.host_field, status));
    if (!conversation->wants_body) return {};
    if (status != 200) return Fail(ErrorKind::kUnavailable, fmt::format("{} answered {}", url_.host_field, status));
    std::optional<error_code> outcome;
    Result<> read = Do("read from", [&](auto done) {
      http::async_read(stream, buffer, answer, [&outcome, done](error_code error, size_t) mutable {
        outcome = error;
        done(error);
      });
    });
    if (outcome == http::error::body_limit)
      return Fail(ErrorKind::kLimit, fmt::format("{} answered with too much", url_.host_field));
    return read;
  }

  tcp::socket& socket() { return socket_; }

 private:
  Result<> Failed(std::string_view doing, std::string_view why) const {
    return Fail(ErrorKind::kIo, fmt::format("{} {}: {}", doing, url_.host_field, why));
  }

  const ClientUrl& url_;
  const std::chrono::steady_clock::time_point deadline_;
  asio::io_context context_{1};
  tcp::resolver resolver_{context_};
  tcp::socket socket_{context_};
};

Result<> Prepare(asio::ssl::context* context, const std::filesystem::path& ca_file) {
  error_code error;
  context->set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1, error);
  if (!error) context->load_verify_file(ca_file.string(), error);
  if (error) return Fail(ErrorKind::kIo, fmt::format("{}: {}", ca_file.string(), error.message()));
  return {};
}

Result<> TalkOverTls(Exchange* exchange, const ClientUrl& url, const ClientOptions& options,
                     Conversation* conversation) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  KAGIMORI_RETURN_IF_ERROR(Prepare(&context, options.ca_file));
  asio::ssl::stream<tcp::socket&> stream(exchange->socket(), context);
  error_code error;
  stream.set_verify_mode(asio::ssl::verify_peer, error);
  if (!error) stream.set_verify_callback(asio::ssl::host_name_verification(url.host), error);
  if (error) return Fail(ErrorKind::kInternal, "TLS cannot be set up: " + error.message());
  // RFC 6066: no addresses in the server name.
  bool address = std::ranges::all_of(url.host, IsAddress);
  if (!address && SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1)
    return Fail(ErrorKind::kInternal, "TLS cannot be set up");
  KAGIMORI_RETURN_IF_ERROR(exchange->Do(
      "agree on TLS with", [&](auto done) { stream.async_handshake(asio::ssl::stream_base::client, done); }));
  return exchange->Talk(stream, conversation);
}

Result<> Converse(const ClientUrl& url, const ClientOptions& options, Conversation* conversation) {
  Exchange exchange(url, options);
  KAGIMORI_RETURN_IF_ERROR(exchange.Connect());
  if (url.tls) return TalkOverTls(&exchange, url, options, conversation);
  return exchange.Talk(exchange.socket(), conversation);
}

}  // namespace

Result<ClientUrl> ParseClientUrl(std::string_view url) {
  auto bad = [](std::string_view why) { return Fail(ErrorKind::kInvalid, std::string(why)); };
  if (url.size() > kMaxUrl) return bad("the URL is too long");
  if (!std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F && c != '#' && c != '\\' && c != '"'; }))
    return bad("the URL has a character that does not belong there");
  ClientUrl parsed;
  parsed.tls = url.starts_with("https://");
  if (!parsed.tls && !url.starts_with("http://")) return bad("the URL begins neither with https:// nor with http://");
  url.remove_prefix(parsed.tls ? 8 : 7);
  std::string_view authority = url.substr(0, url.find_first_of("/?"));
  url.remove_prefix(authority.size());
  parsed.host_field = authority;
  parsed.target = url.starts_with('/') ? std::string(url) : "/" + std::string(url);
  std::string_view rest;
  if (authority.starts_with('[')) {
    size_t end = authority.find(']');
    if (end == authority.npos) return bad("the URL's address has no end");
    parsed.host = authority.substr(1, end - 1);
    rest = authority.substr(end + 1);
    if (!std::ranges::all_of(parsed.host, IsAddress)) return bad("the URL's address is none");
  } else {
    parsed.host = authority.substr(0, authority.find(':'));
    rest = authority.substr(parsed.host.size());
    if (!std::ranges::all_of(parsed.host, IsName)) return bad("the URL's host is no name (no user may be in it)");
  }
  if (parsed.host.empty()) return bad("the URL has no host");
  if (rest.empty()) {
    parsed.port = parsed.tls ? "443" : "80";
    return parsed;
  }
  parsed.port = rest.substr(1);
  bool digits = std::ranges::all_of(parsed.port, [](char c) { return c >= '0' && c <= '9'; });
  if (rest[0] != ':' || parsed.port.empty() || parsed.port.size() > 5 || !digits || std::stoi(parsed.port) > 65535)
    return bad("the URL's port is none");
  return parsed;
}

Result<> Post(const ClientUrl& url, std::string_view content_type, std::string_view body,
              const ClientOptions& options) {
  Conversation conversation;
  conversation.request.method(http::verb::post);
  conversation.request.set(http::field::content_type,
                           boost::beast::string_view(content_type.data(), content_type.size()));
  conversation.request.body() = body;
  return Converse(url, options, &conversation);  // the answer's body says nothing that is needed
}

Result<std::string> Get(const ClientUrl& url, size_t limit, const ClientOptions& options) {
  Conversation conversation;
  conversation.request.method(http::verb::get);
  conversation.request.set(http::field::accept, "application/json");
  conversation.body_limit = limit;
  conversation.wants_body = true;
  KAGIMORI_RETURN_IF_ERROR(Converse(url, options, &conversation));
  return std::move(conversation.answer.get().body());
}

}  // namespace kagimori::net
