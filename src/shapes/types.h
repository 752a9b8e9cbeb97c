#ifndef KAGIMORI_SHAPES_TYPES_H_
#define KAGIMORI_SHAPES_TYPES_H_

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "secret/secret_bytes.h"

namespace kagimori::shapes {

// Text that is secret (a password): its UTF-8 bytes.
struct SecretText {
  secret::SecretBytes bytes;
};

// A map of strings in its canonical order: sorted by the bytes of the keys, each key once.
class StringMap {
 public:
  using Entry = std::pair<std::string, std::string>;

  StringMap() = default;
  StringMap(std::initializer_list<Entry> entries) : StringMap(std::vector<Entry>(entries)) {}
  // Of equal keys the last one wins, as in AWS's JSON reader.
  explicit StringMap(std::vector<Entry> entries);

  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }
  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  // Null when there is no such key.
  const std::string* Find(std::string_view key) const {
    auto at = std::lower_bound(entries_.begin(), entries_.end(), key,
                               [](const Entry& entry, std::string_view k) { return entry.first < k; });
    return at != entries_.end() && at->first == key ? &at->second : nullptr;
  }
  bool operator==(const StringMap&) const = default;

 private:
  std::vector<Entry> entries_;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_TYPES_H_
