#include "audit/event_line.h"

#include <cstring>

#include "audit/control_line.h"

namespace kagimori::audit {
namespace {

constexpr std::string_view kName = ",\"eventID\":\"";
constexpr size_t kUuidSize = 36;

// line.rfind(kName), by way of its rarest character: the library's rfind compares at every place.
size_t RightmostName(std::string_view line) {
  constexpr size_t kRare = kName.find('I');
  for (size_t end = line.size(); end > 0;) {
    const void* hit = memrchr(line.data(), 'I', end);
    if (hit == nullptr) return line.npos;
    auto place = static_cast<size_t>(static_cast<const char*>(hit) - line.data());
    if (place >= kRare && line.substr(place - kRare).starts_with(kName)) return place - kRare;
    end = place;
  }
  return line.npos;
}

}  // namespace

std::optional<EventId> FindEventId(std::string_view line) {
  size_t at = RightmostName(line);
  if (at == line.npos) return std::nullopt;
  std::string_view text = line.substr(at + kName.size());
  if (text.size() <= kUuidSize || text[kUuidSize] != '"') return std::nullopt;
  char hex[32];
  size_t digits = 0;
  for (size_t i = 0; i < kUuidSize; ++i) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-')) return std::nullopt;
    if (!dash) hex[digits++] = text[i];
  }
  EventId id;
  if (!HexDecodeTo({hex, sizeof(hex)}, id)) return std::nullopt;
  return id;
}

Result<EventLine> EventLine::Create(std::string_view line, const EventId& id) {
  if (line.size() > kMaxEventLineBytes) return Fail(ErrorKind::kLimit, "audit record longer than 256 KiB");
  if (line.size() < 2 || line.front() != '{' || line.back() != '}') {
    return Fail(ErrorKind::kInvalid, "audit record is no JSON object");
  }
  if (std::memchr(line.data(), '\n', line.size()) != nullptr) {
    return Fail(ErrorKind::kInvalid, "line break in an audit record");
  }
  if (IsControlLine(line)) return Fail(ErrorKind::kInvalid, "audit record that looks like a line of the chain");
  if (FindEventId(line) != id) return Fail(ErrorKind::kInvalid, "audit record without its event id");
  EventLine event;
  event.line_ = line;
  event.hash_ = crypto::Sha256(AsBytes(line));
  event.id_ = id;
  return event;
}

}  // namespace kagimori::audit
