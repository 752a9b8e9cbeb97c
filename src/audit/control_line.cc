#include "audit/control_line.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/ids.h"
#include "wire/json_writer.h"

namespace kagimori::audit {
namespace {

constexpr std::string_view kSignedPrefix = "kagimori/audit/1\n";
constexpr std::string_view kLinkPrefix = "kagimori/audit/1/link\n";
constexpr std::string_view kSignatureName = ",\"signature\":\"";
constexpr size_t kSignatureSize = 88;  // base64 of 64 bytes

void Number(std::string_view name, uint64_t value, std::string* out) {
  out->append(name);
  wire::AppendJsonInteger(value, out);
}

void Hex(std::string_view name, ByteView bytes, std::string* out) {
  out->append(name);
  out->push_back('"');
  AppendHex(bytes, out);
  out->push_back('"');
}

void Time(Timestamp time, std::string* out) {
  out->append(",\"time\":\"");
  out->append(FormatIso(time));
  out->push_back('"');
}

void AppendBody(const ControlLine& line, std::string* out) {
  out->append(kControlStart);
  switch (line.kind) {
    case ControlLine::Kind::kHeader:
      Number("{\"header\":{\"format\":", kFormatVersion, out);
      Hex(",\"deployment\":", line.deployment, out);
      Hex(",\"key\":", line.key, out);
      Number(",\"file\":", line.file, out);
      Number(",\"sequence\":", line.sequence, out);
      Time(line.time, out);
      Hex(",\"previous\":", line.previous, out);
      break;
    case ControlLine::Kind::kLink:
      Number("{\"link\":{\"sequence\":", line.sequence, out);
      Number(",\"count\":", line.count, out);
      Number(",\"storeRevision\":", line.store_revision, out);
      Time(line.time, out);
      out->append(",\"records\":\"");
      out->append(line.tags);
      Hex("\",\"hash\":", line.hash, out);
      break;
    case ControlLine::Kind::kRecovered:
      Number("{\"recovered\":{\"sequence\":", line.sequence, out);
      Time(line.time, out);
      Number(",\"bytes\":", line.tail_bytes, out);
      Hex(",\"tail\":", line.hash, out);
      Hex(",\"previous\":", line.previous, out);
      break;
    case ControlLine::Kind::kClose:
      Number("{\"close\":{\"file\":", line.file, out);
      Number(",\"sequence\":", line.sequence, out);
      Time(line.time, out);
      Hex(",\"previous\":", line.previous, out);
      break;
  }
  out->push_back('}');
}

// Reads a line from left to right; after the first mismatch everything is void.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool Literal(std::string_view text) {
    if (!ok_ || !rest_.starts_with(text)) return ok_ = false;
    rest_.remove_prefix(text.size());
    return true;
  }
  void Number(std::string_view name, uint64_t* value) {
    if (!Literal(name)) return;
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), *value);
    bool leading_zero = rest_.size() > 1 && rest_[0] == '0' && end != rest_.data() + 1;
    if (error != std::errc() || leading_zero) {
      ok_ = false;
      return;
    }
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
  }
  void Hex(std::string_view name, MutableByteView out) {
    if (!Literal(name) || !Literal("\"")) return;
    std::string_view digits = rest_.substr(0, out.size() * 2);
    if (!IsLowerHex(digits) || !HexDecodeTo(digits, out)) {
      ok_ = false;
      return;
    }
    rest_.remove_prefix(digits.size());
    Literal("\"");
  }
  std::string_view Tags(size_t size) {
    std::string_view tags = rest_.substr(0, size);
    if (tags.size() != size || !IsLowerHex(tags)) ok_ = false;
    if (ok_) rest_.remove_prefix(size);
    return tags;
  }
  // The shape of a time; which one it is matters to nobody who verifies.
  void Time() {
    constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:ddZ\"";
    if (!Literal(",\"time\":\"")) return;
    if (rest_.size() < kShape.size()) ok_ = false;
    for (size_t i = 0; ok_ && i < kShape.size(); ++i) {
      bool digit = rest_[i] >= '0' && rest_[i] <= '9';
      if (kShape[i] == 'd' ? !digit : rest_[i] != kShape[i]) ok_ = false;
    }
    if (ok_) rest_.remove_prefix(kShape.size());
  }
  bool ok() const { return ok_; }
  std::string_view rest() const { return rest_; }

 private:
  static bool IsLowerHex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  }
  std::string_view rest_;
  bool ok_ = true;
};

void ParseLink(Cursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kLink;
  cursor->Number("\"sequence\":", &line->sequence);
  cursor->Number(",\"count\":", &line->count);
  cursor->Number(",\"storeRevision\":", &line->store_revision);
  cursor->Time();
  cursor->Literal(",\"records\":\"");
  // A count that the line cannot hold must not overflow the product.
  size_t size = line->count > cursor->rest().size() ? cursor->rest().size() + 1 : line->count * kTagSize;
  line->tags = cursor->Tags(size);
  cursor->Literal("\"");
  cursor->Hex(",\"hash\":", line->hash);
}

void ParseHeader(Cursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kHeader;
  cursor->Literal("\"format\":1");
  cursor->Hex(",\"deployment\":", line->deployment);
  cursor->Hex(",\"key\":", line->key);
  cursor->Number(",\"file\":", &line->file);
  cursor->Number(",\"sequence\":", &line->sequence);
  cursor->Time();
  cursor->Hex(",\"previous\":", line->previous);
}

void ParseRecovered(Cursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kRecovered;
  cursor->Number("\"sequence\":", &line->sequence);
  cursor->Time();
  cursor->Number(",\"bytes\":", &line->tail_bytes);
  cursor->Hex(",\"tail\":", line->hash);
  cursor->Hex(",\"previous\":", line->previous);
}

void ParseClose(Cursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kClose;
  cursor->Number("\"file\":", &line->file);
  cursor->Number(",\"sequence\":", &line->sequence);
  cursor->Time();
  cursor->Hex(",\"previous\":", line->previous);
}

bool ParseSignature(std::string_view text, crypto::Ed25519Signature* signature) {
  if (text.size() != kSignatureSize) return false;
  auto bytes = Base64Decode(text);  // takes the canonical form only
  if (!bytes || bytes->size() != signature->size()) return false;
  std::ranges::copy(*bytes, signature->begin());
  return true;
}

std::string SignedText(std::string_view body) {
  std::string text(kSignedPrefix);
  text.append(body);
  return text;
}

}  // namespace

crypto::Sha256Digest LinkHash(const crypto::Sha256Digest& previous, std::span<const crypto::Sha256Digest> records) {
  static_assert(sizeof(crypto::Sha256Digest) == 32, "digests lie end to end");
  return crypto::Sha256({AsBytes(kLinkPrefix), previous,
                         ByteView(reinterpret_cast<const uint8_t*>(records.data()), records.size_bytes())});
}

void AppendTag(const crypto::Sha256Digest& record, std::string* out) {
  AppendHex(ByteView(record).first(kTagSize / 2), out);
}

void AppendControlLine(const ControlLine& line, const crypto::Ed25519Signer& signer, std::string* out) {
  size_t start = out->size();
  AppendBody(line, out);
  crypto::Ed25519Signature signature = signer.Sign(AsBytes(SignedText(std::string_view(*out).substr(start))));
  out->append(kSignatureName);
  AppendBase64(signature, out);
  out->append("\"}}");
}

std::optional<ControlLine> ParseControlLine(std::string_view text) {
  ControlLine line;
  Cursor cursor(text);
  cursor.Literal(kControlStart);
  if (cursor.rest().starts_with("{\"link\":{")) {
    cursor.Literal("{\"link\":{");
    ParseLink(&cursor, &line);
  } else if (cursor.rest().starts_with("{\"header\":{")) {
    cursor.Literal("{\"header\":{");
    ParseHeader(&cursor, &line);
  } else if (cursor.rest().starts_with("{\"recovered\":{")) {
    cursor.Literal("{\"recovered\":{");
    ParseRecovered(&cursor, &line);
  } else {
    cursor.Literal("{\"close\":{");
    ParseClose(&cursor, &line);
  }
  cursor.Literal("}");
  if (!cursor.ok()) return std::nullopt;
  line.body = text.substr(0, text.size() - cursor.rest().size());
  cursor.Literal(kSignatureName);
  if (!cursor.ok() || !cursor.rest().ends_with("\"}}")) return std::nullopt;
  if (!ParseSignature(cursor.rest().substr(0, cursor.rest().size() - 3), &line.signature)) return std::nullopt;
  return line;
}

bool SignatureHolds(const ControlLine& line, const crypto::Ed25519PublicBytes& key) {
  return crypto::Ed25519Verify(key, AsBytes(SignedText(line.body)), line.signature);
}

}  // namespace kagimori::audit
