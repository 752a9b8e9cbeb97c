// expect: is private within this context|private constructor
// A proof is made by authz alone.
#include "authz/authorizer.h"
#include "keys/key.h"

using kagimori::keys::Authorized;
using kagimori::keys::Key;
namespace action = kagimori::keys::action;

void Use(const kagimori::authz::Authorizer& authorizer, const kagimori::authz::Asking& asking,
         std::shared_ptr<const Key> key) {
#ifdef TWIN
  auto proof = authorizer.OnKey<action::Encrypt>(asking, {}, std::move(key), {}, nullptr, nullptr);
#else
  (void)authorizer, (void)asking;
  Authorized<action::Encrypt, Key> proof(std::move(key), {});
#endif
  (void)proof;
}
