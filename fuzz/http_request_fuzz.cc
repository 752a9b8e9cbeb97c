// The HTTP reader on hostile bytes. The same bytes, whole and cut into pieces, must give the same requests and the same
// refusal, and no request may show a reader behind us anything that could be taken for a line end.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "net/request_reader.h"

namespace {

using kagimori::net::HeaderField;
using kagimori::net::RequestHead;
using kagimori::net::RequestReader;
using kagimori::net::UnreadBudget;
using kagimori::net::Workspace;

constexpr size_t kMaxHead = 1024;
constexpr size_t kMaxFields = 10;
constexpr size_t kBodyLimit = 40'000;

void Require(bool holds) {
  if (!holds) std::abort();
}

bool Clean(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

void Record(const RequestReader& reader, std::string* out) {
  const RequestHead& head = reader.head();
  Require(Clean(head.method) && Clean(head.target) && !head.method.empty() && !head.target.empty());
  out->append(head.method).append(" ").append(head.target);
  for (const HeaderField& field : head.fields) {
    Require(Clean(field.name) && Clean(field.value) && !field.name.empty());
    out->append("\n").append(field.name).append("=").append(field.value);
  }
  Require(reader.body().size() <= kBodyLimit);
  // The body and its padding are readable.
  const std::string padded(reader.body().data(), reader.body().size() + kagimori::net::kBodyPadding);
  out->append("\n\n").append(padded, 0, reader.body().size()).append("\n");
}

// What the reader makes of `bytes` in pieces of at most `piece` bytes.
std::string Read(std::string_view bytes, size_t piece) {
  std::string outcome;
  UnreadBudget budget(1 << 20);
  {
    RequestReader reader(kMaxHead, &budget);
    reader.Attach(std::make_unique<Workspace>(kMaxFields, RequestReader::WorkspaceBytes(kMaxHead)));
    while (!bytes.empty()) {
      const std::span<char> room = reader.Room();
      const size_t n = std::min({bytes.size(), room.size(), piece});
      Require(n > 0);
      std::memcpy(room.data(), bytes.data(), n);
      reader.Commit(n);
      bytes.remove_prefix(n);
      for (bool more = true; more;) {
        switch (reader.Advance()) {
          case RequestReader::Step::kNeedMore:
            more = false;
            break;
          case RequestReader::Step::kHead:
            reader.AllowBody(kBodyLimit);
            break;
          case RequestReader::Step::kRefused:
            Require(reader.refusal() >= 400 && reader.refusal() < 600);
            return outcome + "refused " + std::to_string(reader.refusal());
          case RequestReader::Step::kComplete:
            Record(reader, &outcome);
            reader.Finish();
            break;
        }
      }
    }
  }
  Require(budget.used() == 0);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Require(Read(bytes, SIZE_MAX) == Read(bytes, 1 + data[0]));
  return 0;
}
