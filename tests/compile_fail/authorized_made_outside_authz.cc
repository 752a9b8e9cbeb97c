// expect: is private within this context|private constructor
// A proof is made by authz alone.
#include "authz/authorizer.h"
#include "keys/key.h"

using kagimori::keys::Authorized;
using kagimori::keys::Key;
namespace action = kagimori::keys::action;

void Use(const kagimori::authz::Authorizer& authorizer, const kagimori::identity::Principal& caller,
         std::shared_ptr<const Key> key) {
#ifdef TWIN
  auto proof = authorizer.OnKey<action::Encrypt>(caller, std::move(key));
#else
  (void)authorizer, (void)caller;
  Authorized<action::Encrypt, Key> proof(std::move(key), {});
#endif
  (void)proof;
}
