#include "attest/cose.h"

#include <cbor.h>

#include <string_view>

#include "attest/cbor_reader.h"

namespace kagimori::attest {
namespace {

constexpr uint8_t kSign1Tag = 18;
constexpr int64_t kAlgorithmLabel = 1;  // RFC 9052 section 3.1
constexpr int64_t kEs384 = -35;         // RFC 9053 section 2.1
constexpr size_t kMaxHeadersSize = 64;
constexpr std::string_view kContext = "Signature1";

std::unexpected<Error> NotSign1() { return Fail(ErrorKind::kInvalid, "not a COSE_Sign1 structure of four fields"); }

Result<> CheckProtectedHeaders(ByteView headers) {
  CborReader reader(headers);
  KAGIMORI_ASSIGN_OR_RETURN(CborReader::Sequence map, reader.OpenMap());
  KAGIMORI_ASSIGN_OR_RETURN(const bool has_header, reader.More(&map));
  if (!has_header) return Fail(ErrorKind::kInvalid, "COSE headers without an algorithm");
  KAGIMORI_ASSIGN_OR_RETURN(const int64_t label, reader.Integer());
  KAGIMORI_ASSIGN_OR_RETURN(const int64_t value, reader.Integer());
  if (label != kAlgorithmLabel || value != kEs384)
    return Fail(ErrorKind::kInvalid, "a COSE algorithm other than ES384");
  KAGIMORI_ASSIGN_OR_RETURN(const bool has_more, reader.More(&map));
  if (has_more || !reader.AtEnd()) return Fail(ErrorKind::kInvalid, "more COSE headers than the algorithm");
  return {};
}

// Unprotected headers are not signed, so nothing may stand there.
Result<> CheckUnprotectedHeaders(CborReader* reader) {
  KAGIMORI_ASSIGN_OR_RETURN(CborReader::Sequence map, reader->OpenMap());
  KAGIMORI_ASSIGN_OR_RETURN(const bool has_header, reader->More(&map));
  if (has_header) return Fail(ErrorKind::kInvalid, "unprotected COSE headers");
  return {};
}

// `encode`: libcbor's encoder of the head of an item with `count` elements or bytes.
void AppendHead(size_t (*encode)(size_t, unsigned char*, size_t), size_t count, Bytes* out) {
  uint8_t head[9];  // the longest
  const size_t size = encode(count, head, sizeof head);
  out->insert(out->end(), head, head + size);
}

void AppendByteString(ByteView bytes, Bytes* out) {
  AppendHead(cbor_encode_bytestring_start, bytes.size(), out);
  out->insert(out->end(), bytes.begin(), bytes.end());
}

}  // namespace

Result<CoseSign1> ParseCoseSign1(ByteView document) {
  CborReader reader(document);
  reader.SkipTag(kSign1Tag);
  KAGIMORI_ASSIGN_OR_RETURN(CborReader::Sequence array, reader.OpenArray());
  CoseSign1 message;
  for (int field = 0; field < 4; ++field) {
    KAGIMORI_ASSIGN_OR_RETURN(const bool is_there, reader.More(&array));
    if (!is_there) return NotSign1();
    switch (field) {
      case 0: {
        KAGIMORI_ASSIGN_OR_RETURN(message.protected_headers, reader.ByteString(1, kMaxHeadersSize));
        KAGIMORI_RETURN_IF_ERROR(CheckProtectedHeaders(message.protected_headers));
        break;
      }
      case 1:
        KAGIMORI_RETURN_IF_ERROR(CheckUnprotectedHeaders(&reader));
        break;
      case 2: {
        KAGIMORI_ASSIGN_OR_RETURN(message.payload, reader.ByteString(1, kMaxPayloadSize));
        break;
      }
      default: {
        KAGIMORI_ASSIGN_OR_RETURN(message.signature, reader.ByteString(kEs384SignatureSize, kEs384SignatureSize));
      }
    }
  }
  KAGIMORI_ASSIGN_OR_RETURN(const bool has_more, reader.More(&array));
  if (has_more || !reader.AtEnd()) return NotSign1();
  return message;
}

Bytes SignedBytes(const CoseSign1& message) {
  Bytes out;
  out.reserve(message.payload.size() + kMaxHeadersSize + 32);
  AppendHead(cbor_encode_array_start, 4, &out);
  AppendHead(cbor_encode_string_start, kContext.size(), &out);
  out.insert(out.end(), kContext.begin(), kContext.end());
  AppendByteString(message.protected_headers, &out);
  AppendByteString({}, &out);  // external data
  AppendByteString(message.payload, &out);
  return out;
}

}  // namespace kagimori::attest
