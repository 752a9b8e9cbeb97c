#include "audit/recovery.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "audit/chain.h"
#include "audit/line_reader.h"

namespace kagimori::audit {
namespace {

std::unexpected<Error> Refuse(const Finding& finding) {
  return Fail(ErrorKind::kCorrupt, fmt::format("the audit log is {}: {}, line {}: {} (see `kagimori audit verify`)",
                                               Name(finding.damage), finding.file, finding.line, finding.text));
}

struct Tail {
  std::string bytes;
  uint64_t lines = 0;
};

// What stands behind the last control line of the newest file.
Result<Tail> ReadTail(const File& file, uint64_t offset) {
  constexpr off_t kMaxTail = 1 << 30;  // far beyond the largest batch
  off_t size = lseek(file.fd(), 0, SEEK_END);
  if (size < static_cast<off_t>(offset) || size - static_cast<off_t>(offset) > kMaxTail) {
    return Fail(ErrorKind::kCorrupt, "the audit log changed while it was read");
  }
  Tail tail;
  tail.bytes.resize(static_cast<size_t>(size) - offset);
  for (size_t at = 0; at < tail.bytes.size();) {
    ssize_t got = pread(file.fd(), tail.bytes.data() + at, tail.bytes.size() - at, static_cast<off_t>(offset + at));
    if (got <= 0) return FailErrno("read", "the audit log");
    at += static_cast<size_t>(got);
  }
  tail.lines = static_cast<uint64_t>(std::ranges::count(tail.bytes, '\n'));
  if (!tail.bytes.empty() && tail.bytes.back() != '\n') ++tail.lines;
  return tail;
}

// A free name beside the file; an earlier crash's tail is never overwritten.
Result<std::filesystem::path> KeepAside(const std::filesystem::path& plain, std::string_view bytes) {
  for (int n = 1; n < 10'000; ++n) {
    std::filesystem::path side = fmt::format("{}.torn-{}", plain.string(), n);
    if (std::filesystem::exists(std::filesystem::symlink_status(side))) continue;
    KAGIMORI_ASSIGN_OR_RETURN(File file, File::Open(side, O_WRONLY | O_CREAT | O_EXCL));
    KAGIMORI_RETURN_IF_ERROR(file.WriteAll(bytes));
    KAGIMORI_RETURN_IF_ERROR(file.Sync());
    KAGIMORI_RETURN_IF_ERROR(SyncFolder(plain.parent_path()));
    return side;
  }
  return Fail(ErrorKind::kLimit, "too many torn tails beside " + plain.string());
}

Result<> CutTail(const std::filesystem::path& plain, Recovered* recovered) {
  KAGIMORI_ASSIGN_OR_RETURN(Tail tail, ReadTail(recovered->file, recovered->head.offset));
  if (tail.bytes.empty()) return {};
  KAGIMORI_ASSIGN_OR_RETURN(recovered->report.torn_file, KeepAside(plain, tail.bytes));
  recovered->report.torn_bytes = tail.bytes.size();
  recovered->report.torn_lines = tail.lines;
  recovered->tail_hash = crypto::Sha256(AsBytes(tail.bytes));
  if (ftruncate(recovered->file.fd(), static_cast<off_t>(recovered->head.offset)) != 0) {
    return FailErrno("truncate", plain);
  }
  return recovered->file.Sync();
}

// A sector that was written and never reached the disk reads as zeros, which no line has: so ends, after a power cut,
// what was not synced, and lines that were written later may stand whole behind it. It cannot be told from zeros that
// came over synced lines; that is for the anchors to find.
bool HasHole(std::string_view text) { return text.find('\0') != std::string_view::npos; }

// Follows the chain through one file, up to its end or, in the newest one, up to a hole, of which it gives true.
Result<bool> Follow(LineReader* reader, const std::string& name, bool newest, Chain* chain) {
  while (true) {
    auto line = reader->Next();
    if (!line) {
      if (newest && HasHole(reader->partial())) return true;  // a hole longer than any line
      return Fail(line.error().kind, fmt::format("the audit log is unreadable: {}: {}", name, line.error().text));
    }
    if (!*line) return false;
    if (newest && HasHole(**line)) return true;
    if (auto finding = chain->Line(**line)) return Refuse(*finding);
  }
}

Result<> FollowFile(const LogOptions& options, uint64_t number, bool compressed, bool newest, Chain* chain) {
  std::string name = compressed ? CompressedName(number) : PlainName(number);
  chain->BeginFile(number, name);
  KAGIMORI_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(options.folder / name, compressed));
  KAGIMORI_ASSIGN_OR_RETURN(const bool hole, Follow(&reader, name, newest, chain));
  // The newest file may end in what a crash tore off; everything else must be whole.
  bool torn = newest && chain->head().file == number && (hole || !chain->closed());
  auto finding = torn ? chain->CheckLastSignature() : chain->EndFile(reader.partial().size(), newest);
  if (finding) return Refuse(*finding);
  return {};
}

Result<> CheckAnchor(const LogOptions& options, const Chain& chain, uint64_t first_sequence) {
  // The file before these may have ended at the anchor: its last link and the header behind it are of one sequence.
  if (!options.anchor || chain.all_anchors_seen() || options.anchor->sequence <= first_sequence) return {};
  if (chain.head().sequence < options.anchor->sequence) {
    return Fail(ErrorKind::kCorrupt, fmt::format("the audit log ends at record {}, but the store knows record {}: its "
                                                 "end was cut off, or an older copy was put in its place",
                                                 chain.head().sequence, options.anchor->sequence));
  }
  return Fail(ErrorKind::kCorrupt, "the audit log is not the one that the store's anchor names");
}

}  // namespace

Result<Recovered> Recover(const LogOptions& options, const Listing& listing) {
  Recovered recovered;
  if (listing.files.empty()) {
    if (options.anchor && options.anchor->sequence > 0) {
      return Fail(ErrorKind::kCorrupt, "the store knows an audit log, but there is none in " + options.folder.string());
    }
    recovered.empty = true;
    return recovered;
  }
  auto [newest, forms] = *listing.files.rbegin();
  if (!forms.plain) {
    return Fail(ErrorKind::kCorrupt, "the newest audit file is missing: " + PlainName(newest + 1));
  }
  Chain chain(options.signer->public_bytes());
  chain.set_deployment(options.deployment);
  chain.set_collector(&recovered.ids);
  if (options.anchor) chain.set_anchors({*options.anchor});
  auto before = listing.files.find(newest - 1);
  if (newest > 1 && before == listing.files.end()) {
    return Fail(ErrorKind::kCorrupt, "an audit file is missing: " + PlainName(newest - 1));
  }
  uint64_t first_sequence = 0;
  if (newest > 1) {
    if (newest > 2) chain.TrustNextHeader();
    KAGIMORI_RETURN_IF_ERROR(FollowFile(options, newest - 1, !before->second.plain, false, &chain));
    if (newest > 2) first_sequence = chain.head().sequence - recovered.ids.size();
  }
  KAGIMORI_RETURN_IF_ERROR(FollowFile(options, newest, false, true, &chain));
  KAGIMORI_RETURN_IF_ERROR(CheckAnchor(options, chain, first_sequence));

  recovered.head = chain.head();
  if (chain.retired()) recovered.retired_file = chain.retired()->file;
  recovered.closed = chain.closed();
  std::filesystem::path plain = options.folder / PlainName(newest);
  KAGIMORI_ASSIGN_OR_RETURN(recovered.file, File::Open(plain, O_RDWR | O_APPEND));
  KAGIMORI_RETURN_IF_ERROR(CutTail(plain, &recovered));
  // Whatever the page cache holds of a process that was killed counts as read back, so it must stay.
  KAGIMORI_RETURN_IF_ERROR(recovered.file.Sync());
  recovered.report.events = recovered.ids.size();
  recovered.report.store_revision = chain.store_revision();
  std::ranges::sort(recovered.ids);
  return recovered;
}

}  // namespace kagimori::audit
