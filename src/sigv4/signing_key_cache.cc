#include "sigv4/signing_key_cache.h"

#include <functional>
#include <utility>

namespace kagimori::sigv4 {

SigningKeyCache::SigningKeyCache(size_t capacity) : capacity_(capacity) {}

size_t SigningKeyCache::Hash::operator()(const SigningKeyName& name) const noexcept {
  // Identities are random ids of our own making; the other parts take few values.
  const std::hash<std::string_view> hash;
  return hash(name.identity) ^ (hash(name.date) * 31) ^ (hash(name.service) * 127) ^
         (size_t{name.region.number()} << 7);
}

const crypto::HmacSha256Key* SigningKeyCache::Find(const SigningKeyName& name, uint64_t generation) {
  const auto found = index_.find(name);
  if (found == index_.end()) return nullptr;
  if (found->second->generation == generation) return &found->second->key;
  Erase(found->second);
  return nullptr;
}

void SigningKeyCache::Insert(const SigningKeyName& name, uint64_t generation, crypto::HmacSha256Key key) {
  if (capacity_ == 0) return;
  if (const auto found = index_.find(name); found != index_.end()) Erase(found->second);
  if (entries_.size() >= capacity_) Erase(entries_.begin());
  entries_.push_back(Entry{.identity = std::string(name.identity),
                           .date = std::string(name.date),
                           .service = std::string(name.service),
                           .region = name.region,
                           .generation = generation,
                           .key = std::move(key)});
  index_.emplace(entries_.back().name(), std::prev(entries_.end()));
}

void SigningKeyCache::Forget(std::string_view identity) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->identity == identity) Erase(entry);
    entry = next;
  }
}

void SigningKeyCache::Clear() {
  index_.clear();
  entries_.clear();
}

void SigningKeyCache::Erase(std::list<Entry>::iterator entry) {
  index_.erase(entry->name());
  entries_.erase(entry);
}

}  // namespace kagimori::sigv4
