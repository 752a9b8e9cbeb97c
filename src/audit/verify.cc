#include "audit/verify.h"

#include <fmt/format.h>

#include <algorithm>
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

class Verifier {
 public:
  Verifier(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key, const VerifyOptions& options)
      : folder_(folder), options_(options), chain_(key) {
    if (options.anchor) chain_.set_anchor(*options.anchor);
    if (options.deployment) chain_.set_deployment(*options.deployment);
  }

  Report Run() {
    auto listing = List(folder_);
    if (!listing) {
      report_.finding = Finding{Damage::kUnreadable, folder_.string(), 0, {}, 0, listing.error().text};
      return std::move(report_);
    }
    report_.side_files = std::move(listing->side_files);
    std::ranges::sort(report_.side_files);
    report_.finding = Files(listing->files);
    if (!report_.finding) report_.finding = CheckAnchor();
    report_.head = chain_.head();
    report_.batches = chain_.batches();
    report_.events = chain_.head().sequence;
    report_.recoveries = chain_.recoveries();
    report_.deployment = chain_.deployment();
    return std::move(report_);
  }

 private:
  bool Done() const { return options_.stop_at_anchor && chain_.anchor_seen(); }

  std::optional<Finding> Files(const std::map<uint64_t, Listing::Forms>& files) {
    if (files.empty()) return Finding{Damage::kFileMissing, PlainName(1), 0, {}, 0, "there is no audit log here"};
    uint64_t expected = 1;
    for (const auto& [number, forms] : files) {
      if (number != expected) return Missing(expected);
      bool newest = number == files.rbegin()->first;
      if (auto finding = Forms(number, forms, newest)) return finding;
      ++report_.files;
      if (Done()) return std::nullopt;
      ++expected;
    }
    if (chain_.closed()) return Missing(expected);
    return std::nullopt;
  }

  Finding Missing(uint64_t number) const {
    return {Damage::kFileMissing, PlainName(number), 0, {}, chain_.head().sequence, "this file of the log is missing"};
  }

  // A crash between compressing and removing leaves a file in both forms; both must be right.
  std::optional<Finding> Forms(uint64_t number, Listing::Forms forms, bool newest) {
    Chain before = chain_;
    if (forms.plain) {
      bool gone = false;
      if (auto finding = Twice(number, false, newest, forms.compressed ? nullptr : &gone)) return finding;
      if (gone) forms.compressed = true;  // compressed since the folder was listed
    }
    if (forms.compressed) {
      chain_ = before;
      return Twice(number, true, newest, nullptr);
    }
    return std::nullopt;
  }

  // A quick look, and at a bad file a second one that finds its first bad place.
  std::optional<Finding> Twice(uint64_t number, bool compressed, bool newest, bool* gone) {
    Chain before = chain_;
    auto quick = One(number, compressed, newest, gone);
    if (!quick) return std::nullopt;
    chain_ = before;
    chain_.set_depth(Chain::Depth::kEverySignature);
    auto exact = One(number, compressed, newest, gone);
    return exact ? exact : quick;
  }

  std::optional<Finding> One(uint64_t number, bool compressed, bool newest, bool* gone) {
    std::string name = compressed ? CompressedName(number) : PlainName(number);
    chain_.BeginFile(number, name);
    auto reader = LineReader::Open(folder_ / name, compressed);
    if (!reader) {
      if (gone != nullptr && reader.error().kind == ErrorKind::kNotFound && !newest) {
        *gone = true;
        return std::nullopt;
      }
      return chain_.Found(Damage::kUnreadable, 0, reader.error().text);
    }
    auto finding = Lines(&*reader, newest);
    report_.bytes += reader->bytes();
    return finding;
  }

  std::optional<Finding> Lines(LineReader* reader, bool newest) {
    uint64_t line = 0;
    while (true) {
      auto next = reader->Next();
      ++line;
      if (!next) return chain_.Found(Damage::kUnreadable, line, next.error().text);
      if (!*next) break;
      if (auto finding = chain_.Line(**next)) return finding;
      if (Done()) return chain_.CheckLastSignature();
    }
    return chain_.EndFile(reader->partial().size(), newest);
  }

  std::optional<Finding> CheckAnchor() const {
    if (!options_.anchor || chain_.anchor_seen()) return std::nullopt;
    const Anchor& anchor = *options_.anchor;
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
  Chain chain_;
  Report report_;
};

}  // namespace

Report Verify(const std::filesystem::path& folder, const crypto::Ed25519PublicBytes& key,
              const VerifyOptions& options) {
  return Verifier(folder, key, options).Run();
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
  }
  out += fmt::format("{} records, {} batches, {} files, {} bytes, {} recoveries after a crash\n", report.events,
                     report.batches, report.files, report.bytes, report.recoveries);
  for (const std::string& file : report.side_files) out += "kept aside, not part of the log: " + file + "\n";
  return out;
}

}  // namespace kagimori::audit
