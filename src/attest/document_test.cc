#include "attest/document.h"

#include <gtest/gtest.h>

#include <string>

#include "attest/testing/test_document.h"
#include "crypto/certificate_chain.h"

namespace kagimori::attest {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};

const crypto::TestChain& Chain() {
  static const crypto::TestChain chain(kNow);
  return chain;
}

// Syntax alone is looked at here: neither key nor certificates need to be any.
TestDocument Document() { return TestDocument(Chain(), kNow, Bytes(300, 5)); }

bool IsInvalid(const Bytes& payload) {
  const Result<AttestationDocument> document = ParseAttestationDocument(payload);
  return !document && document.error().kind == ErrorKind::kInvalid;
}

bool IsInvalidWith(std::string_view field, const Bytes& value) {
  TestDocument document = Document();
  document[field] = value;
  return IsInvalid(document.Payload());
}

Bytes Pcrs(size_t count, size_t size = 48) {
  Cbor::Pairs pcrs;
  for (size_t i = 0; i < count; ++i) pcrs.emplace_back(Cbor::Unsigned(i), Cbor::String(Bytes(size, 1)));
  return Cbor::Map(pcrs);
}

TEST(AttestationDocument, IsParsed) {
  TestDocument source = Document();
  source["user_data"] = Cbor::String({});
  for (const Bytes& payload : {source.Payload(), Cbor::IndefiniteMap(source.fields)}) {
    const Result<AttestationDocument> document = ParseAttestationDocument(payload);
    ASSERT_TRUE(document) << document.error().text;
    EXPECT_EQ(document->platform, Platform::kNitroEnclave);
    EXPECT_EQ(document->module_id, "i-0123456789abcdef0-enc0123456789abcdef");
    EXPECT_EQ(document->timestamp, kNow);
    EXPECT_EQ(document->pcrs,
              (std::map<uint8_t, Bytes>{{0, Bytes(48, 0)}, {1, Bytes(48, 1)}, {2, Bytes(48, 2)}, {31, Bytes(48, 31)}}));
    EXPECT_EQ(document->certificate, Chain().leaf.der());
    EXPECT_EQ(document->ca_bundle, Chain().issuers());
    EXPECT_EQ(document->public_key, Bytes(300, 5));
    EXPECT_EQ(document->user_data, Bytes());
    EXPECT_EQ(document->nonce, (Bytes{'n', 'o', 'n', 'c', 'e'}));
  }
}

TEST(AttestationDocument, RequiredFields) {
  for (std::string_view field : {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"}) {
    TestDocument document = Document();
    document.Remove(field);
    EXPECT_TRUE(IsInvalid(document.Payload())) << field;
    EXPECT_TRUE(IsInvalidWith(field, Cbor::Null())) << field;
  }
  for (std::string_view field : {"public_key", "user_data", "nonce"}) {
    TestDocument document = Document();
    document[field] = Cbor::Null();
    EXPECT_FALSE(IsInvalid(document.Payload())) << field;
    document.Remove(field);
    EXPECT_FALSE(IsInvalid(document.Payload())) << field;
  }
}

TEST(AttestationDocument, FieldsThereOnceAndKnown) {
  const TestDocument document = Document();
  for (const auto& field : document.fields) {
    TestDocument twice = document;
    twice.fields.push_back(field);
    EXPECT_TRUE(IsInvalid(twice.Payload()));
    EXPECT_TRUE(IsInvalid(Cbor::IndefiniteMap(twice.fields)));
  }
  TestDocument both = document;
  both.fields.emplace_back(Cbor::Text("nitrotpm_pcrs"), Pcrs(1));
  EXPECT_TRUE(IsInvalid(both.Payload())) << "registers of both platforms";
  TestDocument more = document;
  more.fields.emplace_back(Cbor::Text("more"), Cbor::Null());
  EXPECT_TRUE(IsInvalid(more.Payload()));
  more.fields.back().first = Cbor::String(AsBytes("nonce"));
  EXPECT_TRUE(IsInvalid(more.Payload())) << "a name that is no text";
}

TEST(AttestationDocument, Registers) {
  EXPECT_FALSE(IsInvalidWith("pcrs", Pcrs(32)));
  EXPECT_TRUE(IsInvalidWith("pcrs", Pcrs(33)));
  EXPECT_TRUE(IsInvalidWith("pcrs", Pcrs(0)));
  EXPECT_TRUE(IsInvalidWith("pcrs", Cbor::IndefiniteMap({})));
  EXPECT_TRUE(IsInvalidWith("pcrs", Cbor::Array({})));
  for (size_t size : {32u, 48u, 64u}) EXPECT_FALSE(IsInvalidWith("pcrs", Pcrs(1, size))) << size;
  for (size_t size : {0u, 31u, 33u, 47u, 49u, 63u, 65u, 80u}) EXPECT_TRUE(IsInvalidWith("pcrs", Pcrs(1, size))) << size;
  const auto one = [](const Bytes& index, const Bytes& value) {
    return IsInvalidWith("pcrs", Cbor::IndefiniteMap({{index, value}}));
  };
  const Bytes value = Cbor::String(Bytes(48, 1));
  EXPECT_FALSE(one(Cbor::Unsigned(31), value));
  EXPECT_TRUE(one(Cbor::Unsigned(32), value));
  EXPECT_TRUE(one(Cbor::Unsigned(256), value)) << "0 in eight bits";
  EXPECT_TRUE(one(Cbor::Negative(0), value));
  EXPECT_TRUE(one(Cbor::Text("0"), value));
  EXPECT_TRUE(one(Cbor::Unsigned(0), Cbor::Text(std::string(48, 'a'))));
  EXPECT_TRUE(IsInvalidWith("pcrs", Cbor::Map({{Cbor::Unsigned(4), value}, {Cbor::Unsigned(4), value}})));
}

TEST(AttestationDocument, TextsAndTimes) {
  EXPECT_TRUE(IsInvalidWith("module_id", Cbor::Text("")));
  EXPECT_FALSE(IsInvalidWith("module_id", Cbor::Text(std::string(256, 'm'))));
  EXPECT_TRUE(IsInvalidWith("module_id", Cbor::Text(std::string(257, 'm'))));
  for (std::string_view text : {"a b", "a\nb", "a\x7f", "\xff", "m\xc3\xb6"}) {
    EXPECT_TRUE(IsInvalidWith("module_id", Cbor::Text(text))) << text;
  }
  EXPECT_TRUE(IsInvalidWith("module_id", Cbor::String(AsBytes("module"))));
  for (std::string_view text : {"SHA256", "sha384", "SHA3840", ""}) {
    EXPECT_TRUE(IsInvalidWith("digest", Cbor::Text(text))) << text;
  }
  EXPECT_FALSE(IsInvalidWith("timestamp", Cbor::Unsigned(1)));
  EXPECT_TRUE(IsInvalidWith("timestamp", Cbor::Unsigned(0)));
  EXPECT_TRUE(IsInvalidWith("timestamp", Cbor::Unsigned(uint64_t{1} << 63)));
  EXPECT_TRUE(IsInvalidWith("timestamp", Cbor::Negative(1)));
}

TEST(AttestationDocument, CertificatesAndOtherBytes) {
  const Bytes longest = Cbor::String(Bytes(1024, 1)), longer = Cbor::String(Bytes(1025, 1)), empty = Cbor::String({});
  for (std::string_view field : {"certificate", "public_key"}) {
    EXPECT_FALSE(IsInvalidWith(field, longest)) << field;
    EXPECT_TRUE(IsInvalidWith(field, longer)) << field;
    EXPECT_TRUE(IsInvalidWith(field, empty)) << field;
    EXPECT_TRUE(IsInvalidWith(field, Cbor::Array({}))) << field;
  }
  for (std::string_view field : {"user_data", "nonce"}) {
    EXPECT_FALSE(IsInvalidWith(field, longest)) << field;
    EXPECT_TRUE(IsInvalidWith(field, longer)) << field;
    EXPECT_TRUE(IsInvalidWith(field, Cbor::Map({}))) << field << ": nested deeper";
  }
  EXPECT_FALSE(IsInvalidWith("cabundle", Cbor::IndefiniteArray({longest})));
  EXPECT_FALSE(IsInvalidWith("cabundle", Cbor::Array(std::vector<Bytes>(crypto::kMaxIssuers, Cbor::String(Bytes{1})))));
  EXPECT_TRUE(
      IsInvalidWith("cabundle", Cbor::Array(std::vector<Bytes>(crypto::kMaxIssuers + 1, Cbor::String(Bytes{1})))));
  EXPECT_TRUE(IsInvalidWith("cabundle", Cbor::Array({})));
  EXPECT_TRUE(IsInvalidWith("cabundle", Cbor::IndefiniteArray({})));
  EXPECT_TRUE(IsInvalidWith("cabundle", Cbor::Array({longer})));
  EXPECT_TRUE(IsInvalidWith("cabundle", Cbor::Array({empty})));
  EXPECT_TRUE(IsInvalidWith("cabundle", Cbor::Array({Cbor::Array({longest})})));
  EXPECT_TRUE(IsInvalidWith("cabundle", longest));
}

TEST(AttestationDocument, IsOneWholeMap) {
  Bytes payload = Document().Payload();
  for (size_t size = 0; size < payload.size(); ++size) {
    ASSERT_TRUE(IsInvalid(Bytes(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
  }
  payload.push_back(0);
  EXPECT_TRUE(IsInvalid(payload));
  EXPECT_TRUE(IsInvalid(Cbor::Array({Document().Payload()})));
}

}  // namespace
}  // namespace kagimori::attest
