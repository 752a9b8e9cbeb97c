#ifndef KAGIMORI_IAM_PAGING_H_
#define KAGIMORI_IAM_PAGING_H_

#include <optional>
#include <string>
#include <string_view>

#include "iam/call.h"
#include "iam/parameters.h"
#include "iam/result_writer.h"
#include "iam/rules.h"

namespace kagimori::iam {

// Marker and MaxItems of a request.
struct PageRequest {
  std::optional<std::string> marker;
  int max_items = 100;
};
PageRequest ReadPage(Parameters& in);

// Where a page of things that are sorted by a key goes on from. `binding`: what is listed ("ListUsers/…"): a marker is
// of no use for anything else. A marker holds the last key shown.
class Page {
 public:
  // ValidationError: the marker is none of ours.
  static OrError<Page> Open(const Call& call, const PageRequest& request, std::string binding);

  // Whether the thing is on this page; REQUIRES: called for all of them, in the order of their keys.
  bool Takes(std::string_view key);
  // Nothing more goes on this page: answers may have fewer than MaxItems. REQUIRES: it has one.
  void End() { left_ = 0; }
  // IsTruncated and, where there is more, Marker.
  void Finish(const Call& call, ResultWriter& out) const;

 private:
  Page(std::string binding, int left) : binding_(std::move(binding)), left_(left) {}

  std::string binding_;
  int left_;
  std::optional<std::string> after_;
  std::string last_;
  bool truncated_ = false;
};

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_PAGING_H_
