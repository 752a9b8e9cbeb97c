#ifndef KAGIMORI_SSM_FILTERS_H_
#define KAGIMORI_SSM_FILTERS_H_

#include <optional>
#include <string>
#include <vector>

#include "parameters/parameter.h"
#include "parameters/paths.h"
#include "ssm/error.h"

namespace kagimori::ssm {

enum class FilterKey : uint8_t { kName, kPath, kType, kTier, kDataType, kKeyId, kTag, kLabel };
enum class FilterOption : uint8_t { kEquals, kBeginsWith, kContains };

struct Filter {
  FilterKey key;
  FilterOption option = FilterOption::kEquals;
  std::string tag;                  // of kTag: which
  std::vector<std::string> values;  // one is enough
};

// What a listing is held to: all of it.
class Filters {
 public:
  using Old = std::optional<std::vector<shapes::ssm::ParametersFilter>>;
  using New = std::optional<std::vector<shapes::ssm::ParameterStringFilter>>;
  static OrError<Filters> OfDescribe(const Old& filters, const New& parameter_filters);
  static OrError<Filters> OfPath(const New& parameter_filters);

  // Where to look, if a Path says: a level, and how far below it.
  struct Root {
    std::string level;
    parameters::Depth depth = parameters::Depth::kOneLevel;
  };
  const std::optional<Root>& root() const { return root_; }
  // The one name that can match, where a filter says (as it was given).
  const std::string* only_name() const;
  bool wants_tags() const { return Has(FilterKey::kTag); }
  bool wants_labels() const { return Has(FilterKey::kLabel); }
  // The version that a filter of labels means; the newest, where there is no such filter.
  uint64_t VersionOf(const parameters::Parameter& parameter, const parameters::Labels& labels) const;

  // Some version of the parameter that its labels name counts for a Label. `tags`, `labels`: where they are wanted.
  bool Matches(const parameters::Parameter& parameter, const std::vector<parameters::Tag>& tags,
               const parameters::Labels& labels) const;

  // The same text for the same filters: what a paging token is bound to.
  std::string ToText() const;

 private:
  bool Has(FilterKey key) const;

  std::vector<Filter> filters_;
  std::optional<Root> root_;
};

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_FILTERS_H_
