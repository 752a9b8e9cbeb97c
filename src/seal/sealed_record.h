#ifndef KAGIMORI_SEAL_SEALED_RECORD_H_
#define KAGIMORI_SEAL_SEALED_RECORD_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "seal/hierarchy.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// A stored value, normative in docs/storage-format.md:
//   format (1) ‖ schema (2) ‖ term (4) ‖ version (8) ‖ salt (32) ‖ ciphertext ‖ tag (16)
// One-message key: SP 800-108 of the term's kRecord key for the account, label "kagimori/record/1", context = header
// with salt. Associated data: store id ‖ length-prefixed path ‖ header. So a record opens only in its own store, under
// its own path, and as the version it says it is; whether that is the newest version, the head that names it says.

// The newest schema that this version knows of the message inside a record at `path`, by its type, and the one that it
// writes; 0: it does not know the type. A message with another field takes another schema, or an older program would
// write the record back without that field.
uint16_t NewestSchema(std::string_view path);

struct RecordContext {
  std::string_view path;
  AccountId account;
  std::optional<uint16_t> schema = std::nullopt;  // of the message inside; nullopt: NewestSchema(path)
  uint64_t version = 0;                           // counts up with every change of this record
};

Bytes SealRecord(const KeyHierarchy& hierarchy, const RecordContext& context, std::string_view message);

// The same for a message that holds `wrapped` (WrapSecret's): sealed under the term of its secret, not under another
// one that has begun meanwhile. So a record's term is that of all that is in it, which is what decides when a term may
// go. kConflict: that term is gone; wrap again.
Result<Bytes> SealRecordWithSecret(const KeyHierarchy& hierarchy, const RecordContext& context, ByteView wrapped,
                                   std::string_view message);

// The term in the clear head of a stored record, of a wrapped secret. kCorrupt: it is none.
Result<TermId> TermOfRecord(ByteView stored);
Result<TermId> TermOfWrapped(ByteView wrapped);

struct OpenedRecord {
  std::string message;  // metadata; secrets inside are wrapped (see WrapSecret)
  uint16_t schema = 0;
  uint64_t version = 0;
};

// kCorrupt when it does not open, is of an unknown format, or is another version than `expected_version`, and when its
// schema is newer than NewestSchema(path), so that no reader can take a newer message for one that it knows.
Result<OpenedRecord> OpenRecord(const KeyHierarchy& hierarchy, std::string_view path, AccountId account,
                                ByteView stored, std::optional<uint64_t> expected_version = std::nullopt);

// Key material and secret access keys, wrapped once more inside their record, under a key of another purpose, so that
// no message, parser or serialization library ever holds them in the clear. `binding`: what the secret belongs to (its
// path, its material id); it must be given again, unchanged. kCorrupt when it does not open. The record is sealed with
// SealRecordWithSecret.
Bytes WrapSecret(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                 const secret::SecretBytes& secret);
Result<secret::SecretBytes> UnwrapSecret(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                                         ByteView wrapped);

// Stands for a name in a path: the first 16 bytes of HMAC-SHA-256(naming term's kName key of the account, kind ‖ Region
// ‖ name).
ByteArray<16> NameMarker(const KeyHierarchy& hierarchy, AccountId account, uint8_t kind, uint16_t region,
                         std::string_view name);

// A small value given to a client and taken back (a paging marker): sealed, bound to `binding` (operation, filters:
// what it may be used for), base64url without padding. At most kMaxMarkerValue bytes, so that it fits in AWS's 1024
// characters.
inline constexpr size_t kMaxMarkerValue = 640;
// REQUIRES: value.size() <= kMaxMarkerValue.
std::string SealMarker(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                       std::string_view value);
// kInvalid for whatever this deployment did not seal for this account and binding.
Result<std::string> OpenMarker(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                               std::string_view marker);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_SEALED_RECORD_H_
