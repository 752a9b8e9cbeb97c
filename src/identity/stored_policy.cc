#include "identity/stored_policy.h"

#include <utility>

#include "base/log.h"
#include "policy/document.h"

namespace kagimori::identity {
namespace {

PolicyText Compile(std::string document, policy::Kind kind, const policy::PrincipalBindings& bindings) {
  PolicyText text;
  auto compiled = policy::Document::Compile(document, kind, bindings);
  if (compiled) {
    text.compiled = *std::move(compiled);
  } else {
    log::Error("a stored policy cannot be read: whoever is under it may do nothing",
               {{"why", compiled.error().detail.empty() ? compiled.error().text : compiled.error().detail}});
  }
  text.document = std::move(document);
  return text;
}

}  // namespace

PolicyText StoredIdentityPolicy(std::string document) {
  return Compile(std::move(document), policy::Kind::kIdentity, {});
}

PolicyText StoredTrustPolicy(std::string document, const std::map<std::string, std::string, std::less<>>& bindings) {
  return Compile(std::move(document), policy::Kind::kTrust, bindings);
}

}  // namespace kagimori::identity
