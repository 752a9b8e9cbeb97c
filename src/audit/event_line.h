#ifndef KAGIMORI_AUDIT_EVENT_LINE_H_
#define KAGIMORI_AUDIT_EVENT_LINE_H_

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/digest.h"

namespace kagimori::audit {

using EventId = ByteArray<16>;

inline constexpr size_t kMaxEventLineBytes = 256 * 1024;  // CloudTrail's own bound on an event
inline constexpr size_t kMaxBatchEvents = 65'536;         // events under one link

// A finished record that may enter the log, with its hash. Made by Create alone, so that nothing else can reach a file:
// no line break that would forge a second record, nothing that looks like one of the chain's own lines.
class EventLine {
 public:
  // `line`: what AppendJson made; kept as a view. kInvalid when the line breaks a rule or does not carry `id`, kLimit
  // when it is too long.
  static Result<EventLine> Create(std::string_view line, const EventId& id);

  // The same record after its buffer has moved. REQUIRES: the same text.
  void Rebase(const char* data) { line_ = {data, line_.size()}; }

  std::string_view line() const { return line_; }
  const crypto::Sha256Digest& hash() const { return hash_; }
  const EventId& id() const { return id_; }

 private:
  EventLine() = default;
  std::string_view line_;
  crypto::Sha256Digest hash_{};
  EventId id_{};
};

// The record's own eventID. Names inside requestParameters are the client's to choose ("eventID" in an encryption
// context); it is the last one of the line, because nothing with foreign names follows it (see AppendJson).
std::optional<EventId> FindEventId(std::string_view line);

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_EVENT_LINE_H_
