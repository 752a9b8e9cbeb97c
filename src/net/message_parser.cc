#include "net/message_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <charconv>

namespace kagimori::net {
namespace {

namespace http = boost::beast::http;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

bool EqualsIgnoringCase(std::string_view a, std::string_view b) {
  return boost::beast::iequals({a.data(), a.size()}, {b.data(), b.size()});
}

bool IsControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

void CountUpTo2(uint8_t* counter) { *counter = static_cast<uint8_t>(std::min(*counter + 1, 2)); }

constexpr size_t kMaxTrailers = 16;
// A chunk's size line with its extensions, or the last one with the trailer.
constexpr size_t kMaxChunkElement = 4096;
constexpr size_t kLastChunkBytes = 5;
// What chunked framing may add to a body: some, and per byte of body so much ("1\r\nx\r\n" adds five).
constexpr size_t kFramingSlack = 16 * 1024;
constexpr size_t kFramingFactor = 16;

}  // namespace

int MessageParser::ParseHead(std::string_view head) {
  ErrorCode ec;
  const size_t consumed = put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (refusal_ != 0) return refusal_;
  if (ec == http::error::bad_version) return 505;
  if (ec || !head_done_ || consumed != head.size()) return 400;
  if (int status = CheckTarget()) return status;
  if (int status = CheckFraming()) return status;
  // RFC 9110 section 10.1.1: an expectation we do not know is refused; HTTP/1.0 senders' are not looked at.
  if (version_ == 10) expects_continue_ = foreign_expectation_ = false;
  return foreign_expectation_ ? 417 : 0;
}

MessageParser::Progress MessageParser::ParseChunks(std::string_view bytes) {
  Progress progress;
  ErrorCode ec;
  // One `put` takes one element: a chunk's line, a piece of its data, or the last line with the trailer.
  // At least "0\r\n\r\n" is still to come wherever the body stands; Beast asserts that much when it looks at the last
  // line again.
  while (!ec && !is_done() && bytes.size() - progress.consumed >= kLastChunkBytes && progress.refusal == 0) {
    const std::string_view rest = bytes.substr(progress.consumed);
    const size_t decoded_before = decoded_bytes_;
    const size_t n = put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    progress.consumed += n;
    if (refusal_ != 0) {
      progress.refusal = refusal_;
    } else if (ec && ec != http::error::need_more) {
      progress.refusal = 400;
    } else {
      progress.refusal = CheckChunkFraming(n, decoded_before, ec ? rest.size() : 0);
    }
  }
  progress.done = progress.refusal == 0 && is_done();
  return progress;
}

// Bounds each element and what all of them add to the body.
int MessageParser::CheckChunkFraming(size_t consumed, size_t decoded_before, size_t pending) {
  if (pending > kMaxChunkElement) return 400;
  if (decoded_bytes_ != decoded_before) return 0;
  if (consumed > kMaxChunkElement) return 400;
  framing_bytes_ += consumed;
  return framing_bytes_ > kFramingSlack + kFramingFactor * decoded_bytes_ ? 400 : 0;
}

void MessageParser::Refuse(int status, ErrorCode& ec) {
  refusal_ = status;
  ec = http::error::bad_field;  // any error stops the parser
}

void MessageParser::on_request_impl(http::verb, Text method, Text target, int version, ErrorCode&) {
  method_ = View(method);
  target_ = View(target);
  version_ = version;
}

void MessageParser::on_field_impl(http::field id, Text name, Text value, ErrorCode& ec) {
  if (head_done_) {  // a trailer field: bounded and dropped
    if (++trailer_count_ > kMaxTrailers) Refuse(400, ec);
    return;
  }
  if (field_count_ == fields_.size()) return Refuse(431, ec);
  fields_[field_count_++] = {View(name), View(value)};
  switch (id) {
    case http::field::host:
      return CountUpTo2(&hosts_);
    case http::field::content_length:
      content_length_ = View(value);
      return CountUpTo2(&content_lengths_);
    case http::field::transfer_encoding:
      transfer_encoding_ = View(value);
      return CountUpTo2(&transfer_encodings_);
    case http::field::expect:
      if (EqualsIgnoringCase(View(value), "100-continue")) {
        expects_continue_ = true;
      } else {
        foreign_expectation_ = true;
      }
      return;
    default:
      return;
  }
}

void MessageParser::on_chunk_header_impl(uint64_t size, Text extensions, ErrorCode& ec) {
  // Beast lets a quoted extension hold anything; a line feed in one is how parsers are made to disagree.
  if (std::any_of(extensions.begin(), extensions.end(), IsControl)) return Refuse(400, ec);
  if (int status = sink_->BeginChunk(size)) Refuse(status, ec);
}

size_t MessageParser::on_chunk_body_impl(uint64_t, Text body, ErrorCode& ec) {
  if (int status = sink_->AppendChunk(View(body))) Refuse(status, ec);
  decoded_bytes_ += body.size();
  return body.size();
}

int MessageParser::CheckTarget() const {
  if (std::any_of(target_.begin(), target_.end(), [](char c) { return c <= 0x20 || c >= 0x7f; })) return 400;
  if (target_.starts_with('/')) return 0;
  // The absolute form is for proxies and the authority form for CONNECT: refused, so that there is one place for the
  // host.
  return target_ == "*" && method_ == "OPTIONS" ? 0 : 400;
}

// RFC 9112 sections 3.2, 6.1 and 6.3, each choice taken the strict way.
int MessageParser::CheckFraming() {
  if (hosts_ > 1 || (version_ == 11 && hosts_ == 0)) return 400;
  if (content_lengths_ > 1 || transfer_encodings_ > 1) return 400;
  if (content_lengths_ + transfer_encodings_ > 1) return 400;
  if (transfer_encodings_ == 1) {
    if (version_ == 10) return 400;
    return EqualsIgnoringCase(transfer_encoding_, "chunked") && chunked() ? 0 : 501;
  }
  if (content_lengths_ == 1) {
    const char* end = content_length_.data() + content_length_.size();
    auto [stop, error] = std::from_chars(content_length_.data(), end, body_length_);
    if (error != std::errc() || stop != end || content_length_.starts_with('-')) return 400;
  }
  return 0;
}

}  // namespace kagimori::net
