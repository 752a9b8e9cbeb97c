#include "audit/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/format_version.h"
#include "base/ids.h"

namespace kagimori::audit {

void Chain::set_anchors(std::vector<Anchor> anchors) {
  seen_.assign(anchors.size(), false);
  seen_count_ = 0;
  anchors_ = std::make_shared<const std::vector<Anchor>>(std::move(anchors));
}

void Chain::BeginFile(uint64_t number, std::string name) {
  file_ = std::move(name);
  number_ = number;
  line_ = 0;
  offset_ = 0;
  closed_ = false;
  last_control_.clear();
  hashes_.clear();
  ids_.clear();
}

Finding Chain::Found(Damage damage, uint64_t line, std::string text) const {
  return {damage, file_, line, {}, head_.sequence, std::move(text)};
}

std::optional<Finding> Chain::Line(std::string_view line) {
  ++line_;
  offset_ += line.size() + 1;
  if (closed_) return Found(Damage::kAdded, line_, "a line after the closing line of the file");
  if (!IsControlLine(line)) return Record(line);
  auto control = ParseControlLine(line);
  if (!control) {
    const std::optional<uint64_t> format = HeaderFormat(line);
    return format && *format != kFormatVersion
               ? Found(Damage::kUnreadable, line_, UnknownFormat("the log", *format, kFormatVersion))
               : Found(Damage::kChanged, line_, "a line of the chain that does not read as one");
  }
  if (depth_ == Depth::kEverySignature && !SignatureHolds(*control, key_)) {
    bool foreign = control->kind == ControlLine::Kind::kHeader && control->key != key_;
    return foreign ? Found(Damage::kForeign, line_, "signed with another key")
                   : Found(Damage::kChanged, line_, "the signature of this line does not hold");
  }
  bool first = line_ == 1;
  if (first != (control->kind == ControlLine::Kind::kHeader)) {
    return first ? Found(Damage::kCut, line_, "the file does not begin with its header")
                 : Found(Damage::kReordered, line_, "a header inside a file");
  }
  std::optional<Finding> finding;
  switch (control->kind) {
    case ControlLine::Kind::kHeader:
      finding = Header(*control);
      break;
    case ControlLine::Kind::kLink:
      finding = Link(*control);
      break;
    case ControlLine::Kind::kRecovered:
    case ControlLine::Kind::kRetired:
    case ControlLine::Kind::kClose:
      finding = PlainControl(*control);
      break;
  }
  if (!finding) Accept(line, control->sequence);
  return finding;
}

std::optional<Finding> Chain::Record(std::string_view line) {
  if (line_ == 1) return Found(Damage::kCut, line_, "the file does not begin with its header");
  if (hashes_.size() == kMaxBatchEvents) {
    return Found(Damage::kAdded, line_, "more records without a link than a batch may have");
  }
  hashes_.push_back(crypto::Sha256(AsBytes(line)));
  if (collector_ != nullptr || depth_ == Depth::kEverySignature) ids_.push_back(FindEventId(line));
  return std::nullopt;
}

std::optional<Finding> Chain::Header(const ControlLine& line) {
  if (line.key != key_) return Found(Damage::kForeign, line_, "signed with another key");
  if (deployment_ && line.deployment != *deployment_) {
    return Found(Damage::kForeign, line_, "the log of another deployment: " + FormatUuid(line.deployment));
  }
  if (line.file != number_) {
    return Found(Damage::kReordered, line_, fmt::format("the file says that it is number {}", line.file));
  }
  if (trust_header_) {
    head_.sequence = line.sequence;
    start_ = {line.sequence, line.previous, line.file, 0};
    trust_header_ = false;
  } else if (line.sequence > head_.sequence) {
    return Found(Damage::kRemoved, line_,
                 fmt::format("records {}..{} before this file are missing", head_.sequence + 1, line.sequence));
  } else if (line.previous != head_.link || line.sequence != head_.sequence) {
    return Found(Damage::kReordered, line_, "the header does not continue the file before");
  }
  deployment_ = line.deployment;
  return std::nullopt;
}

std::optional<Finding> Chain::Link(const ControlLine& line) {
  bool continues = line.count > 0 && line.count == hashes_.size() && line.count <= line.sequence &&
                   line.sequence - line.count == head_.sequence;
  if (!continues || line.hash != LinkHash(head_.link, hashes_)) return DiagnoseLink(line);
  if (collector_ != nullptr) {
    for (const auto& id : ids_) {
      if (id) collector_->push_back(*id);
    }
  }
  ++batches_;
  store_revision_ = line.store_revision;
  return std::nullopt;
}

// A recovered, a retired or a closing line.
std::optional<Finding> Chain::PlainControl(const ControlLine& line) {
  if (!hashes_.empty()) {
    return Found(Damage::kAdded, line_ - hashes_.size(), "a record under no link: added, or its link was removed");
  }
  if (line.sequence > head_.sequence) {
    return Found(Damage::kRemoved, line_,
                 fmt::format("records {}..{} before this line are missing", head_.sequence + 1, line.sequence));
  }
  if (line.sequence != head_.sequence || line.previous != head_.link) {
    return Found(Damage::kReordered, line_, "this line does not continue the line of the chain before it");
  }
  if (line.kind == ControlLine::Kind::kRecovered) {
    ++recoveries_;
  } else if (line.kind == ControlLine::Kind::kRetired) {
    if (line.file >= number_ || (retired_ && line.file < retired_->file)) {
      return Found(Damage::kChanged, line_, fmt::format("file {} cannot have been retired here", line.file));
    }
    retired_ = {line.file, line.retired_sequence, line.hash};
  } else if (line.file != number_) {
    return Found(Damage::kReordered, line_, fmt::format("the closing line of file {}", line.file));
  } else {
    closed_ = true;
  }
  return std::nullopt;
}

// Why a link does not hold. Its signature has been checked when it matters (kEverySignature), so the link is the log's
// own and what stands before it is to blame.
Finding Chain::DiagnoseLink(const ControlLine& line) const {
  if (line.count == 0 || line.count > line.sequence) return Found(Damage::kChanged, line_, "a link without records");
  uint64_t before = line.sequence - line.count;
  if (line.sequence <= head_.sequence) {
    return Found(Damage::kReordered, line_,
                 fmt::format("the link of records {}..{} once more or in the wrong place", before + 1, line.sequence));
  }
  if (before > head_.sequence) {
    return Found(Damage::kRemoved, line_,
                 fmt::format("links of records {}..{} before this line are missing", head_.sequence + 1, before));
  }
  if (before < head_.sequence) return Found(Damage::kReordered, line_, "a link that overlaps the one before it");
  return DiagnoseBatch(line);
}

Finding Chain::DiagnoseBatch(const ControlLine& line) const {
  std::vector<std::string_view> expected;
  for (size_t at = 0; at < line.tags.size(); at += kTagSize) expected.push_back(line.tags.substr(at, kTagSize));
  std::vector<std::string> actual(hashes_.size());
  for (size_t i = 0; i < hashes_.size(); ++i) AppendTag(hashes_[i], &actual[i]);

  size_t bad = 0;
  while (bad < expected.size() && bad < actual.size() && expected[bad] == actual[bad]) ++bad;
  if (bad == expected.size() && bad == actual.size()) {
    return Found(Damage::kRemoved, line_, "a line of the chain before this one is missing or was replaced");
  }
  Finding finding = Found(Damage::kChanged, line_ - hashes_.size() + bad, "");
  uint64_t sequence = head_.sequence + bad + 1;
  if (actual.size() < expected.size()) {
    finding.damage = Damage::kRemoved;
    finding.text = fmt::format("record {} is missing here ({} of the batch's {} are left)", sequence, actual.size(),
                               expected.size());
    return finding;
  }
  if (bad < ids_.size() && ids_[bad]) finding.event_id = FormatUuid(*ids_[bad]);
  if (actual.size() > expected.size()) {
    finding.damage = Damage::kAdded;
    finding.text = fmt::format("a record that does not belong here ({} instead of {})", actual.size(), expected.size());
  } else if (std::ranges::is_permutation(expected, actual)) {
    finding.damage = Damage::kReordered;
    finding.text = fmt::format("record {} stands in another place of its batch", sequence);
  } else {
    finding.text = fmt::format("record {} is not what was written", sequence);
  }
  return finding;
}

void Chain::Accept(std::string_view text, uint64_t sequence) {
  head_ = {sequence, crypto::Sha256(AsBytes(text)), number_, offset_};
  last_control_ = text;
  hashes_.clear();
  ids_.clear();
  if (anchors_ != nullptr && seen_count_ < seen_.size()) LookForAnchors();
}

bool Chain::Adopt(Chain next) {
  bool begins = file_.empty() && next.start_.file > 1;  // files before it were retired; see `audit verify`
  bool continues = next.start_.sequence == head_.sequence && next.start_.link == head_.link;
  if (!begins && !continues) return false;
  if (deployment_ && next.deployment_ != deployment_) return false;
  if (retired_ && next.retired_ && next.retired_->file < retired_->file) return false;
  next.batches_ += batches_;
  next.recoveries_ += recoveries_;
  if (!next.retired_) next.retired_ = retired_;
  if (next.store_revision_ == 0) next.store_revision_ = store_revision_;
  if (!file_.empty()) next.start_ = start_;
  for (size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i] || next.seen_[i]) continue;
    next.seen_[i] = true;
    ++next.seen_count_;
  }
  next.depth_ = depth_;
  *this = std::move(next);
  return true;
}

void Chain::LookForAnchors() {
  // Several control lines may end at one record.
  auto at = std::ranges::lower_bound(*anchors_, head_.sequence, {}, &Anchor::sequence);
  for (; at != anchors_->end() && at->sequence == head_.sequence; ++at) {
    auto index = static_cast<size_t>(at - anchors_->begin());
    if (at->link != head_.link || seen_[index]) continue;
    seen_[index] = true;
    ++seen_count_;
  }
}

std::optional<Finding> Chain::CheckLastSignature() const {
  auto control = ParseControlLine(last_control_);
  if (control && SignatureHolds(*control, key_)) return std::nullopt;
  return Found(Damage::kChanged, line_ - hashes_.size(), "the signature of this line does not hold");
}

std::optional<Finding> Chain::EndFile(size_t partial, bool newest) {
  if (line_ == 0) return Found(Damage::kCut, 1, "the file does not begin with its header");
  if (auto finding = CheckLastSignature()) return finding;
  if (closed_ && partial > 0) return Found(Damage::kAdded, line_ + 1, "bytes after the closing line of the file");
  if (!hashes_.empty() || partial > 0) {
    return Found(Damage::kCut, line_ - hashes_.size() + 1,
                 fmt::format("the file ends with {} records and {} bytes under no link: torn by a crash, cut, or their "
                             "link was changed",
                             hashes_.size(), partial));
  }
  if (!newest && !closed_) return Found(Damage::kCut, line_ + 1, "the file ends without its closing line");
  return std::nullopt;
}

}  // namespace kagimori::audit
