#ifndef KAGIMORI_APP_OUTSIDE_ANCHORS_H_
#define KAGIMORI_APP_OUTSIDE_ANCHORS_H_

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "audit/anchor_publisher.h"
#include "audit/log.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "crypto/ed25519.h"

namespace kagimori::app {

struct OutsideAnchorOptions {
  std::filesystem::path file;                                            // on another medium; empty: none
  std::string url;                                                       // takes a POST; empty: none
  std::filesystem::path ca_file = "/etc/ssl/certs/ca-certificates.crt";  // who may vouch for an https URL
  std::chrono::milliseconds interval{60'000};
  bool any() const { return !file.empty() || !url.empty(); }
};

// Brings the log's newest anchor to the places outside that are configured, and tells the log which files they still
// name. Nothing here holds up a request.
class OutsideAnchors {
 public:
  struct Place {
    std::string name;  // "file", "url"
    audit::AnchorPublisher::Status status;
  };

  // Called once an anchor is in the file, and again after the next one for as long as it fails.
  using NoteKept = std::function<Result<>()>;

  // `rolled_back`: what the anchor file says is of a log that was given up; it is set aside. kInvalid: a URL that is
  // none. kIo: the file cannot be set aside. REQUIRES: log, signer and clock outlive this.
  static Result<std::unique_ptr<OutsideAnchors>> Open(const OutsideAnchorOptions& options, bool rolled_back,
                                                      const ByteArray<16>& deployment, audit::Log* log,
                                                      const crypto::Ed25519Signer* signer, const Clock* clock,
                                                      NoteKept note_kept);

  // Delivers the last anchors; each place gets its last moment. Call when the log is synced.
  void Stop();

  std::vector<Place> places() const;

 private:
  OutsideAnchors(const ByteArray<16>& deployment, audit::Log* log, const crypto::Ed25519Signer* signer,
                 const Clock* clock)
      : deployment_(deployment), log_(log), signer_(signer), clock_(clock) {}
  void Add(std::string name, const OutsideAnchorOptions& options,
           std::function<Result<>(std::string_view line)> deliver);
  Result<> AppendToFile(const std::filesystem::path& file, std::string_view line);
  audit::OutsideAnchor Newest() const;
  void Delivered(size_t place, uint64_t file);

  struct Publishing {
    std::string name;
    std::unique_ptr<audit::AnchorPublisher> publisher;
  };
  const ByteArray<16> deployment_;
  audit::Log* log_;
  const crypto::Ed25519Signer* signer_;
  const Clock* clock_;
  NoteKept note_kept_;  // null once it has succeeded; of the file's publisher alone
  std::mutex mutex_;
  std::vector<uint64_t> files_;  // by place: of the newest anchor there; by mutex_
  std::vector<Publishing> places_;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OUTSIDE_ANCHORS_H_
