#include "seal/sealed_record.h"

#include <algorithm>

#include "base/format_version.h"
#include "crypto/aead.h"
#include "seal/envelope.h"
#include "seal/path.h"
#include "seal/record_codec.h"
#include "store/store.h"

namespace kagimori::seal {
namespace {

constexpr uint8_t kRecordFormat = 1;
constexpr size_t kRecordHeadSize = 1 + 2 + 4 + 8;
constexpr std::string_view kRecordLabel = "kagimori/record/1";

constexpr uint8_t kSecretFormat = 1;
constexpr size_t kSecretHeadSize = 1 + 4;
constexpr std::string_view kSecretLabel = "kagimori/secret/1";

using SharedKey = std::shared_ptr<const crypto::HmacSha256Key>;

Bytes SealUnder(const KeyHierarchy& hierarchy, const RecordContext& context, TermId term,
                const crypto::HmacSha256Key& key, std::string_view message) {
  Bytes head = {kRecordFormat};
  AppendBe16(context.schema.value_or(NewestSchema(context.path)), &head);
  AppendBe32(term, &head);
  AppendBe64(context.version, &head);
  return SealEnvelope({.key = key, .label = kRecordLabel, .owner = hierarchy.store_id(), .binding = context.path},
                      std::move(head), secret::SecretBytes::CopyOf(AsBytes(message)));
}

std::unexpected<Error> DoesNotOpen(const char* what) {
  return Fail(ErrorKind::kCorrupt, std::string(what) + " does not open: changed, moved or of another store");
}

}  // namespace

uint16_t NewestSchema(std::string_view path) {
  if (path.empty()) return 0;
  switch (static_cast<RecordType>(static_cast<uint8_t>(path[0]))) {
    case RecordType::kDeployment:
      return 0;  // is no such record: it has a shape and a format number of its own
    case RecordType::kClock:
    case RecordType::kAuditKey:
    case RecordType::kHead:
    case RecordType::kAnchorsKept:
    case RecordType::kAccount:
    case RecordType::kIamHead:
    case RecordType::kIamEntity:
    case RecordType::kKeyPart:
    case RecordType::kAlias:
    case RecordType::kDue:
    case RecordType::kGrant:
    case RecordType::kRetirable:
    case RecordType::kOutbox:
    case RecordType::kParameter:
    case RecordType::kParameterPart:
    case RecordType::kParameterEntry:
    case RecordType::kParameterCounts:
    case RecordType::kParameterGone:
    case RecordType::kParameterDue:
      return 1;
    case RecordType::kAccessKey:
    case RecordType::kKey:
      return 2;
  }
  return 0;
}

Bytes SealRecord(const KeyHierarchy& hierarchy, const RecordContext& context, std::string_view message) {
  auto [term, key] = hierarchy.KeyForSealing(Purpose::kRecord, context.account);
  return SealUnder(hierarchy, context, term, *key, message);
}

Result<Bytes> SealRecordWithSecret(const KeyHierarchy& hierarchy, const RecordContext& context, ByteView wrapped,
                                   std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(TermId term, TermOfWrapped(wrapped));
  auto key = hierarchy.PurposeKey(term, Purpose::kRecord, context.account);
  if (!key) return Fail(ErrorKind::kConflict, "the term that the secret is wrapped under is gone");
  return SealUnder(hierarchy, context, term, **key, message);
}

Result<TermId> TermOfRecord(ByteView stored) {
  if (stored.size() < kRecordHeadSize || stored.size() > store::kMaxValueSize) {
    return Fail(ErrorKind::kCorrupt, "not a sealed record: a wrong size");
  }
  if (stored[0] != kRecordFormat) {
    return Fail(ErrorKind::kCorrupt, UnknownFormat("a record of the store", stored[0], kRecordFormat));
  }
  return static_cast<TermId>(ReadBe(stored.subspan(3, 4)));
}

Result<TermId> TermOfWrapped(ByteView wrapped) {
  if (wrapped.size() < kSecretHeadSize || wrapped.size() > store::kMaxValueSize) {
    return Fail(ErrorKind::kCorrupt, "not a wrapped secret: a wrong size");
  }
  if (wrapped[0] != kSecretFormat) {
    return Fail(ErrorKind::kCorrupt, UnknownFormat("a wrapped secret", wrapped[0], kSecretFormat));
  }
  return static_cast<TermId>(ReadBe(wrapped.subspan(1, 4)));
}

Result<OpenedRecord> OpenRecord(const KeyHierarchy& hierarchy, std::string_view path, AccountId account,
                                ByteView stored, std::optional<uint64_t> expected_version) {
  KAGIMORI_ASSIGN_OR_RETURN(TermId term, TermOfRecord(stored));
  OpenedRecord record;
  record.schema = static_cast<uint16_t>(ReadBe(stored.subspan(1, 2)));
  record.version = ReadBe(stored.subspan(7, 8));
  if (expected_version && record.version != *expected_version) {
    return Fail(ErrorKind::kCorrupt, "a record of another version than its head names");
  }
  KAGIMORI_ASSIGN_OR_RETURN(SharedKey key, hierarchy.PurposeKey(term, Purpose::kRecord, account));
  auto opened = OpenEnvelope({.key = *key, .label = kRecordLabel, .owner = hierarchy.store_id(), .binding = path},
                             kRecordHeadSize, stored);
  if (!opened) return DoesNotOpen("a record");
  // Only now is the number known to be the writer's.
  if (const uint16_t newest = NewestSchema(path); record.schema == 0 || record.schema > newest) {
    return Fail(ErrorKind::kCorrupt, UnknownFormat(DescribePath(path), record.schema, newest));
  }
  record.message = RecordCodec::Message(*opened);
  return record;
}

Bytes WrapSecret(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                 const secret::SecretBytes& secret) {
  auto [term, key] = hierarchy.KeyForSealing(Purpose::kMaterial, account);
  Bytes head = {kSecretFormat};
  AppendBe32(term, &head);
  return SealEnvelope({.key = *key, .label = kSecretLabel, .owner = hierarchy.store_id(), .binding = binding},
                      std::move(head), secret);
}

Result<secret::SecretBytes> UnwrapSecret(const KeyHierarchy& hierarchy, AccountId account, std::string_view binding,
                                         ByteView wrapped) {
  KAGIMORI_ASSIGN_OR_RETURN(TermId term, TermOfWrapped(wrapped));
  KAGIMORI_ASSIGN_OR_RETURN(SharedKey key, hierarchy.PurposeKey(term, Purpose::kMaterial, account));
  auto opened = OpenEnvelope({.key = *key, .label = kSecretLabel, .owner = hierarchy.store_id(), .binding = binding},
                             kSecretHeadSize, wrapped);
  if (!opened) return DoesNotOpen("a wrapped secret");
  return opened;
}

ByteArray<16> NameMarker(const KeyHierarchy& hierarchy, AccountId account, uint8_t kind, uint16_t region,
                         std::string_view name) {
  SharedKey key = hierarchy.KeyForNaming(Purpose::kName, account);
  ByteArray<3> head{kind, static_cast<uint8_t>(region >> 8), static_cast<uint8_t>(region)};
  crypto::Sha256Digest tag = key->Sign({head, AsBytes(name)});
  ByteArray<16> marker;
  std::copy_n(tag.begin(), marker.size(), marker.begin());
  return marker;
}

}  // namespace kagimori::seal
