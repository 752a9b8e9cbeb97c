#include "app/outside_anchors.h"

#include <algorithm>
#include <utility>

#include "audit/anchor_file.h"
#include "net/tls_client.h"

namespace kagimori::app {

Result<std::unique_ptr<OutsideAnchors>> OutsideAnchors::Open(const OutsideAnchorOptions& options, bool rolled_back,
                                                             const ByteArray<16>& deployment, audit::Log* log,
                                                             const crypto::Ed25519Signer* signer, const Clock* clock,
                                                             NoteKept note_kept) {
  auto anchors = std::unique_ptr<OutsideAnchors>(new OutsideAnchors(deployment, log, signer, clock));
  anchors->note_kept_ = std::move(note_kept);
  if (!options.file.empty()) {
    if (rolled_back) KAGIMORI_RETURN_IF_ERROR(audit::SetAnchorFileAside(options.file));
    anchors->Add("file", options, [self = anchors.get(), file = options.file](std::string_view line) {
      return self->AppendToFile(file, line);
    });
  }
  if (!options.url.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(net::ClientUrl url, net::ParseClientUrl(options.url));
    anchors->Add("url", options, [url = std::move(url), ca_file = options.ca_file](std::string_view line) {
      return net::Post(url, "application/json", line, {.ca_file = ca_file});
    });
  }
  for (Publishing& place : anchors->places_) place.publisher->Start();
  return anchors;
}

void OutsideAnchors::Add(std::string name, const OutsideAnchorOptions& options,
                         std::function<Result<>(std::string_view line)> deliver) {
  size_t place = places_.size();
  files_.push_back(0);
  places_.push_back(
      {name, std::make_unique<audit::AnchorPublisher>(
                 audit::AnchorPublisher::Options{.place = name, .interval = options.interval}, signer_,
                 audit::AnchorPublisher::Hooks{
                     .newest = [this] { return Newest(); },
                     .deliver = std::move(deliver),
                     .delivered = [this, place](const auto& anchor) { Delivered(place, anchor.anchor.file); }})});
}

// An anchor that is outside and unknown to the store could be taken away unnoticed: it counts as not delivered.
Result<> OutsideAnchors::AppendToFile(const std::filesystem::path& file, std::string_view line) {
  KAGIMORI_RETURN_IF_ERROR(audit::AppendToAnchorFile(file, line));
  if (note_kept_ == nullptr) return {};
  KAGIMORI_RETURN_IF_ERROR(note_kept_());
  note_kept_ = nullptr;
  return {};
}

// The revision is read first: a link that is written in between names one at least as new, never the other way round.
audit::OutsideAnchor OutsideAnchors::Newest() const {
  uint64_t revision = log_->store_revision();
  return {.deployment = deployment_, .anchor = log_->SyncedHead(), .store_revision = revision, .time = clock_->Wall()};
}

// What the place that is furthest behind names must stay.
void OutsideAnchors::Delivered(size_t place, uint64_t file) {
  std::lock_guard lock(mutex_);
  files_[place] = file;
  log_->KeepFrom(std::ranges::min(files_));
}

void OutsideAnchors::Stop() {
  for (Publishing& place : places_) place.publisher->Stop();
}

std::vector<OutsideAnchors::Place> OutsideAnchors::places() const {
  std::vector<Place> all;
  for (const Publishing& place : places_) all.push_back({place.name, place.publisher->status()});
  return all;
}

}  // namespace kagimori::app
