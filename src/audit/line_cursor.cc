#include "audit/line_cursor.h"

#include <algorithm>
#include <charconv>

#include "wire/json_writer.h"

namespace kagimori::audit {
namespace {

constexpr std::string_view kSignatureName = ",\"signature\":\"";
constexpr std::string_view kLineEnd = "\"}}";
constexpr size_t kSignatureSize = 88;  // base64 of 64 bytes

bool IsLowerHex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::string SignedText(std::string_view prefix, std::string_view body) { return std::string(prefix).append(body); }

}  // namespace

void AppendNumber(std::string_view name, uint64_t value, std::string* out) {
  out->append(name);
  wire::AppendJsonInteger(value, out);
}

void AppendQuotedHex(std::string_view name, ByteView bytes, std::string* out) {
  out->append(name);
  out->push_back('"');
  AppendHex(bytes, out);
  out->push_back('"');
}

void AppendTime(Timestamp time, std::string* out) {
  out->append(",\"time\":\"");
  out->append(FormatIso(time));
  out->push_back('"');
}

void AppendSignature(std::string_view prefix, size_t start, const crypto::Ed25519Signer& signer, std::string* out) {
  std::string text = SignedText(prefix, std::string_view(*out).substr(start));
  crypto::Ed25519Signature signature = signer.Sign(AsBytes(text));
  out->append(kSignatureName);
  AppendBase64(signature, out);
  out->append(kLineEnd);
}

bool SignatureHolds(std::string_view prefix, std::string_view body, const crypto::Ed25519Signature& signature,
                    const crypto::Ed25519PublicBytes& key) {
  return crypto::Ed25519Verify(key, AsBytes(SignedText(prefix, body)), signature);
}

bool LineCursor::Literal(std::string_view text) {
  if (!ok_ || !rest_.starts_with(text)) return ok_ = false;
  rest_.remove_prefix(text.size());
  return true;
}

void LineCursor::Number(std::string_view name, uint64_t* value) {
  if (!Literal(name)) return;
  auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), *value);
  bool leading_zero = rest_.size() > 1 && rest_[0] == '0' && end != rest_.data() + 1;
  if (error != std::errc() || leading_zero) {
    ok_ = false;
    return;
  }
  rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
}

void LineCursor::Hex(std::string_view name, MutableByteView out) {
  if (!Literal(name) || !Literal("\"")) return;
  std::string_view digits = rest_.substr(0, out.size() * 2);
  if (!IsLowerHex(digits) || !HexDecodeTo(digits, out)) {
    ok_ = false;
    return;
  }
  rest_.remove_prefix(digits.size());
  Literal("\"");
}

std::string_view LineCursor::Tags(size_t size) {
  std::string_view tags = rest_.substr(0, size);
  if (tags.size() != size || !IsLowerHex(tags)) ok_ = false;
  if (ok_) rest_.remove_prefix(size);
  return tags;
}

void LineCursor::Time(Timestamp* time) {
  constexpr size_t kSize = std::string_view("yyyy-mm-ddThh:mm:ssZ").size();
  if (!Literal(",\"time\":\"")) return;
  auto read = ParseIso(rest_.substr(0, kSize));
  if (!read) {
    ok_ = false;
    return;
  }
  *time = *read;
  rest_.remove_prefix(kSize);
  Literal("\"");
}

void LineCursor::Signature(crypto::Ed25519Signature* signature) {
  if (!Literal(kSignatureName)) return;
  ok_ = rest_.size() == kSignatureSize + kLineEnd.size() && rest_.ends_with(kLineEnd);
  if (!ok_) return;
  auto bytes = Base64Decode(rest_.substr(0, kSignatureSize));  // takes the canonical form only
  ok_ = bytes && bytes->size() == signature->size();
  if (ok_) std::ranges::copy(*bytes, signature->begin());
}

}  // namespace kagimori::audit
