#include "net/request_reader.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace kagimori::net {
namespace {

constexpr size_t kPage = 4096;

// RFC 9110 section 5.6.2: what a method may start with. Tells TLS and other protocols from HTTP at their first byte.
bool IsTokenChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != 0 && std::strchr("!#$%&'*+-.^_`|~", c) != nullptr);
}

size_t RoundToPage(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace

bool UnreadBudget::Take(size_t bytes) {
  if (used_.fetch_add(bytes, std::memory_order_relaxed) + bytes <= limit_) return true;
  Give(bytes);
  return false;
}

RequestReader::~RequestReader() {
  budget_->Give(charged_);
  if (workspace_) WipeFrom(0);
}

std::unique_ptr<Workspace> RequestReader::Detach() {
  Reset(0);
  refusal_ = 0;
  budget_->Give(std::exchange(charged_, 0));
  return std::move(workspace_);
}

std::span<char> RequestReader::Room() {
  if (body_apart_ && !parser_->chunked()) return {body_.data() + body_read_, body_.size() - body_read_};
  return {data() + end_, usable() - end_};
}

void RequestReader::Commit(size_t bytes) {
  if (body_apart_ && !parser_->chunked()) {
    body_read_ += bytes;
    return;
  }
  end_ += bytes;
  high_water_ = std::max(high_water_, end_);
}

RequestReader::Step RequestReader::Advance() {
  if (refusal_ != 0) return Step::kRefused;
  if (phase_ == Phase::kIdle && end_ > 0) phase_ = Phase::kHead;
  switch (phase_) {
    case Phase::kIdle:
      return Step::kNeedMore;
    case Phase::kHead:
      return ReadHead();
    case Phase::kBody:
      if (!body_placed_) {
        if (int status = PlaceBody()) return Refuse(status);
      }
      return parser_->chunked() ? ReadChunks() : ReadLength();
    case Phase::kComplete:
      break;
  }
  return Step::kComplete;
}

RequestReader::Step RequestReader::Refuse(int status) {
  refusal_ = status;
  return Step::kRefused;
}

// Only a request that did not come in one piece is charged, so the shared counter is not touched on the usual way.
RequestReader::Step RequestReader::NeedMore() {
  return Charge(RoundToPage(end_) + body_.capacity()) ? Step::kNeedMore : Refuse(503);
}

bool RequestReader::Charge(size_t total) {
  if (total <= charged_) return true;
  if (!budget_->Take(total - charged_)) return false;
  charged_ = total;
  return true;
}

RequestReader::Step RequestReader::Complete(size_t next) {
  next_ = next;
  phase_ = Phase::kComplete;
  budget_->Give(std::exchange(charged_, 0));
  return Step::kComplete;
}

int RequestReader::FindHeadEnd() {
  const char* bytes = data();
  for (;;) {
    // Only the first line may be empty.
    const bool may_be_empty = head_start_ == 0;
    if (end_ > head_start_ && !IsTokenChar(bytes[head_start_]) && !(may_be_empty && bytes[head_start_] == '\r'))
      return 400;
    const size_t limit = std::min(end_, head_start_ + max_head_bytes_);
    const void* found = scanned_ < limit ? std::memchr(bytes + scanned_, '\n', limit - scanned_) : nullptr;
    if (!found) {
      scanned_ = limit;
      return limit - head_start_ == max_head_bytes_ ? 431 : 0;
    }
    const size_t line_end = static_cast<size_t>(static_cast<const char*>(found) - bytes);
    if (line_end == line_start_ || bytes[line_end - 1] != '\r') return 400;  // a bare LF
    const bool first = line_start_ == head_start_;
    const bool empty = line_end - line_start_ == 1;
    // A line that starts with white space continues the one before it: obsolete, and read differently by different
    // servers.
    if (!empty && (bytes[line_start_] == ' ' || bytes[line_start_] == '\t')) return 400;
    line_start_ = scanned_ = line_end + 1;
    if (empty && !first) {
      head_end_ = line_start_;
      return 1;
    }
    if (empty) head_start_ = line_start_;  // one before a request is ignored (RFC 9112 section 2.2)
  }
}

RequestReader::Step RequestReader::ReadHead() {
  const int found = FindHeadEnd();
  if (found == 0) return NeedMore();
  if (found != 1) return Refuse(found);
  parser_.emplace(workspace_->fields(), static_cast<ChunkSink*>(this));
  if (int status = parser_->ParseHead({data() + head_start_, head_end_ - head_start_})) return Refuse(status);
  head_.method = parser_->method();
  head_.target = parser_->target();
  head_.fields = parser_->fields();
  body_limit_ = 0;
  phase_ = Phase::kBody;
  return Step::kHead;
}

int RequestReader::PlaceBody() {
  const uint64_t length = parser_->body_length();
  if (length > body_limit_) return 413;
  if (parser_->chunked() || length <= usable() - head_end_) {
    body_apart_ = parser_->chunked();
    parsed_ = head_end_;
    body_placed_ = true;
    return 0;
  }
  // Memory is taken with the first byte: a connection that only announces a body costs nothing.
  if (end_ == head_end_) return 0;
  if (int status = ReserveBody(length + kBodyPadding)) return status;
  body_.Resize(length);
  body_read_ = end_ - head_end_;
  std::memcpy(body_.data(), data() + head_end_, body_read_);
  end_ = head_end_;
  body_placed_ = body_apart_ = true;
  return 0;
}

RequestReader::Step RequestReader::ReadLength() {
  const uint64_t length = parser_->body_length();
  if (body_apart_) return body_read_ == length ? Complete(end_) : NeedMore();
  if (!body_placed_ || end_ - head_end_ < length) return NeedMore();
  return Complete(head_end_ + length);
}

RequestReader::Step RequestReader::ReadChunks() {
  const auto progress = parser_->ParseChunks({data() + parsed_, end_ - parsed_});
  parsed_ += progress.consumed;
  if (progress.refusal != 0) return Refuse(progress.refusal);
  if (progress.done) return Complete(parsed_);
  // What is decoded is not needed here any more: move the rest up to the head.
  std::memmove(data() + head_end_, data() + parsed_, end_ - parsed_);
  end_ -= parsed_ - head_end_;
  parsed_ = head_end_;
  return NeedMore();
}

int RequestReader::BeginChunk(uint64_t size) { return size > body_limit_ - body_.size() ? 413 : 0; }

int RequestReader::AppendChunk(std::string_view data) {
  const size_t needed = body_.size() + data.size() + kBodyPadding;
  if (needed > body_.capacity()) {
    if (int status = ReserveBody(std::max({needed, 2 * body_.capacity(), kPage}))) return status;
  }
  body_.Append(data);
  return 0;
}

int RequestReader::ReserveBody(size_t capacity) {
  if (!Charge(RoundToPage(end_) + capacity)) return 503;
  try {
    body_.Reserve(capacity);
  } catch (const std::bad_alloc&) {
    return 503;
  }
  return 0;
}

std::span<const char> RequestReader::body() const {
  if (body_apart_ && !body_.empty()) return {body_.data(), body_.size()};
  return {workspace_->bytes().data() + head_end_, parser_->chunked() ? 0 : static_cast<size_t>(parser_->body_length())};
}

void RequestReader::WipeFrom(size_t keep) {
  if (high_water_ > keep) secret::Wipe(workspace_->bytes().subspan(keep, high_water_ - keep));
  high_water_ = keep;
}

void RequestReader::Finish() {
  const size_t left = end_ - next_;
  if (left > 0) std::memmove(data(), data() + next_, left);
  Reset(left);
}

void RequestReader::Reset(size_t keep) {
  WipeFrom(keep);
  body_.Clear();
  parser_.reset();
  head_.method = head_.target = {};
  head_.fields = {};
  end_ = keep;
  head_start_ = line_start_ = scanned_ = head_end_ = parsed_ = next_ = body_read_ = 0;
  phase_ = Phase::kIdle;
  body_placed_ = body_apart_ = false;
}

}  // namespace kagimori::net
