#include "seed/members.h"

#include <fmt/format.h>

#include <chrono>

namespace kagimori::seed {
namespace {

std::optional<Timestamp> ToTimestamp(const toml::date_time& at) {
  using std::chrono::day;
  using std::chrono::month;
  using std::chrono::year;
  const std::chrono::year_month_day date{year(at.date.year), month(at.date.month), day(at.date.day)};
  if (!date.ok() || !at.offset || at.date.year < 1970) return std::nullopt;
  const auto since = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(at.time.hour) +
                     std::chrono::minutes(at.time.minute - at.offset->minutes) + std::chrono::seconds(at.time.second) +
                     std::chrono::milliseconds(at.time.nanosecond / 1'000'000);
  const Timestamp time{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
  return time.millis < 0 ? std::nullopt : std::optional(time);
}

}  // namespace

std::string Members::Shown(std::string_view text) {
  constexpr size_t kMost = 100;
  return text.size() <= kMost ? std::string(text) : std::string(text.substr(0, kMost)) + "…";
}

const toml::node* Members::Find(std::string_view name) {
  asked_.emplace(name);
  return table_.get(name);
}

void Members::Refuse(std::string_view name, std::string_view what) {
  if (error_) return;
  const toml::node* node = table_.get(name);
  const size_t at = (node == nullptr ? table_.source() : node->source()).begin.line;
  error_ = Error{
      ErrorKind::kInvalid,
      fmt::format("line {}: {}{}{}: {}", at, where_, where_.empty() || name.empty() ? "" : ": ", Shown(name), what),
      std::source_location::current()};
}

std::optional<std::string> Members::Text(std::string_view name) {
  const toml::node* node = Find(name);
  if (node == nullptr) return std::nullopt;
  if (auto text = node->value_exact<std::string>()) return text;
  Refuse(name, "a text is expected");
  return std::nullopt;
}

std::optional<bool> Members::Flag(std::string_view name) {
  const toml::node* node = Find(name);
  if (node == nullptr) return std::nullopt;
  if (auto flag = node->value_exact<bool>()) return flag;
  Refuse(name, "true or false is expected");
  return std::nullopt;
}

std::optional<int64_t> Members::Number(std::string_view name, int64_t least, int64_t most) {
  const toml::node* node = Find(name);
  if (node == nullptr) return std::nullopt;
  const auto number = node->value_exact<int64_t>();
  if (number && *number >= least && *number <= most) return number;
  Refuse(name, fmt::format("a whole number from {} to {} is expected", least, most));
  return std::nullopt;
}

std::optional<Timestamp> Members::Time(std::string_view name) {
  const toml::node* node = Find(name);
  if (node == nullptr) return std::nullopt;
  const auto at = node->value_exact<toml::date_time>();
  const std::optional<Timestamp> time = at ? ToTimestamp(*at) : std::nullopt;
  if (!time) Refuse(name, "a time with its offset is expected, 2026-01-31T12:00:00Z");
  return time;
}

std::vector<std::string> Members::Texts(std::string_view name) {
  std::vector<std::string> texts;
  const toml::node* node = Find(name);
  if (node == nullptr) return texts;
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    Refuse(name, "a list of texts is expected");
    return texts;
  }
  for (const toml::node& one : *list) {
    if (auto text = one.value_exact<std::string>()) {
      texts.push_back(*std::move(text));
    } else {
      Refuse(name, "a list of texts is expected");
    }
  }
  return texts;
}

std::optional<std::vector<std::pair<std::string, std::string>>> Members::Pairs(std::string_view name) {
  const toml::node* node = Find(name);
  if (node == nullptr) return std::nullopt;
  std::vector<std::pair<std::string, std::string>> pairs;
  const toml::table* table = node->as_table();
  if (table == nullptr) {
    Refuse(name, "a table of texts is expected");
    return pairs;
  }
  for (const auto& [key, value] : *table) {
    if (auto text = value.value_exact<std::string>()) {
      pairs.emplace_back(std::string(key.str()), *std::move(text));
    } else {
      Refuse(name, "a table of texts is expected");
    }
  }
  return pairs;
}

std::vector<const toml::table*> Members::Tables(std::string_view name, size_t most) {
  std::vector<const toml::table*> tables;
  const toml::node* node = Find(name);
  if (node == nullptr) return tables;
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    Refuse(name, fmt::format("[[{}]] is expected", name));
    return tables;
  }
  if (list->size() > most) {
    Refuse(name, fmt::format("there are more than {}", most));
    return tables;
  }
  for (const toml::node& one : *list) {
    const toml::table* table = one.as_table();
    if (table != nullptr) {
      tables.push_back(table);
    } else {
      Refuse(name, fmt::format("[[{}]] is expected", name));
    }
  }
  return tables;
}

Result<> Members::End() {
  for (const auto& [key, value] : table_) {
    if (!asked_.contains(key.str())) Refuse(key.str(), "there is no such member");
  }
  if (error_) return std::unexpected(*error_);
  return {};
}

}  // namespace kagimori::seed
