#ifndef KAGIMORI_ATTEST_TESTING_TEST_DOCUMENT_H_
#define KAGIMORI_ATTEST_TESTING_TEST_DOCUMENT_H_

#include <cbor.h>

#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/testing/certificate_issuer.h"

namespace kagimori::attest {

// CBOR, written by libcbor's encoders. Items are byte strings that are joined.
class Cbor {
 public:
  static Bytes Unsigned(uint64_t value) { return Head(cbor_encode_uint, value); }
  static Bytes Negative(uint64_t minus_one_minus_value) { return Head(cbor_encode_negint, minus_one_minus_value); }
  static Bytes Text(std::string_view text) { return Joined({Head(cbor_encode_string_start, text.size()), View(text)}); }
  static Bytes String(ByteView bytes) {
    return Joined({Head(cbor_encode_bytestring_start, bytes.size()), Bytes(bytes.begin(), bytes.end())});
  }
  // A byte string in chunks of one byte.
  static Bytes ChunkedString(ByteView bytes) {
    std::vector<Bytes> parts{Head(cbor_encode_indef_bytestring_start)};
    for (uint8_t byte : bytes) parts.push_back(String({&byte, 1}));
    parts.push_back(Break());
    return Joined(parts);
  }
  static Bytes Null() { return Head(cbor_encode_null); }
  static Bytes Tag(uint64_t tag) {
    return tag < 24 ? Bytes{static_cast<uint8_t>(0xc0 | tag)} : Head(cbor_encode_tag, tag);
  }
  static Bytes Break() { return Head(cbor_encode_break); }
  static Bytes Array(const std::vector<Bytes>& items) {
    return Joined({Head(cbor_encode_array_start, items.size()), Joined(items)});
  }
  static Bytes IndefiniteArray(const std::vector<Bytes>& items) {
    return Joined({Head(cbor_encode_indef_array_start), Joined(items), Break()});
  }
  using Pairs = std::vector<std::pair<Bytes, Bytes>>;
  static Bytes Map(const Pairs& pairs) {
    return Joined({Head(cbor_encode_map_start, pairs.size()), JoinedPairs(pairs)});
  }
  static Bytes IndefiniteMap(const Pairs& pairs) {
    return Joined({Head(cbor_encode_indef_map_start), JoinedPairs(pairs), Break()});
  }
  static Bytes Joined(const std::vector<Bytes>& parts) {
    Bytes out;
    for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
    return out;
  }

 private:
  template <class Value>
  static Bytes Head(size_t (*encode)(Value, unsigned char*, size_t), std::type_identity_t<Value> value) {
    Bytes out(9);
    out.resize(encode(value, out.data(), out.size()));
    return out;
  }
  static Bytes Head(size_t (*encode)(unsigned char*, size_t)) {
    Bytes out(9);
    out.resize(encode(out.data(), out.size()));
    return out;
  }
  static Bytes View(std::string_view text) { return Bytes(text.begin(), text.end()); }
  static Bytes JoinedPairs(const Pairs& pairs) {
    Bytes out;
    for (const auto& [key, value] : pairs) {
      out.insert(out.end(), key.begin(), key.end());
      out.insert(out.end(), value.begin(), value.end());
    }
    return out;
  }
};

// A document whose parts a test may replace before it is signed. Values are CBOR items.
struct TestDocument {
  // All fields; `public_key` is the DER.
  TestDocument(const crypto::TestChain& chain, Timestamp made, ByteView public_key) : signer(chain.leaf) {
    Cbor::Pairs pcrs;
    for (uint8_t index : {0, 1, 2, 31}) pcrs.emplace_back(Cbor::Unsigned(index), Cbor::String(Bytes(48, index)));
    std::vector<Bytes> bundle;
    for (const Bytes& issuer : chain.issuers()) bundle.push_back(Cbor::String(issuer));
    fields = {{Cbor::Text("module_id"), Cbor::Text("i-0123456789abcdef0-enc0123456789abcdef")},
              {Cbor::Text("digest"), Cbor::Text("SHA384")},
              {Cbor::Text("timestamp"), Cbor::Unsigned(static_cast<uint64_t>(made.millis))},
              {Cbor::Text("pcrs"), Cbor::Map(pcrs)},
              {Cbor::Text("certificate"), Cbor::String(chain.leaf.der())},
              {Cbor::Text("cabundle"), Cbor::Array(bundle)},
              {Cbor::Text("public_key"), Cbor::String(public_key)},
              {Cbor::Text("user_data"), Cbor::Null()},
              {Cbor::Text("nonce"), Cbor::String(AsBytes("nonce"))}};
  }

  // The value of a field that is there.
  Bytes& operator[](std::string_view name) {
    for (auto& [key, value] : fields) {
      if (key == Cbor::Text(name)) return value;
    }
    throw std::logic_error("no such field in the test's document");
  }
  void Remove(std::string_view name) {
    std::erase_if(fields, [&](const auto& field) { return field.first == Cbor::Text(name); });
  }
  void Rename(std::string_view name, std::string_view other) {
    for (auto& [key, value] : fields) {
      if (key == Cbor::Text(name)) key = Cbor::Text(other);
    }
  }

  Bytes Payload() const { return Cbor::Map(fields); }
  // The four parts of COSE_Sign1 as CBOR items, rightly signed over `payload`.
  std::vector<Bytes> Parts(const Bytes& payload) const {
    const Bytes signed_bytes = Cbor::Array(
        {Cbor::Text("Signature1"), Cbor::String(protected_headers), Cbor::String({}), Cbor::String(payload)});
    return {Cbor::String(protected_headers), Cbor::Map({}), Cbor::String(payload),
            Cbor::String(signer.SignEs384(signed_bytes))};
  }
  Bytes Signed() const { return Cbor::Array(Parts(Payload())); }

  crypto::TestCertificate signer;
  Bytes protected_headers = Cbor::Map({{Cbor::Unsigned(1), Cbor::Negative(34)}});  // alg: ES384, which is -35
  Cbor::Pairs fields;
};

}  // namespace kagimori::attest

#endif  // KAGIMORI_ATTEST_TESTING_TEST_DOCUMENT_H_
