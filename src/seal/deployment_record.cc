#include "seal/deployment_record.h"

#include <algorithm>

#include "base/format_version.h"
#include "crypto/aead.h"
#include "seal/envelope.h"
#include "seal/path.h"
#include "seal/record_codec.h"

namespace kagimori::seal {
namespace {

constexpr uint8_t kFormat = 2;
constexpr size_t kHeadSize = 1 + 16 + 8;
constexpr size_t kFixedSize = 16 + 1 + 8 + 4 + 4 + 4;
constexpr size_t kTermHeadSize = 4 + 8 + 8;
constexpr size_t kTermSize = kTermHeadSize + kSaltSize + 32 + crypto::kGcmTagSize;
constexpr std::string_view kKeyLabel = "kagimori/deployment-key/1";
constexpr std::string_view kRecordLabel = "kagimori/deployment/2";
constexpr std::string_view kTermLabel = "kagimori/term/2";

Envelope TermEnvelope(const crypto::HmacSha256Key& key, const StoreId& store_id) {
  return {.key = key, .label = kTermLabel, .owner = store_id, .binding = {}};
}

Bytes WrapTerm(const crypto::HmacSha256Key& key, const StoreId& store_id, TermId id, const Term& term) {
  Bytes head;
  AppendBe32(id, &head);
  AppendBe64(static_cast<uint64_t>(term.began.service.millis), &head);
  AppendBe64(term.began.uptime_seconds, &head);
  return SealEnvelope(TermEnvelope(key, store_id), std::move(head), RecordCodec::ToBytes(term.key));
}

Result<Term> UnwrapTerm(const crypto::HmacSha256Key& key, const StoreId& store_id, ByteView wrapped) {
  Term term;
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes bytes,
                            OpenEnvelope(TermEnvelope(key, store_id), kTermHeadSize, wrapped));
  KAGIMORI_ASSIGN_OR_RETURN(term.key, RecordCodec::ToKey(bytes));
  term.began.service.millis = static_cast<int64_t>(ReadBe(wrapped.subspan(4, 8)));
  term.began.uptime_seconds = ReadBe(wrapped.subspan(12, 8));
  return term;
}

std::unexpected<Error> Malformed() { return Fail(ErrorKind::kCorrupt, "the deployment record is malformed"); }

// `body`: authentic, but perhaps another version's.
Result<> ParseBody(const crypto::HmacSha256Key& key, ByteView body, DeploymentRecord* record) {
  if (body.size() < kFixedSize) return Malformed();
  std::ranges::copy(body.first(16), record->deployment_id.begin());
  switch (body[16]) {
    case static_cast<uint8_t>(DeploymentKind::kDevelopment):
      record->kind = DeploymentKind::kDevelopment;
      break;
    case static_cast<uint8_t>(DeploymentKind::kProduction):
      record->kind = DeploymentKind::kProduction;
      break;
    default:
      return Malformed();
  }
  record->epoch = ReadBe(body.subspan(17, 8));
  record->naming_term = static_cast<TermId>(ReadBe(body.subspan(25, 4)));
  record->current_term = static_cast<TermId>(ReadBe(body.subspan(29, 4)));
  size_t count = ReadBe(body.subspan(33, 4));
  if (count > kMaxTerms || body.size() != kFixedSize + count * kTermSize) return Malformed();
  for (size_t i = 0; i < count; ++i) {
    ByteView wrapped = body.subspan(kFixedSize + i * kTermSize, kTermSize);
    TermId id = static_cast<TermId>(ReadBe(wrapped.first(4)));
    KAGIMORI_ASSIGN_OR_RETURN(Term term, UnwrapTerm(key, record->store_id, wrapped));
    if (!record->terms.emplace(id, std::move(term)).second) return Malformed();
  }
  if (!record->terms.contains(record->naming_term) || !record->terms.contains(record->current_term)) return Malformed();
  // The naming term seals nothing, and what is sealed is sealed under the newest term.
  if (record->naming_term == record->current_term) return Malformed();
  if (record->terms.rbegin()->first != record->current_term) return Malformed();
  return {};
}

}  // namespace

std::string DeploymentRecordPath() { return Path(RecordType::kDeployment).text(); }

crypto::HmacSha256Key DeploymentKey(const secret::SecretKey256& root_key, const StoreId& store_id) {
  return crypto::HmacSha256Key::Create(
      crypto::DeriveCounterMode256(crypto::HmacSha256Key::Create(root_key), kKeyLabel, store_id));
}

Bytes SealDeploymentRecord(const crypto::HmacSha256Key& deployment_key, const DeploymentRecord& record) {
  Bytes body(record.deployment_id.begin(), record.deployment_id.end());
  body.push_back(static_cast<uint8_t>(record.kind));
  AppendBe64(record.epoch, &body);
  AppendBe32(record.naming_term, &body);
  AppendBe32(record.current_term, &body);
  AppendBe32(static_cast<uint32_t>(record.terms.size()), &body);
  for (const auto& [id, term] : record.terms) {
    Bytes wrapped = WrapTerm(deployment_key, record.store_id, id, term);
    body.insert(body.end(), wrapped.begin(), wrapped.end());
  }
  Bytes head = {kFormat};
  head.insert(head.end(), record.store_id.begin(), record.store_id.end());
  AppendBe64(record.version, &head);
  std::string path = DeploymentRecordPath();
  return SealEnvelope({.key = deployment_key, .label = kRecordLabel, .owner = record.store_id, .binding = path},
                      std::move(head), secret::SecretBytes::CopyOf(body));
}

Result<StoreId> StoreIdOf(ByteView stored) {
  if (stored.size() < kHeadSize) return Fail(ErrorKind::kCorrupt, "the deployment record is damaged: too short");
  if (stored[0] != kFormat) {
    return Fail(ErrorKind::kCorrupt, UnknownFormat("the deployment record", stored[0], kFormat));
  }
  StoreId id;
  std::ranges::copy(stored.subspan(1, id.size()), id.begin());
  return id;
}

Result<DeploymentRecord> OpenDeploymentRecord(const crypto::HmacSha256Key& deployment_key, ByteView stored) {
  DeploymentRecord record;
  KAGIMORI_ASSIGN_OR_RETURN(record.store_id, StoreIdOf(stored));
  record.version = ReadBe(stored.subspan(17, 8));
  std::string path = DeploymentRecordPath();
  auto body = OpenEnvelope({.key = deployment_key, .label = kRecordLabel, .owner = record.store_id, .binding = path},
                           kHeadSize, stored);
  if (!body) {
    if (body.error().kind != ErrorKind::kAuthentication) return std::unexpected(std::move(body).error());
    return Fail(ErrorKind::kAuthentication, "the root key does not open this store's deployment record");
  }
  // The terms in it are wrapped, so what leaves secret memory here is no key.
  std::string text = RecordCodec::Message(*body);
  KAGIMORI_RETURN_IF_ERROR(ParseBody(deployment_key, AsBytes(text), &record));
  return record;
}

}  // namespace kagimori::seal
