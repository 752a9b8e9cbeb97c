#include "attest/document.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>
#include <utility>

#include "attest/cbor_reader.h"
#include "crypto/certificate_chain.h"

namespace kagimori::attest {
namespace {

constexpr size_t kMaxNameSize = 32;  // longer than any field's name
constexpr size_t kMaxModuleIdSize = 256;
constexpr size_t kMaxCertificateSize = 1024;
constexpr size_t kMaxUserDataSize = 1024;
constexpr uint64_t kPcrs = 32;

std::unexpected<Error> Wrong(std::string_view what) {
  return Fail(ErrorKind::kInvalid, "attestation document: " + std::string(what));
}

Result<> ReadModuleId(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(document->module_id, reader->TextString(1, kMaxModuleIdSize));
  // It goes into audit records.
  if (!std::ranges::all_of(document->module_id, [](char c) { return c > ' ' && c < 0x7f; })) {
    return Wrong("a module id that is not printable ASCII");
  }
  return {};
}

Result<> ReadDigest(CborReader* reader, AttestationDocument*) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::string digest, reader->TextString(1, kMaxNameSize));
  if (digest != "SHA384") return Wrong("a digest other than SHA384");
  return {};
}

Result<> ReadTimestamp(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(const uint64_t millis, reader->Unsigned());
  if (millis == 0 || millis > std::numeric_limits<int64_t>::max()) return Wrong("an impossible timestamp");
  document->timestamp = {static_cast<int64_t>(millis)};
  return {};
}

Result<> ReadPcrs(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(CborReader::Sequence map, reader->OpenMap());
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const bool more, reader->More(&map));
    if (!more) break;
    KAGIMORI_ASSIGN_OR_RETURN(const uint64_t index, reader->Unsigned());
    KAGIMORI_ASSIGN_OR_RETURN(Bytes value, reader->ByteString(32, 64));
    if (index >= kPcrs) return Wrong("a PCR beyond 31");
    if (value.size() % 16 != 0) return Wrong("a PCR of a size other than 32, 48 and 64 bytes");
    if (!document->pcrs.emplace(static_cast<uint8_t>(index), std::move(value)).second) return Wrong("a PCR twice");
  }
  if (document->pcrs.empty()) return Wrong("no PCR");
  return {};
}

Result<> ReadEnclavePcrs(CborReader* reader, AttestationDocument* document) {
  document->platform = Platform::kNitroEnclave;
  return ReadPcrs(reader, document);
}

Result<> ReadTpmPcrs(CborReader* reader, AttestationDocument* document) {
  document->platform = Platform::kNitroTpm;
  return ReadPcrs(reader, document);
}

Result<> ReadCertificate(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(document->certificate, reader->ByteString(1, kMaxCertificateSize));
  return {};
}

Result<> ReadCaBundle(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(CborReader::Sequence array, reader->OpenArray());
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const bool more, reader->More(&array));
    if (!more) break;
    KAGIMORI_ASSIGN_OR_RETURN(Bytes certificate, reader->ByteString(1, kMaxCertificateSize));
    if (document->ca_bundle.size() == crypto::kMaxIssuers) return Wrong("a CA bundle of too many certificates");
    document->ca_bundle.push_back(std::move(certificate));
  }
  if (document->ca_bundle.empty()) return Wrong("an empty CA bundle");
  return {};
}

Result<> ReadPublicKey(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(document->public_key, reader->ByteStringOrNull(1, kMaxUserDataSize));
  return {};
}

Result<> ReadUserData(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(document->user_data, reader->ByteStringOrNull(0, kMaxUserDataSize));
  return {};
}

Result<> ReadNonce(CborReader* reader, AttestationDocument* document) {
  KAGIMORI_ASSIGN_OR_RETURN(document->nonce, reader->ByteStringOrNull(0, kMaxUserDataSize));
  return {};
}

// A bit for each thing that a document has once, whatever its field is called.
constexpr uint32_t kModuleId = 1 << 0;
constexpr uint32_t kDigest = 1 << 1;
constexpr uint32_t kTimestamp = 1 << 2;
constexpr uint32_t kRegisters = 1 << 3;  // of either platform: a document is of one
constexpr uint32_t kCertificate = 1 << 4;
constexpr uint32_t kCaBundle = 1 << 5;
constexpr uint32_t kRequired = kModuleId | kDigest | kTimestamp | kRegisters | kCertificate | kCaBundle;
constexpr uint32_t kPublicKey = 1 << 6;
constexpr uint32_t kUserData = 1 << 7;
constexpr uint32_t kNonce = 1 << 8;

struct Field {
  std::string_view name;
  uint32_t bit;
  Result<> (*read)(CborReader*, AttestationDocument*);
};
constexpr Field kFields[] = {
    {"module_id", kModuleId, ReadModuleId},     {"digest", kDigest, ReadDigest},
    {"timestamp", kTimestamp, ReadTimestamp},   {"pcrs", kRegisters, ReadEnclavePcrs},
    {"nitrotpm_pcrs", kRegisters, ReadTpmPcrs}, {"certificate", kCertificate, ReadCertificate},
    {"cabundle", kCaBundle, ReadCaBundle},      {"public_key", kPublicKey, ReadPublicKey},
    {"user_data", kUserData, ReadUserData},     {"nonce", kNonce, ReadNonce},
};

}  // namespace

Result<AttestationDocument> ParseAttestationDocument(ByteView payload) {
  CborReader reader(payload);
  KAGIMORI_ASSIGN_OR_RETURN(CborReader::Sequence map, reader.OpenMap());
  AttestationDocument document;
  uint32_t seen = 0;
  while (true) {
    KAGIMORI_ASSIGN_OR_RETURN(const bool more, reader.More(&map));
    if (!more) break;
    KAGIMORI_ASSIGN_OR_RETURN(const std::string name, reader.TextString(1, kMaxNameSize));
    const auto* field = std::ranges::find(kFields, name, &Field::name);
    if (field == std::end(kFields)) return Wrong("an unknown field");
    if ((seen & field->bit) != 0) return Wrong("a field twice: " + std::string(field->name));
    seen |= field->bit;
    KAGIMORI_RETURN_IF_ERROR(field->read(&reader, &document));
  }
  if (!reader.AtEnd()) return Wrong("bytes behind the map");
  if ((seen & kRequired) != kRequired) return Wrong("a required field is missing");
  return document;
}

}  // namespace kagimori::attest
