#ifndef KAGIMORI_KMS_PAGING_H_
#define KAGIMORI_KMS_PAGING_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "kms/operation.h"

namespace kagimori::kms {

// Limits of a page: absent means the default; above the documented maximum the maximum is taken (guess: AWS may
// refuse).
inline size_t PageLimit(const std::optional<int32_t>& limit, size_t default_limit, size_t maximum) {
  return limit ? std::min(static_cast<size_t>(*limit), maximum) : default_limit;
}

// What a marker is bound to: it is of no use in another operation or for another thing.
inline std::string MarkerBinding(shapes::Operation operation, Region region, std::string_view what) {
  std::string binding(shapes::Describe(operation).name);
  binding.append("/").append(region.name()).append("/").append(what);
  return binding;
}

inline constexpr std::string_view kBadMarker = "The marker is not valid.";  // guess: the text

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_PAGING_H_
