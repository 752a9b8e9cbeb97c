#include "ssm/filters.h"

#include <algorithm>
#include <span>
#include <string_view>

#include "policy/condition_key.h"
#include "ssm/answers.h"
#include "ssm/names.h"

namespace kagimori::ssm {
namespace {

using shapes::ssm::ParametersFilter;
using shapes::ssm::ParameterStringFilter;

constexpr size_t kMaxFilters = 50;  // of one request; AWS has fewer keys than that, tags apart

std::unexpected<ApiError> BadKey(std::string_view key, std::string_view valid) {
  return Refuse(Errors::InvalidFilterKey("The following filter key is not valid: " + std::string(key) +
                                         ". Valid filter keys include: [" + std::string(valid) + "]."));
}
std::unexpected<ApiError> BadOption(std::string_view option, std::string_view valid) {
  return Refuse(Errors::InvalidFilterOption("The following filter option is not valid: " + std::string(option) +
                                            ". Valid options include: [" + std::string(valid) + "]."));
}

std::optional<FilterKey> KeyOf(std::string_view name) {
  constexpr std::pair<std::string_view, FilterKey> kKeys[] = {
      {"Name", FilterKey::kName},   {"Path", FilterKey::kPath},   {"Type", FilterKey::kType},
      {"Tier", FilterKey::kTier},   {"KeyId", FilterKey::kKeyId}, {"DataType", FilterKey::kDataType},
      {"Label", FilterKey::kLabel},
  };
  if (name.starts_with("tag:")) return FilterKey::kTag;
  const auto found = std::ranges::find(kKeys, name, [](const auto& pair) { return pair.first; });
  if (found == std::end(kKeys)) return std::nullopt;
  return found->second;
}

// The name of a filter's value without regard to a slash before it.
std::string_view Bare(std::string_view name) { return name.substr(name.starts_with('/') ? 1 : 0); }

OrError<void> CheckValues(const Filter& filter, std::string_view name) {
  std::span<const std::string_view> known;
  constexpr std::string_view kTypes[] = {"String", "StringList", "SecureString"};
  constexpr std::string_view kTiers[] = {"Standard", "Advanced", "Intelligent-Tiering"};
  if (filter.key == FilterKey::kType) known = kTypes;
  if (filter.key == FilterKey::kTier) known = kTiers;
  if (filter.values.empty()) {
    return Refuse(Errors::InvalidFilterValue("The following filter values are missing : null for filter key " +
                                             std::string(name) + "."));
  }
  if (known.empty() || filter.option == FilterOption::kBeginsWith) return {};
  for (const std::string& value : filter.values) {
    if (std::ranges::find(known, value) != known.end()) continue;
    std::string valid;
    for (std::string_view word : known) valid.append(valid.empty() ? "" : ", ").append(word);
    return Refuse(Errors::InvalidFilterOption("The following filter value is not valid: " + value +
                                              ". Valid values include: [" + valid + "]."));
  }
  return {};
}

OrError<FilterOption> OptionOf(FilterKey key, std::string_view text) {
  if (text.empty() || text == "Equals") return FilterOption::kEquals;
  if (key == FilterKey::kLabel) return BadOption(text, "Equals");
  if (text == "BeginsWith") return FilterOption::kBeginsWith;
  if (key == FilterKey::kName && text == "Contains") return FilterOption::kContains;
  return BadOption(text, key == FilterKey::kName ? "BeginsWith, Contains, Equals" : "BeginsWith, Equals");
}

OrError<Filters::Root> RootOf(const ParameterStringFilter& filter) {
  using parameters::Depth;
  const std::string_view option = filter.option ? std::string_view(*filter.option) : "OneLevel";
  if (option != "OneLevel" && option != "Recursive") return BadOption(option, "Recursive, OneLevel");
  if (!filter.values || filter.values->empty())
    return Refuse(Errors::InvalidFilterValue("The following filter values are missing : null for filter key Path."));
  if (filter.values->size() > 1) return Invalid("The Path filter takes one value.");  // guess
  const std::string& path = filter.values->front();
  const std::string start = policy::ToLowerAscii(Bare(path).substr(0, 3));
  if (start == "aws" || start == "ssm") {
    return Invalid(
        "Filters for common parameters can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). When using global "
        "parameters, please specify within a global namespace.");
  }
  OrError<std::string> level = LevelOf(path);
  if (!level) return std::unexpected(std::move(level).error());
  return Filters::Root{.level = *std::move(level), .depth = option == "Recursive" ? Depth::kAll : Depth::kOneLevel};
}

bool TextMatches(const Filter& filter, std::string_view text) {
  return std::ranges::any_of(filter.values, [&](std::string_view value) {
    if (filter.key == FilterKey::kName) {
      // Only where it says where a name begins a slash matters, and "x" begins "/x" all the same.
      if (filter.option == FilterOption::kContains) return text.find(value) != text.npos;
      const bool given_slash = value.starts_with('/');
      const std::string_view whole = given_slash ? text : Bare(text);
      if (given_slash && filter.option == FilterOption::kEquals) return Bare(text) == Bare(value);
      return filter.option == FilterOption::kEquals ? whole == value : whole.starts_with(value);
    }
    return filter.option == FilterOption::kEquals ? text == value : text.starts_with(value);
  });
}

bool FilterMatches(const Filter& filter, const parameters::Parameter& parameter,
                   const std::vector<parameters::Tag>& tags, const parameters::Labels& labels) {
  const parameters::Version& current = parameter.current;
  switch (filter.key) {
    case FilterKey::kName:
      return TextMatches(filter, parameter.name.name);
    case FilterKey::kType:
      return TextMatches(filter, shapes::Name(TypeOf(current)));
    case FilterKey::kTier:
      return TextMatches(filter, shapes::Name(TierOf(current)));
    case FilterKey::kDataType:
      return TextMatches(filter, current.data_type);
    case FilterKey::kKeyId:
      return !current.key_id.empty() && TextMatches(filter, current.key_id);
    case FilterKey::kTag:
      return std::ranges::any_of(
          tags, [&](const parameters::Tag& tag) { return tag.key == filter.tag && TextMatches(filter, tag.value); });
    case FilterKey::kLabel:
      return std::ranges::any_of(filter.values, [&](const std::string& label) { return labels.contains(label); });
    case FilterKey::kPath:
      return true;  // the root says it
  }
  return false;
}

void AppendLength(std::string_view text, std::string* out) {
  out->append(std::to_string(text.size())).append(":").append(text);
}

}  // namespace

OrError<Filters> Filters::OfDescribe(const Old& old, const New& given) {
  if (old && given) return Invalid("You can use either Filters or ParameterFilters in a single request.");
  Filters all;
  if (old) {
    for (const ParametersFilter& filter : *old) {
      // What the old filters of a name mean: how it begins.
      const FilterKey key = *KeyOf(shapes::Name(filter.key));
      Filter one{.key = key,
                 .option = key == FilterKey::kName ? FilterOption::kBeginsWith : FilterOption::kEquals,
                 .tag = {},
                 .values = filter.values};
      if (all.Has(key)) {
        return Refuse(Errors::InvalidFilterKey(
            "The following filter is duplicated in the request: " + std::string(shapes::Name(filter.key)) +
            ". A request can contain only one occurrence of a specific filter."));
      }
      if (OrError<void> good = CheckValues(one, shapes::Name(filter.key)); !good)
        return std::unexpected(std::move(good).error());
      all.filters_.push_back(std::move(one));
    }
  }
  if (!given) return all;
  if (given->size() > kMaxFilters) return Invalid("Too many filters.");  // guess
  for (const ParameterStringFilter& filter : *given) {
    const FilterKey key = KeyOf(filter.key).value_or(FilterKey::kLabel);
    if (key == FilterKey::kLabel) return BadKey(filter.key, "Path, Name, Type, KeyId, Tier");
    const std::string tag = key == FilterKey::kTag ? filter.key.substr(4) : "";
    const auto same = [&](const Filter& other) { return other.key == key && other.tag == tag; };
    if (std::ranges::any_of(all.filters_, same)) {
      return Refuse(Errors::InvalidFilterKey("The following filter is duplicated in the request: " + filter.key +
                                             ". A request can contain only one occurrence of a specific filter."));
    }
    Filter one{.key = key, .tag = tag, .values = filter.values.value_or(std::vector<std::string>())};
    if (key == FilterKey::kPath) {
      OrError<Root> root = RootOf(filter);
      if (!root) return std::unexpected(std::move(root).error());
      all.root_ = *std::move(root);
    } else {
      OrError<FilterOption> option = OptionOf(key, filter.option.value_or(""));
      if (!option) return std::unexpected(std::move(option).error());
      one.option = *option;
      // A tag may be asked for whatever its value.
      if (key != FilterKey::kTag || filter.values) {
        if (OrError<void> good = CheckValues(one, filter.key); !good) return std::unexpected(std::move(good).error());
      } else {
        one.option = FilterOption::kBeginsWith;
        one.values = {""};
      }
    }
    all.filters_.push_back(std::move(one));
  }
  return all;
}

OrError<Filters> Filters::OfPath(const New& given) {
  if (given) {
    for (const ParameterStringFilter& filter : *given) {
      if (filter.key != "Type" && filter.key != "KeyId" && filter.key != "Label")
        return BadKey(filter.key, "Type, KeyId");
    }
  }
  Filters all;
  if (!given) return all;
  for (const ParameterStringFilter& filter : *given) {
    const FilterKey key = *KeyOf(filter.key);
    if (all.Has(key)) {
      return Refuse(Errors::InvalidFilterKey("The following filter is duplicated in the request: " + filter.key +
                                             ". A request can contain only one occurrence of a specific filter."));
    }
    Filter one{.key = key, .tag = {}, .values = filter.values.value_or(std::vector<std::string>())};
    OrError<FilterOption> option = OptionOf(key, filter.option.value_or(""));
    if (!option) return std::unexpected(std::move(option).error());
    one.option = *option;
    if (OrError<void> good = CheckValues(one, filter.key); !good) return std::unexpected(std::move(good).error());
    all.filters_.push_back(std::move(one));
  }
  return all;
}

const std::string* Filters::only_name() const {
  for (const Filter& filter : filters_) {
    if (filter.key == FilterKey::kName && filter.option == FilterOption::kEquals && filter.values.size() == 1)
      return &filter.values.front();
  }
  return nullptr;
}

bool Filters::Has(FilterKey key) const {
  return std::ranges::any_of(filters_, [key](const Filter& filter) { return filter.key == key; });
}

bool Filters::Matches(const parameters::Parameter& parameter, const std::vector<parameters::Tag>& tags,
                      const parameters::Labels& labels) const {
  return std::ranges::all_of(filters_,
                             [&](const Filter& filter) { return FilterMatches(filter, parameter, tags, labels); });
}

uint64_t Filters::VersionOf(const parameters::Parameter& parameter, const parameters::Labels& labels) const {
  for (const Filter& filter : filters_) {
    if (filter.key != FilterKey::kLabel) continue;
    for (const std::string& label : filter.values) {
      if (const auto at = labels.find(label); at != labels.end()) return at->second;
    }
  }
  return parameter.current.number;
}

std::string Filters::ToText() const {
  std::string text;
  for (const Filter& filter : filters_) {
    text.push_back(static_cast<char>('a' + static_cast<int>(filter.key)));
    text.push_back(static_cast<char>('a' + static_cast<int>(filter.option)));
    AppendLength(filter.tag, &text);
    for (const std::string& value : filter.values) AppendLength(value, &text);
  }
  if (root_) {
    text.push_back(root_->depth == parameters::Depth::kAll ? 'R' : 'O');
    AppendLength(root_->level, &text);
  }
  return text;
}

}  // namespace kagimori::ssm
