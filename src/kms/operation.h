#ifndef KAGIMORI_KMS_OPERATION_H_
#define KAGIMORI_KMS_OPERATION_H_

#include <boost/container/small_vector.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "attest/verifier.h"
#include "authz/authorizer.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/task.h"
#include "identity/identity.h"
#include "keys/change.h"
#include "keys/grant_table.h"
#include "keys/import_token.h"
#include "keys/key_counts.h"
#include "keys/last_usage.h"
#include "keys/loaded_key.h"
#include "keys/resolver.h"
#include "keys/resource_quotas.h"
#include "seal/sealed_record.h"
#include "shapes/kms_operations.h"

namespace kagimori::kms {

// Where keys of the spec SM2 can be made. AWS has them in its Regions in China alone.
enum class Sm2Regions { kNone, kChina, kAll };

// What operations give to clients sealed, and take back. Paging markers: bound to the caller's account, the operation
// and what it lists. Import tokens.
class Markers {
 public:
  Markers(const seal::KeyHierarchy& hierarchy, AccountId account) : hierarchy_(hierarchy), account_(account) {}
  std::string Seal(std::string_view binding, std::string_view value) const {
    return seal::SealMarker(hierarchy_, account_, binding, value);
  }
  Result<std::string> Open(std::string_view binding, std::string_view marker) const {
    return seal::OpenMarker(hierarchy_, account_, binding, marker);
  }
  Bytes SealToken(const keys::ImportToken& token) const { return keys::SealImportToken(hierarchy_, token); }
  Result<keys::ImportToken> OpenToken(const keys::KeyName& key, ByteView token) const {
    return keys::OpenImportToken(hierarchy_, key, token);
  }

 private:
  const seal::KeyHierarchy& hierarchy_;
  AccountId account_;
};

// Who calls, from where, when. All that `Run` sees besides its resources and its request.
struct Call {
  const identity::Principal& caller;
  Region region;
  Timestamp now;  // Clock::Service
  Markers markers;
  Sm2Regions sm2 = Sm2Regions::kChina;
  const keys::ResourceLimits& limits = keys::kAwsResourceLimits;  // of the caller's account
  // Whom the answer is for, where the request has a Recipient: its attestation document is verified before anything is
  // looked up, so that decisions may depend on it.
  const attest::VerifiedRecipient* recipient = nullptr;

  AccountId account() const { return caller.account; }
};

// What the audit record says about a call beyond its request: filled as things become known, so that a refused call is
// recorded with the resources that it was refused.
struct Trail {
  // A key or, without one, an alias.
  struct Resource {
    AccountId account;
    std::shared_ptr<const keys::Key> key;
    std::string alias_arn;
    std::string_view arn() const { return key != nullptr ? std::string_view(key->arn) : std::string_view(alias_arn); }
  };
  boost::container::small_vector<Resource, 2> resources;
  std::string additional_event_data_json;  // an object, or empty
  std::string decision;                    // what the decisions rested on, for the operator; may be empty
  std::string key_arn;                     // of the key that a write changed, for responseElements
  std::optional<Error> failure;  // why the call ended in KMSInternalException; for the operator, never the client

  void Add(std::shared_ptr<const keys::Key> key) {
    AccountId account = key->name.account;
    resources.push_back({account, std::move(key), {}});
  }
  void Add(const keys::AliasName& alias) { resources.push_back({alias.account, nullptr, alias.Arn()}); }
};

// What `Resolve` may use: everything that has to be looked up or decided before an operation runs.
struct Session {
  const Call& call;
  keys::Resolver& resolver;
  const authz::Authorizer& authorizer;
  authz::Asking asking;  // the caller and the condition keys of the request
  keys::GrantTable& grants;
  keys::GrantCache::View& grants_view;
  Trail& trail;
  keys::LoadedKeys& loaded;
  keys::LoadedKeyCache::View& loaded_view;
  keys::UsageTracker& usage;
  keys::KeyCounts& counts;
  const keys::ResourceQuotas& quotas;

  // The same with other condition keys, for an operation that asks several questions. REQUIRES: `facts` outlives it.
  Session With(const authz::OperationFacts& facts) const {
    return {call,  resolver, authorizer, {asking.call, facts}, grants, grants_view, trail, loaded, loaded_view,
            usage, counts,   quotas};
  }
};

template <class Api>
struct Reply {
  typename Api::Response response;
  std::optional<keys::Change> change;
};

template <class Api>
using Outcome = std::expected<Reply<Api>, shapes::OpError<Api>>;

// Authorized resources, or why not.
template <class Api, class Inputs>
using Resolved = std::expected<Inputs, shapes::OpError<Api>>;

template <class Api>
std::unexpected<shapes::OpError<Api>> Refuse(shapes::OpError<Api> error) {
  return std::unexpected(std::move(error));
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_OPERATION_H_
