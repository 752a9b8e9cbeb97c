#include "attest/cose.h"

#include <gtest/gtest.h>

#include <vector>

#include "attest/testing/test_document.h"

namespace kagimori::attest {
namespace {

const Bytes kPayload = {1, 2, 3};
const Bytes kSignature(kEs384SignatureSize, 9);

Bytes Headers(int64_t algorithm) {
  return Cbor::Map({{Cbor::Unsigned(1), algorithm < 0 ? Cbor::Negative(static_cast<uint64_t>(-1 - algorithm))
                                                      : Cbor::Unsigned(static_cast<uint64_t>(algorithm))}});
}

std::vector<Bytes> Parts() {
  return {Cbor::String(Headers(-35)), Cbor::Map({}), Cbor::String(kPayload), Cbor::String(kSignature)};
}

bool IsInvalid(const Bytes& document) {
  const Result<CoseSign1> message = ParseCoseSign1(document);
  return !message && message.error().kind == ErrorKind::kInvalid;
}

bool IsInvalidWith(size_t part, const Bytes& value) {
  std::vector<Bytes> parts = Parts();
  parts[part] = value;
  return IsInvalid(Cbor::Array(parts));
}

TEST(CoseSign1, IsParsed) {
  const std::vector<Bytes> chunked = {Cbor::ChunkedString(Headers(-35)), Cbor::IndefiniteMap({}),
                                      Cbor::ChunkedString(kPayload), Cbor::ChunkedString(kSignature)};
  for (const Bytes& document :
       {Cbor::Array(Parts()), Cbor::IndefiniteArray(Parts()), Cbor::Joined({Cbor::Tag(18), Cbor::Array(Parts())}),
        Cbor::Array(chunked), Cbor::IndefiniteArray(chunked)}) {
    const Result<CoseSign1> message = ParseCoseSign1(document);
    ASSERT_TRUE(message) << message.error().text;
    EXPECT_EQ(message->protected_headers, Headers(-35));
    EXPECT_EQ(message->payload, kPayload);
    EXPECT_EQ(message->signature, kSignature);
  }
}

TEST(CoseSign1, HasFourFields) {
  std::vector<Bytes> parts = Parts();
  parts.push_back(Cbor::Null());
  EXPECT_TRUE(IsInvalid(Cbor::Array(parts)));
  EXPECT_TRUE(IsInvalid(Cbor::IndefiniteArray(parts)));
  parts.resize(3);
  EXPECT_TRUE(IsInvalid(Cbor::Array(parts)));
  EXPECT_TRUE(IsInvalid(Cbor::IndefiniteArray(parts)));
  EXPECT_TRUE(IsInvalid(Cbor::Array({Cbor::Array(Parts())})));
  EXPECT_TRUE(IsInvalid({}));
  Bytes longer = Cbor::Array(Parts());
  longer.push_back(0xf6);
  EXPECT_TRUE(IsInvalid(longer));
}

TEST(CoseSign1, HasNoOtherTag) {
  for (uint64_t tag : {17, 19, 61, 98}) {
    EXPECT_TRUE(IsInvalid(Cbor::Joined({Cbor::Tag(tag), Cbor::Array(Parts())}))) << tag;
  }
  EXPECT_TRUE(IsInvalid(Cbor::Joined({Cbor::Tag(18), Cbor::Tag(18), Cbor::Array(Parts())})));
}

TEST(CoseSign1, AlgorithmIsEs384) {
  for (int64_t algorithm : {-7, -36, -34, 35, 5, 0}) {  // ES256, ES512, none, none, HMAC, reserved
    EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Headers(algorithm)))) << algorithm;
  }
  const auto key = Cbor::Unsigned(1);
  const auto es384 = Cbor::Negative(34);
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String({}))) << "no headers";
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Cbor::Map({}))));
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Cbor::Map({{Cbor::Unsigned(2), es384}}))));
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Cbor::Map({{key, Cbor::Text("ES384")}}))));
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Cbor::Map({{key, es384}, {key, es384}})))) << "twice";
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Cbor::Map({{key, es384}, {Cbor::Unsigned(4), Cbor::String(kPayload)}}))));
  EXPECT_TRUE(IsInvalidWith(0, Cbor::String(Cbor::Joined({Headers(-35), Cbor::Null()}))));
  EXPECT_TRUE(IsInvalidWith(0, Headers(-35))) << "not in a byte string";
}

TEST(CoseSign1, FieldsHaveTheirTypesAndSizes) {
  EXPECT_TRUE(IsInvalidWith(1, Cbor::Map({{Cbor::Unsigned(1), Cbor::Negative(34)}})));
  EXPECT_TRUE(IsInvalidWith(1, Cbor::Null()));
  EXPECT_TRUE(IsInvalidWith(2, Cbor::Null())) << "a detached payload";
  EXPECT_TRUE(IsInvalidWith(2, Cbor::String({})));
  EXPECT_TRUE(IsInvalidWith(2, Cbor::Text("payload")));
  EXPECT_FALSE(IsInvalidWith(2, Cbor::String(Bytes(kMaxPayloadSize, 1))));
  EXPECT_TRUE(IsInvalidWith(2, Cbor::String(Bytes(kMaxPayloadSize + 1, 1))));
  EXPECT_TRUE(IsInvalidWith(3, Cbor::String(Bytes(95, 9))));
  EXPECT_TRUE(IsInvalidWith(3, Cbor::String(Bytes(97, 9))));
  EXPECT_TRUE(IsInvalidWith(3, Cbor::String({})));
}

// ["Signature1", h'a1013822', h'', h'010203'], as RFC 8949 writes it in the fewest bytes.
TEST(CoseSign1, SignedBytes) {
  const CoseSign1 message = ParseCoseSign1(Cbor::Array(Parts())).value();
  EXPECT_EQ(HexEncode(SignedBytes(message)), "846a5369676e61747572653144a10138224043010203");
}

}  // namespace
}  // namespace kagimori::attest
