#include "shapes/types.h"

#include <cstdint>
#include <numeric>

namespace kagimori::shapes {

StringMap::StringMap(std::vector<Entry> entries) : entries_(std::move(entries)) {
  auto in_order = [](const Entry& a, const Entry& b) { return a.first >= b.first; };
  if (std::adjacent_find(entries_.begin(), entries_.end(), in_order) == entries_.end()) return;

  // By key, then by place, so that the last of equal keys ends their run. n log n: a hostile map has many entries.
  std::vector<uint32_t> order(entries_.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [this](uint32_t a, uint32_t b) {
    int compared = entries_[a].first.compare(entries_[b].first);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<Entry> sorted;
  sorted.reserve(entries_.size());
  for (size_t i = 0; i < order.size(); ++i) {
    Entry& entry = entries_[order[i]];
    if (i + 1 < order.size() && entries_[order[i + 1]].first == entry.first) continue;
    sorted.push_back(std::move(entry));
  }
  entries_ = std::move(sorted);
}

}  // namespace kagimori::shapes
