#include "audit/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "audit/chain.h"
#include "audit/files.h"
#include "audit/line_reader.h"
#include "base/ids.h"

namespace kagimori::audit {

std::string_view Name(Damage damage) {
  switch (damage) {
    case Damage::kChanged:
      return "changed";
    case Damage::kAdded:
      return "added";
    case Damage::kRemoved:
      return "removed";
    case Damage::kReordered:
      return "reordered";
    case Damage::kCut:
      return "cut";
    case Damage::kFileMissing:
      return "file missing";
    case Damage::kForeign:
      return "foreign";
    case Damage::kUnreadable:
      return "unreadable";
  }
  return "changed";
}

namespace {

constexpr unsigned kMostThreads = 8;

// One look at one file, with the chain that came up to it.
struct Look {
  std::optional<Finding> finding;
  bool missing = false;  // the finding is that there is no such file
  uint64_t bytes = 0;
};

Look ReadLines(LineReader* reader, bool newest, bool stop_at_anchor, Chain* chain) {
  auto found = [&](std::optional<Finding> finding) { return Look{std::move(finding), false, reader->bytes()}; };
  for (uint64_t line = 1;; ++line) {
    auto next = reader->Next();
    if (!next) return found(chain->Found(Damage::kUnreadable, line, next.error().text));
    if (!*next) break;
    if (auto finding = chain->Line(**next)) return found(std::move(finding));
    if (stop_at_anchor && chain->all_anchors_seen()) return found(chain->CheckLastSignature());
  }
  return found(chain->EndFile(reader->partial().size(), newest));
}

Look LookAt(const std::filesystem::path& folder, uint64_t number, bool compressed, bool newest, bool stop_at_anchor,
            Chain* chain) {
  std::string name = compressed ? CompressedName(number) : PlainName(number);
  chain->BeginFile(number, name);
  auto reader = LineReader::Open(folder / name, compressed);
  if (reader) return ReadLines(&*reader, newest, stop_at_anchor, chain);
  return {chain->Found(Damage::kUnreadable, 0, reader.error().text), reader.error().kind == ErrorKind::kNotFound, 0};
}

// A file on its own, its header taken on trust. Nothing when anything is not as it should be: whoever asks looks again,
// with the chain that leads to it.
struct Alone {
  std::optional<Chain> chain;
  uint64_t bytes = 0;
};

class Verifier {
 public:
  Verifier(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key, const VerifyOptions& options)
      : folder_(folder), options_(options), chain_(key) {
    anchors_ = options.outside;
    if (options.anchor) anchors_.push_back(*options.anchor);
    std::ranges::sort(anchors_, {}, &Anchor::sequence);
    chain_.set_anchors(anchors_);
    if (options.deployment) chain_.set_deployment(*options.deployment);
    untouched_.emplace(chain_);
  }

  Report Run() {
    auto listing = List(folder_);
    if (!listing) {
      report_.finding = Finding{Damage::kUnreadable, folder_.string(), 0, {}, 0, listing.error().text};
      return std::move(report_);
    }
    report_.side_files = std::move(listing->side_files);
    std::ranges::sort(report_.side_files);
    if (!listing->files.empty()) report_.first_file = listing->files.begin()->first;
    files_.assign(listing->files.begin(), listing->files.end());
    report_.finding = Files();
    if (!report_.finding) report_.finding = CheckBeginning();
    if (!report_.finding) report_.finding = CheckAnchors();
    report_.head = chain_.head();
    report_.batches = chain_.batches();
    if (report_.first_file > 1) report_.retired_events = chain_.start().sequence;
    report_.events = chain_.head().sequence - std::min(report_.retired_events, chain_.head().sequence);
    report_.recoveries = chain_.recoveries();
    report_.store_revision = chain_.store_revision();
    report_.deployment = chain_.deployment();
    return std::move(report_);
  }

 private:
  bool Done() const { return options_.stop_at_anchor && chain_.all_anchors_seen(); }
  bool Newest(size_t index) const { return index + 1 == files_.size(); }

  std::optional<Finding> Files() {
    if (files_.empty()) return Finding{Damage::kFileMissing, PlainName(1), 0, {}, 0, "there is no audit log here"};
    alone_.resize(files_.size());
    std::vector<std::jthread> threads;
    unsigned wanted = options_.threads > 0 ? options_.threads : std::thread::hardware_concurrency();
    side_by_side_ = wanted > 1 && files_.size() > 1;
    for (unsigned i = 0; side_by_side_ && i < std::min<size_t>({wanted, kMostThreads, files_.size()}); ++i) {
      threads.emplace_back([this] { ReadAlone(); });
    }
    auto finding = Join();
    stopping_ = true;
    return finding;
  }

  // Joins the files in their order.
  std::optional<Finding> Join() {
    uint64_t expected = report_.first_file;
    for (size_t i = 0; i < files_.size(); ++i, ++expected) {
      if (files_[i].first != expected) return Missing(expected);
      if (auto finding = JoinOne(i)) return finding;
      ++report_.files;
      if (Done()) return std::nullopt;
    }
    if (chain_.closed()) return Missing(expected);
    return std::nullopt;
  }

  std::optional<Finding> JoinOne(size_t index) {
    Alone alone;
    if (side_by_side_) {
      std::unique_lock lock(mutex_);
      read_.wait(lock, [&] { return alone_[index].has_value(); });
      alone = *std::exchange(alone_[index], Alone{});
    }
    if (alone.chain && chain_.Adopt(*std::move(alone.chain))) {
      report_.bytes += alone.bytes;
      return std::nullopt;
    }
    // With the oldest file retention began anew; nothing leads to it.
    if (index == 0 && files_[0].first > 1) chain_.TrustNextHeader();
    return Forms(index);
  }

  // A thread's work: the next file that none has taken yet.
  void ReadAlone() {
    for (size_t i = next_++; i < files_.size() && !stopping_; i = next_++) {
      Alone alone = ReadAlone(i);
      std::lock_guard lock(mutex_);
      alone_[i] = std::move(alone);
      read_.notify_one();
    }
  }

  Alone ReadAlone(size_t index) const {
    auto [number, forms] = files_[index];
    Alone alone;
    for (bool compressed : {false, true}) {
      if (compressed ? !forms.compressed : !forms.plain) continue;
      Chain chain = *untouched_;
      chain.TrustNextHeader();
      Look look = LookAt(folder_, number, compressed, Newest(index), options_.stop_at_anchor, &chain);
      if (look.finding || (alone.chain && alone.chain->head() != chain.head())) return {};
      alone.bytes += look.bytes;
      alone.chain = std::move(chain);
    }
    return alone;
  }

  Finding Missing(uint64_t number) const {
    return {Damage::kFileMissing, PlainName(number), 0, {}, chain_.head().sequence, "this file of the log is missing"};
  }

  // A crash between compressing and removing leaves a file in both forms; both must be right.
  std::optional<Finding> Forms(size_t index) {
    auto [number, forms] = files_[index];
    Chain before = chain_;
    if (forms.plain) {
      bool gone = false;
      if (auto finding = Twice(index, false, forms.compressed ? nullptr : &gone)) return finding;
      if (gone) forms.compressed = true;  // compressed since the folder was listed
    }
    if (forms.compressed) {
      chain_ = before;
      return Twice(index, true, nullptr);
    }
    return std::nullopt;
  }

  // A quick look, and at a bad file a second one that finds its first bad place.
  std::optional<Finding> Twice(size_t index, bool compressed, bool* gone) {
    Chain before = chain_;
    auto quick = One(index, compressed, gone);
    if (!quick) return std::nullopt;
    chain_ = before;
    chain_.set_depth(Chain::Depth::kEverySignature);
    auto exact = One(index, compressed, gone);
    return exact ? exact : quick;
  }

  std::optional<Finding> One(size_t index, bool compressed, bool* gone) {
    Look look = LookAt(folder_, files_[index].first, compressed, Newest(index), options_.stop_at_anchor, &chain_);
    report_.bytes += look.bytes;
    if (look.missing && gone != nullptr && !Newest(index)) {
      *gone = true;
      return std::nullopt;
    }
    return std::move(look.finding);
  }

  // A log may begin with a later file than the first only when it says itself that the files before it were removed.
  std::optional<Finding> CheckBeginning() const {
    if (report_.first_file == 1) return std::nullopt;
    uint64_t last_missing = report_.first_file - 1;
    const auto& retired = chain_.retired();
    uint64_t known = retired ? retired->file : 0;
    if (known < last_missing) {
      Finding finding = Missing(known + 1);
      finding.sequence = 0;
      finding.text = "this file is missing, and the log does not say that its retention removed it";
      return finding;
    }
    const Anchor& start = chain_.start();
    if (known == last_missing && (retired->close != start.link || retired->sequence != start.sequence)) {
      return Finding{Damage::kReordered,
                     PlainName(report_.first_file),
                     1,
                     {},
                     0,
                     "the file does not continue the one that the log says its retention removed last"};
    }
    return std::nullopt;
  }

  std::optional<Finding> CheckAnchors() {
    for (size_t i = 0; i < anchors_.size(); ++i) {
      const Anchor& anchor = anchors_[i];
      const bool wanted = options_.anchor && *options_.anchor == anchor;
      if (chain_.anchor_seen(i)) {
        report_.anchors_found += wanted ? 0 : 1;
      } else if (report_.first_file > 1 && anchor.sequence <= chain_.start().sequence) {
        if (wanted) return TooEarly(anchor);
        ++report_.anchors_before;  // nobody can tell any more
      } else {
        return Unseen(anchor);
      }
    }
    return std::nullopt;
  }

  // Whoever asks for this one place must not hear that all is well.
  Finding TooEarly(const Anchor& anchor) const {
    return chain_.Found(Damage::kForeign, 0,
                        fmt::format("the anchor at record {} lies before the log's beginning, which its retention "
                                    "removed: whether it was in this log cannot be told any more",
                                    anchor.sequence));
  }

  Finding Unseen(const Anchor& anchor) const {
    if (chain_.head().sequence < anchor.sequence) {
      return chain_.Found(Damage::kCut, 0,
                          fmt::format("the log ends at record {}, but the anchor is at {}: the end was cut off",
                                      chain_.head().sequence, anchor.sequence));
    }
    return chain_.Found(Damage::kForeign, 0,
                        fmt::format("the anchor's link at record {} is not in this log: another log, or one that was "
                                    "begun anew",
                                    anchor.sequence));
  }

  const std::filesystem::path& folder_;
  const VerifyOptions& options_;
  std::vector<Anchor> anchors_;
  Chain chain_;
  std::optional<Chain> untouched_;  // before any file
  Report report_;
  std::vector<std::pair<uint64_t, Listing::Forms>> files_;

  bool side_by_side_ = false;
  std::atomic<size_t> next_{0};
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::condition_variable read_;
  std::vector<std::optional<Alone>> alone_;  // by mutex_
};

// Whether retention has removed files since `report` was begun.
bool BeganLater(const std::filesystem::path& folder, const Report& report) {
  auto listing = List(folder);
  return listing && !listing->files.empty() && listing->files.begin()->first > report.first_file;
}

}  // namespace

Report Verify(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key,
              const VerifyOptions& options) {
  constexpr int kTries = 3;  // a server may be removing old files meanwhile
  for (int i = 1;; ++i) {
    Report report = Verifier(folder, key, options).Run();
    if (report.ok() || i == kTries || !BeganLater(folder, report)) return report;
  }
}

std::string Describe(const Report& report) {
  std::string out;
  if (report.finding) {
    const Finding& finding = *report.finding;
    out = fmt::format("NOT whole: {} in {}", Name(finding.damage), finding.file);
    if (finding.line > 0) out += fmt::format(", line {}", finding.line);
    if (!finding.event_id.empty()) out += fmt::format(", event {}", finding.event_id);
    out += fmt::format(": {}\neverything up to record {} is as it was written\n", finding.text, finding.sequence);
  } else {
    out = fmt::format("complete up to record {}, link {}\n", report.head.sequence, HexEncode(report.head.link));
    if (report.first_file > 1) {
      out += fmt::format("begins at record {}, in {}: the log's retention removed what was before\n",
                         report.retired_events + 1, PlainName(report.first_file));
    }
    if (report.anchors_found + report.anchors_before > 0) {
      out += fmt::format("{} anchors are in the log", report.anchors_found);
      if (report.anchors_before > 0) out += fmt::format(", {} lie before its beginning", report.anchors_before);
      out += "\n";
    }
  }
  out += fmt::format("{} records, {} batches, {} files, {} bytes, {} recoveries after a crash\n", report.events,
                     report.batches, report.files, report.bytes, report.recoveries);
  for (const std::string& file : report.side_files) out += "kept aside, not part of the log: " + file + "\n";
  return out;
}

}  // namespace kagimori::audit
