#include "keys/policy_document.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/log.h"
#include "keys/default_policy.h"

namespace kagimori::keys {
namespace {

using DocumentPtr = std::shared_ptr<const policy::Document>;

// Default policies by account and partition; the few that are in use stay. Dropped as a whole when there are too many.
class DefaultPolicies {
 public:
  DocumentPtr Get(const KeyName& name) {
    const std::pair<uint64_t, std::string> place(name.account.number(), name.region.partition());
    std::lock_guard lock(mutex_);
    if (auto found = documents_.find(place); found != documents_.end()) return found->second;
    auto compiled = policy::Document::Compile(DefaultKeyPolicy(name.account, name.region), policy::Kind::kKeyPolicy);
    if (!compiled) return nullptr;
    if (documents_.size() >= kMost) documents_.clear();
    documents_.emplace(place, *compiled);
    return *std::move(compiled);
  }

 private:
  static constexpr size_t kMost = 10'000;
  std::mutex mutex_;
  std::map<std::pair<uint64_t, std::string>, DocumentPtr> documents_;
};

}  // namespace

DocumentPtr CompilePolicy(const Key& key) {
  static DefaultPolicies& defaults = *new DefaultPolicies();  // never destroyed: threads may outlive main
  if (!key.policy) return defaults.Get(key.name);
  auto compiled = policy::Document::Compile(*key.policy, policy::Kind::kKeyPolicy, key.policy_bindings);
  if (compiled) return *std::move(compiled);
  log::Error("a key's policy cannot be read, so that the key cannot be used",
             {{"key", key.arn}, {"error", compiled.error().detail}});
  return nullptr;
}

}  // namespace kagimori::keys
