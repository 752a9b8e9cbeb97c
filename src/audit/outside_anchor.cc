#include "audit/outside_anchor.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "audit/control_line.h"
#include "audit/files.h"
#include "audit/line_cursor.h"
#include "audit/line_reader.h"

namespace kagimori::audit {
namespace {

constexpr std::string_view kSignedPrefix = "kagimori/audit/1/anchor\n";
constexpr size_t kMaxFileBytes = 4 * kAnchorFileBytes;

struct AnchorText {
  std::string whole;  // every complete line
  bool found = false;
};

Result<AnchorText> ReadText(const std::filesystem::path& path) {
  AnchorText text;
  auto file = File::Open(path, O_RDONLY);
  if (!file && file.error().kind == ErrorKind::kNotFound) return text;
  if (!file) return std::unexpected(std::move(file).error());
  text.found = true;
  text.whole.resize(kMaxFileBytes + 1);
  size_t end = 0;
  while (end < text.whole.size()) {
    ssize_t got = read(file->fd(), text.whole.data() + end, text.whole.size() - end);
    if (got == 0) break;
    if (got < 0 && errno != EINTR) return FailErrno("read", path);
    if (got > 0) end += static_cast<size_t>(got);
  }
  if (end > kMaxFileBytes) return Fail(ErrorKind::kCorrupt, path.string() + " is too long for an anchor file");
  size_t last = text.whole.rfind('\n', end);
  text.whole.resize(last == text.whole.npos ? 0 : last + 1);
  return text;
}

std::unexpected<Error> BadLine(const std::filesystem::path& path, size_t line, Error error) {
  error.text = fmt::format("{}, line {}: {}", path.string(), line, error.text);
  return std::unexpected(std::move(error));
}

Result<> AppendAll(const std::filesystem::path& path, std::string_view text, const crypto::Ed25519PublicBytes& key,
                   std::vector<OutsideAnchor>* out) {
  for (size_t line = 1; !text.empty(); ++line) {
    size_t end = text.find('\n');
    auto anchor = ParseOutsideAnchor(text.substr(0, end), key);
    if (!anchor) return BadLine(path, line, std::move(anchor).error());
    if (!out->empty()) {
      const OutsideAnchor& before = out->back();
      if (anchor->deployment != before.deployment)
        return BadLine(path, line, {ErrorKind::kCorrupt, "an anchor of another deployment than the one before", {}});
      if (anchor->anchor.sequence < before.anchor.sequence || anchor->store_revision < before.store_revision)
        return BadLine(path, line, {ErrorKind::kCorrupt, "an anchor that lies before the one before it", {}});
    }
    out->push_back(*std::move(anchor));
    text.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace

void AppendOutsideAnchor(const OutsideAnchor& anchor, const crypto::Ed25519Signer& signer, std::string* out) {
  size_t start = out->size();
  out->append("{\"kagimori\":{\"anchor\":{\"format\":1");
  AppendQuotedHex(",\"deployment\":", anchor.deployment, out);
  AppendNumber(",\"sequence\":", anchor.anchor.sequence, out);
  AppendQuotedHex(",\"link\":", anchor.anchor.link, out);
  AppendNumber(",\"file\":", anchor.anchor.file, out);
  AppendNumber(",\"offset\":", anchor.anchor.offset, out);
  AppendNumber(",\"storeRevision\":", anchor.store_revision, out);
  AppendTime(anchor.time, out);
  out->push_back('}');
  AppendSignature(kSignedPrefix, start, signer, out);
}

Result<OutsideAnchor> ParseOutsideAnchor(std::string_view line, const crypto::Ed25519PublicBytes& key) {
  OutsideAnchor anchor;
  LineCursor cursor(line);
  cursor.Literal("{\"kagimori\":{\"anchor\":{\"format\":1");
  cursor.Hex(",\"deployment\":", anchor.deployment);
  cursor.Number(",\"sequence\":", &anchor.anchor.sequence);
  cursor.Hex(",\"link\":", anchor.anchor.link);
  cursor.Number(",\"file\":", &anchor.anchor.file);
  cursor.Number(",\"offset\":", &anchor.anchor.offset);
  cursor.Number(",\"storeRevision\":", &anchor.store_revision);
  cursor.Time(&anchor.time);
  cursor.Literal("}");
  std::string_view body = line.substr(0, line.size() - cursor.rest().size());
  crypto::Ed25519Signature signature;
  cursor.Signature(&signature);
  if (!cursor.ok()) return Fail(ErrorKind::kCorrupt, "not an anchor");
  if (!SignatureHolds(kSignedPrefix, body, signature, key))
    return Fail(ErrorKind::kAuthentication, "an anchor that the log's key did not sign");
  return anchor;
}

std::filesystem::path OlderAnchorFile(const std::filesystem::path& file) { return file.string() + ".1"; }

Result<std::optional<OutsideAnchor>> ReadNewestAnchor(const std::filesystem::path& file,
                                                      const crypto::Ed25519PublicBytes& key,
                                                      const ByteArray<16>& deployment) {
  for (const std::filesystem::path& path : {file, OlderAnchorFile(file)}) {
    KAGIMORI_ASSIGN_OR_RETURN(AnchorText text, ReadText(path));
    std::string_view lines = text.whole;
    if (lines.empty()) continue;
    lines.remove_suffix(1);
    auto anchor = ParseOutsideAnchor(lines.substr(lines.rfind('\n') + 1), key);  // npos + 1 is 0
    if (anchor && anchor->deployment == deployment) return *std::move(anchor);
    return Fail(ErrorKind::kCorrupt,
                fmt::format("the last line of the anchor file {} is {}", path.string(),
                            anchor ? "of another deployment" : std::string_view(anchor.error().text)));
  }
  return std::nullopt;
}

Result<std::vector<OutsideAnchor>> ReadAnchors(const std::filesystem::path& file,
                                               const crypto::Ed25519PublicBytes& key) {
  std::vector<OutsideAnchor> anchors;
  bool found = false;
  for (const std::filesystem::path& path : {OlderAnchorFile(file), file}) {
    KAGIMORI_ASSIGN_OR_RETURN(AnchorText text, ReadText(path));
    KAGIMORI_RETURN_IF_ERROR(AppendAll(path, text.whole, key, &anchors));
    found |= text.found;
  }
  if (!found) return Fail(ErrorKind::kNotFound, "there is no anchor file " + file.string());
  return anchors;
}

namespace {

// The control line that ends at that place of the file, if one does.
Result<bool> EndsThere(const std::filesystem::path& path, bool compressed, const crypto::Ed25519PublicBytes& key,
                       const Anchor& anchor) {
  KAGIMORI_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path, compressed));
  uint64_t offset = 0;
  while (offset < anchor.offset) {
    KAGIMORI_ASSIGN_OR_RETURN(auto line, reader.Next());
    if (!line) return false;
    offset += line->size() + 1;
    if (offset != anchor.offset) continue;
    auto control = ParseControlLine(*line);
    return control && control->sequence == anchor.sequence && crypto::Sha256(AsBytes(*line)) == anchor.link &&
           SignatureHolds(*control, key);
  }
  return false;
}

}  // namespace

Result<> CheckAnchorInLog(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key,
                          const Anchor& anchor) {
  KAGIMORI_ASSIGN_OR_RETURN(Listing listing, List(folder));
  auto found = listing.files.find(anchor.file);
  if (found == listing.files.end()) {
    if (!listing.files.empty() && listing.files.begin()->first > anchor.file) return {};
    return Fail(ErrorKind::kCorrupt,
                fmt::format("the audit log ends before record {}, which an anchor outside names: its end was cut off, "
                            "or an older copy was put in its place",
                            anchor.sequence));
  }
  bool compressed = !found->second.plain;
  std::string name = compressed ? CompressedName(anchor.file) : PlainName(anchor.file);
  KAGIMORI_ASSIGN_OR_RETURN(bool there, EndsThere(folder / name, compressed, key, anchor));
  if (there) return {};
  return Fail(ErrorKind::kCorrupt,
              fmt::format("{} does not hold record {} as an anchor outside names it: its end was cut off, or an older "
                          "or another log was put in its place",
                          name, anchor.sequence));
}

}  // namespace kagimori::audit
