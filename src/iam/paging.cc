#include "iam/paging.h"

#include "seal/sealed_record.h"

namespace kagimori::iam {

PageRequest ReadPage(Parameters& in) {
  PageRequest page;
  page.marker = in.Optional("Marker", kMarker);
  page.max_items = in.Integer("MaxItems", 1, 1000).value_or(100);
  return page;
}

OrError<Page> Page::Open(const Call& call, const PageRequest& request, std::string binding) {
  Page page(std::move(binding), request.max_items);
  if (request.marker) {
    Result<std::string> opened = seal::OpenMarker(call.hierarchy, call.id(), "iam/" + page.binding_, *request.marker);
    if (!opened) return ValidationError("Invalid Marker.");  // guess: the text
    page.after_ = *std::move(opened);
  }
  return page;
}

bool Page::Takes(std::string_view key) {
  if (after_ && key <= *after_) return false;
  if (left_ == 0) {
    truncated_ = true;
    return false;
  }
  --left_;
  last_ = key;
  return true;
}

void Page::Finish(const Call& call, ResultWriter& out) const {
  out.Boolean("IsTruncated", truncated_);
  if (truncated_) out.Text("Marker", seal::SealMarker(call.hierarchy, call.id(), "iam/" + binding_, last_));
}

}  // namespace kagimori::iam
