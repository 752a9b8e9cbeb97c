#ifndef KAGIMORI_NET_MESSAGE_PARSER_H_
#define KAGIMORI_NET_MESSAGE_PARSER_H_

#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "net/http.h"

namespace kagimori::net {

// Takes the decoded bytes of a chunked body.
class ChunkSink {
 public:
  // Both: 0, or the status with which the request is refused. AppendChunk gets at most what BeginChunk agreed to.
  virtual int BeginChunk(uint64_t size) = 0;
  virtual int AppendChunk(std::string_view data) = 0;

 protected:
  ~ChunkSink() = default;
};

// Beast's request parser with a sink of our own and the rules that Beast leaves out: it accepts a body whose
// Transfer-Encoding it does not know as no body, lists in Content-Length, targets of every form, any number of Host
// fields. Serves for one message.
//
// GUARANTEES: a message that it lets through has exactly one reading: at most one of one Content-Length of digits and
// one Transfer-Encoding "chunked".
class MessageParser final : public boost::beast::http::basic_parser<true> {
 public:
  // `fields`: room for as many as are allowed. The views it stores point into the buffer given to ParseHead.
  MessageParser(std::span<HeaderField> fields, ChunkSink* sink) : fields_(fields), sink_(sink) {
    header_limit(UINT32_MAX);  // the caller bounds the head; Beast's own limit counts only a part of it
    body_limit(boost::none);   // and the body
  }

  // `head`: everything up to and including the empty line, without bare LF and folded lines. 0, or the status with
  // which the request is refused.
  int ParseHead(std::string_view head);

  // Decodes the next bytes of a chunked body. What it leaves unconsumed is to be given again with more behind it;
  // `done` once the last chunk and the trailer are through. REQUIRES: chunked().
  struct Progress {
    int refusal = 0;
    size_t consumed = 0;
    bool done = false;
  };
  Progress ParseChunks(std::string_view bytes);

  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }
  std::span<const HeaderField> fields() const { return fields_.first(field_count_); }
  uint64_t body_length() const { return body_length_; }  // 0 for a chunked body
  bool persistent() const { return version_ == 11 && keep_alive(); }
  bool expects_continue() const { return expects_continue_; }

 private:
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, ErrorCode& ec) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field id, Text name, Text value, ErrorCode& ec) override;
  void on_header_impl(ErrorCode&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<uint64_t>&, ErrorCode&) override {}
  size_t on_body_impl(Text body, ErrorCode&) override { return body.size(); }
  void on_chunk_header_impl(uint64_t size, Text extensions, ErrorCode& ec) override;
  size_t on_chunk_body_impl(uint64_t remain, Text body, ErrorCode& ec) override;
  void on_finish_impl(ErrorCode&) override {}

  int CheckChunkFraming(size_t consumed, size_t decoded_before, size_t pending);
  void Refuse(int status, ErrorCode& ec);
  int CheckTarget() const;
  int CheckFraming();

  std::span<HeaderField> fields_;
  ChunkSink* sink_;
  size_t field_count_ = 0;
  size_t trailer_count_ = 0;
  size_t framing_bytes_ = 0;  // of a chunked body so far
  size_t decoded_bytes_ = 0;
  std::string_view method_;
  std::string_view target_;
  std::string_view content_length_;
  std::string_view transfer_encoding_;
  uint64_t body_length_ = 0;
  int version_ = 0;
  int refusal_ = 0;
  uint8_t hosts_ = 0;
  uint8_t content_lengths_ = 0;
  uint8_t transfer_encodings_ = 0;
  bool expects_continue_ = false;
  bool foreign_expectation_ = false;
  bool head_done_ = false;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_MESSAGE_PARSER_H_
