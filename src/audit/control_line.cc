#include "audit/control_line.h"

#include "audit/line_cursor.h"

namespace kagimori::audit {
namespace {

constexpr std::string_view kSignedPrefix = "kagimori/audit/1\n";
constexpr std::string_view kLinkPrefix = "kagimori/audit/1/link\n";

void AppendBody(const ControlLine& line, std::string* out) {
  out->append(kControlStart);
  switch (line.kind) {
    case ControlLine::Kind::kHeader:
      AppendNumber("{\"header\":{\"format\":", kFormatVersion, out);
      AppendQuotedHex(",\"deployment\":", line.deployment, out);
      AppendQuotedHex(",\"key\":", line.key, out);
      AppendNumber(",\"file\":", line.file, out);
      AppendNumber(",\"sequence\":", line.sequence, out);
      AppendTime(line.time, out);
      AppendQuotedHex(",\"previous\":", line.previous, out);
      break;
    case ControlLine::Kind::kLink:
      AppendNumber("{\"link\":{\"sequence\":", line.sequence, out);
      AppendNumber(",\"count\":", line.count, out);
      AppendNumber(",\"storeRevision\":", line.store_revision, out);
      AppendTime(line.time, out);
      out->append(",\"records\":\"");
      out->append(line.tags);
      AppendQuotedHex("\",\"hash\":", line.hash, out);
      break;
    case ControlLine::Kind::kRecovered:
      AppendNumber("{\"recovered\":{\"sequence\":", line.sequence, out);
      AppendTime(line.time, out);
      AppendNumber(",\"bytes\":", line.tail_bytes, out);
      AppendQuotedHex(",\"tail\":", line.hash, out);
      AppendQuotedHex(",\"previous\":", line.previous, out);
      break;
    case ControlLine::Kind::kRetired:
      AppendNumber("{\"retired\":{\"sequence\":", line.sequence, out);
      AppendTime(line.time, out);
      AppendNumber(",\"file\":", line.file, out);
      AppendNumber(",\"records\":", line.retired_sequence, out);
      AppendQuotedHex(",\"close\":", line.hash, out);
      AppendQuotedHex(",\"previous\":", line.previous, out);
      break;
    case ControlLine::Kind::kClose:
      AppendNumber("{\"close\":{\"file\":", line.file, out);
      AppendNumber(",\"sequence\":", line.sequence, out);
      AppendTime(line.time, out);
      AppendQuotedHex(",\"previous\":", line.previous, out);
      break;
  }
  out->push_back('}');
}

void ParseLink(LineCursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kLink;
  cursor->Number("\"sequence\":", &line->sequence);
  cursor->Number(",\"count\":", &line->count);
  cursor->Number(",\"storeRevision\":", &line->store_revision);
  cursor->Time(&line->time);
  cursor->Literal(",\"records\":\"");
  // A count that the line cannot hold must not overflow the product.
  size_t size = line->count > cursor->rest().size() ? cursor->rest().size() + 1 : line->count * kTagSize;
  line->tags = cursor->Tags(size);
  cursor->Literal("\"");
  cursor->Hex(",\"hash\":", line->hash);
}

void ParseHeader(LineCursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kHeader;
  cursor->Literal("\"format\":1");
  cursor->Hex(",\"deployment\":", line->deployment);
  cursor->Hex(",\"key\":", line->key);
  cursor->Number(",\"file\":", &line->file);
  cursor->Number(",\"sequence\":", &line->sequence);
  cursor->Time(&line->time);
  cursor->Hex(",\"previous\":", line->previous);
}

void ParseRecovered(LineCursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kRecovered;
  cursor->Number("\"sequence\":", &line->sequence);
  cursor->Time(&line->time);
  cursor->Number(",\"bytes\":", &line->tail_bytes);
  cursor->Hex(",\"tail\":", line->hash);
  cursor->Hex(",\"previous\":", line->previous);
}

void ParseRetired(LineCursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kRetired;
  cursor->Number("\"sequence\":", &line->sequence);
  cursor->Time(&line->time);
  cursor->Number(",\"file\":", &line->file);
  cursor->Number(",\"records\":", &line->retired_sequence);
  cursor->Hex(",\"close\":", line->hash);
  cursor->Hex(",\"previous\":", line->previous);
}

void ParseClose(LineCursor* cursor, ControlLine* line) {
  line->kind = ControlLine::Kind::kClose;
  cursor->Number("\"file\":", &line->file);
  cursor->Number(",\"sequence\":", &line->sequence);
  cursor->Time(&line->time);
  cursor->Hex(",\"previous\":", line->previous);
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
  AppendSignature(kSignedPrefix, start, signer, out);
}

std::optional<ControlLine> ParseControlLine(std::string_view text) {
  ControlLine line;
  LineCursor cursor(text);
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
  } else if (cursor.rest().starts_with("{\"retired\":{")) {
    cursor.Literal("{\"retired\":{");
    ParseRetired(&cursor, &line);
  } else {
    cursor.Literal("{\"close\":{");
    ParseClose(&cursor, &line);
  }
  cursor.Literal("}");
  if (!cursor.ok()) return std::nullopt;
  line.body = text.substr(0, text.size() - cursor.rest().size());
  cursor.Signature(&line.signature);
  if (!cursor.ok()) return std::nullopt;
  return line;
}

std::optional<uint64_t> HeaderFormat(std::string_view text) {
  LineCursor cursor(text);
  cursor.Literal(kControlStart);
  cursor.Literal("{\"header\":{");
  uint64_t format = 0;
  cursor.Number("\"format\":", &format);
  return cursor.ok() ? std::optional(format) : std::nullopt;
}

bool SignatureHolds(const ControlLine& line, const crypto::Ed25519PublicBytes& key) {
  return SignatureHolds(kSignedPrefix, line.body, line.signature, key);
}

}  // namespace kagimori::audit
