#ifndef KAGIMORI_KEYS_AUTHORIZED_H_
#define KAGIMORI_KEYS_AUTHORIZED_H_

#include <memory>
#include <string_view>
#include <utility>

#include "base/ids.h"
#include "keys/encryption_context.h"

namespace kagimori {

namespace authz {
class Minter;  // authz/authorizer.cc: makes an Authorized where the decision was to allow
}

namespace keys {

class ScheduledDeletion;  // keys/scheduled_deletion.h
class OutboxDelivery;     // keys/outbox.h

// The proof that `Action` on `Resource` was allowed, and on which snapshot of the resource. Only authz makes one; it
// moves and is never copied; whoever needs a permission asks for the value in its signature. A forgotten check, a
// swapped pair or an action on another resource does not compile (tests/compile_fail/).
//
// The encryption context that was part of the decision travels with it: the engine takes its associated data from here
// and from nowhere else.
template <class Action, class Resource>
class [[nodiscard]] Authorized {
 public:
  Authorized(Authorized&&) noexcept = default;
  Authorized& operator=(Authorized&&) noexcept = default;
  Authorized(const Authorized&) = delete;
  Authorized& operator=(const Authorized&) = delete;

  const Resource& resource() const { return *resource_; }
  const std::shared_ptr<const Resource>& snapshot() const { return resource_; }
  const CanonicalContext& context() const { return context_; }

 private:
  friend class ::kagimori::authz::Minter;
  Authorized(std::shared_ptr<const Resource> resource, CanonicalContext context)
      : resource_(std::move(resource)), context_(std::move(context)) {}

  std::shared_ptr<const Resource> resource_;
  CanonicalContext context_;
};

// What an operation without a key acts on: the caller's account in the Region of the call.
struct AccountScope {
  AccountId account;
  Region region;
};

// The authority of work that no caller asked for. The friends are the reviewed list of such work.
template <class Job>
class SystemAuthority {
 private:
  friend class ScheduledDeletion;
  friend class OutboxDelivery;
  SystemAuthority() = default;
};

}  // namespace keys
}  // namespace kagimori

#endif  // KAGIMORI_KEYS_AUTHORIZED_H_
