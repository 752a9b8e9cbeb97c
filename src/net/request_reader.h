#ifndef KAGIMORI_NET_REQUEST_READER_H_
#define KAGIMORI_NET_REQUEST_READER_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "net/http.h"
#include "net/message_parser.h"
#include "net/workspace.h"
#include "secret/wiping_buffer.h"

namespace kagimori::net {

// What unfinished requests may hold in memory, of all connections together. Thread-safe.
class UnreadBudget {
 public:
  explicit UnreadBudget(size_t limit) : limit_(limit) {}
  bool Take(size_t bytes);
  void Give(size_t bytes) { used_.fetch_sub(bytes, std::memory_order_relaxed); }
  size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  const size_t limit_;
  std::atomic<size_t> used_ = 0;
};

// Turns the bytes of one connection into requests, one at a time. Knows no socket and no clock.
//
//   for each request: put bytes into Room, Commit them, Advance until it says what it needs:
//     kNeedMore  more bytes
//     kHead      the head is there: AllowBody, then Advance on
//     kComplete  head() and body() are there, until Finish
//     kRefused   answer refusal() and close
//
// GUARANTEES: the outcome does not depend on how the bytes were cut into pieces. Everything a request wrote is wiped by
// Finish, Detach or destruction.
class RequestReader final : private ChunkSink {
 public:
  enum class Step { kNeedMore, kHead, kComplete, kRefused };
  enum class Phase { kIdle, kHead, kBody, kComplete };

  // A workspace's bytes for that head limit: bodies up to 16 KiB less the head's slack stay beside their head.
  static constexpr size_t WorkspaceBytes(size_t max_head_bytes) { return max_head_bytes + 16 * 1024; }

  // REQUIRES: `budget` outlives the reader.
  RequestReader(size_t max_head_bytes, UnreadBudget* budget) : max_head_bytes_(max_head_bytes), budget_(budget) {}
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  bool attached() const { return workspace_ != nullptr; }
  void Attach(std::unique_ptr<Workspace> workspace) { workspace_ = std::move(workspace); }
  // Gives up whatever was being read.
  std::unique_ptr<Workspace> Detach();
  // No byte of a next request is there.
  bool empty() const { return end_ == 0; }

  // Where the next bytes go: never empty after kNeedMore. REQUIRES: attached().
  std::span<char> Room();
  void Commit(size_t bytes);

  Step Advance();
  // REQUIRES: Advance has just said kHead.
  void AllowBody(size_t limit) { body_limit_ = limit; }
  // Ends the request and keeps the bytes that came behind it.
  void Finish();

  Phase phase() const { return phase_; }
  int refusal() const { return refusal_; }
  // Of the request whose head is there.
  bool has_body() const { return parser_->chunked() || parser_->body_length() > 0; }
  bool persistent() const { return parser_->persistent(); }
  // The client waits for a word before it sends its body.
  bool wants_continue() const { return phase_ == Phase::kBody && parser_->expects_continue() && end_ == head_end_; }
  const RequestHead& head() const { return head_; }
  // The connection's part of the head.
  void SetPeer(std::string_view peer, const TlsInfo* tls) {
    head_.peer = peer;
    head_.tls = tls;
  }
  std::span<const char> body() const;

 private:
  char* data() { return workspace_->bytes().data(); }
  size_t usable() { return workspace_->bytes().size(); }

  Step Refuse(int status);
  Step NeedMore();
  Step Complete(size_t next);
  Step ReadHead();
  // 0, or the refusal.
  int PlaceBody();
  Step ReadLength();
  Step ReadChunks();
  // 1 found, 0 not yet, else the refusal.
  int FindHeadEnd();
  int BeginChunk(uint64_t size) override;
  int AppendChunk(std::string_view data) override;
  int ReserveBody(size_t capacity);
  bool Charge(size_t total);
  // Forgets the request and keeps the first `keep` bytes.
  void Reset(size_t keep);
  void WipeFrom(size_t keep);

  const size_t max_head_bytes_;
  UnreadBudget* budget_;
  std::unique_ptr<Workspace> workspace_;
  std::optional<MessageParser> parser_;
  RequestHead head_;
  secret::WipingBuffer body_;  // of a chunked body, or one that has no room beside its head
  size_t body_limit_ = 0;
  size_t charged_ = 0;

  // Offsets into the workspace's bytes.
  size_t end_ = 0;         // of what has been read
  size_t high_water_ = 0;  // the furthest end since the last wiping
  size_t head_start_ = 0;
  size_t line_start_ = 0;  // of the head's line that is being looked for
  size_t scanned_ = 0;
  size_t head_end_ = 0;
  size_t parsed_ = 0;  // of a chunked body
  size_t next_ = 0;    // start of the next request

  size_t body_read_ = 0;  // bytes of a body in body_

  Phase phase_ = Phase::kIdle;
  bool body_placed_ = false;
  bool body_apart_ = false;
  int refusal_ = 0;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_REQUEST_READER_H_
