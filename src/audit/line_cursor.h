#ifndef KAGIMORI_AUDIT_LINE_CURSOR_H_
#define KAGIMORI_AUDIT_LINE_CURSOR_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/ed25519.h"

namespace kagimori::audit {

// The letters of the room's own signed lines: control lines and anchors. Private to the files that make and read them.

// ,"name":value and its like; `name` is everything up to the value.
void AppendNumber(std::string_view name, uint64_t value, std::string* out);
void AppendQuotedHex(std::string_view name, ByteView bytes, std::string* out);
void AppendTime(Timestamp time, std::string* out);  // ,"time":"…"

// Ends a line whose body begins at `start` of `out`: ,"signature":"…"}} over `prefix` and the body.
void AppendSignature(std::string_view prefix, size_t start, const crypto::Ed25519Signer& signer, std::string* out);
bool SignatureHolds(std::string_view prefix, std::string_view body, const crypto::Ed25519Signature& signature,
                    const crypto::Ed25519PublicBytes& key);

// Reads a line from left to right; after the first mismatch everything is void.
class LineCursor {
 public:
  explicit LineCursor(std::string_view text) : rest_(text) {}

  bool Literal(std::string_view text);
  // No leading zeros: there is one way to write a number.
  void Number(std::string_view name, uint64_t* value);
  void Hex(std::string_view name, MutableByteView out);  // lower case, in quotes
  std::string_view Tags(size_t size);                    // that many lower-case hex digits
  void Time(Timestamp* time);
  void Signature(crypto::Ed25519Signature* signature);  // up to the line's end

  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace kagimori::audit

#endif  // KAGIMORI_AUDIT_LINE_CURSOR_H_
