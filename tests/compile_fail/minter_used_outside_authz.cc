// expect: is private within this context|is a private member
// The maker of proofs serves the Authorizer only.
#include "authz/authorizer.h"

namespace action = kagimori::keys::action;

auto Use(const kagimori::authz::Authorizer& authorizer, const kagimori::authz::Asking& asking,
         std::shared_ptr<const kagimori::keys::Key> key) {
#ifdef TWIN
  return authorizer.OnKey<action::Encrypt>(asking, {}, std::move(key), {}, nullptr, nullptr);
#else
  (void)authorizer, (void)asking;
  return kagimori::authz::Minter::Make<action::Encrypt, kagimori::keys::Key>(std::move(key), {});
#endif
}
