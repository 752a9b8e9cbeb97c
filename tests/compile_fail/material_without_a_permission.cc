// expect: is private within this context|no matching function
// Key material is used with the permission that it was loaded for; nobody else brings the two together.
#include "keys/asymmetric_engine.h"

namespace keys = kagimori::keys;
using Action = keys::action::Sign;

#ifdef TWIN
kagimori::Task<kagimori::Result<keys::Usable<Action>>> Use(keys::LoadedKeys& loaded, keys::LoadedKeyCache::View& view,
                                                           keys::Authorized<Action, keys::Key> permission) {
  return loaded.Ready(&view, std::move(permission));
}
#else
keys::Usable<Action> Use(keys::Authorized<Action, keys::Key> permission,
                         std::shared_ptr<const keys::LoadedKey> material) {
  return keys::Usable<Action>(std::move(permission), std::move(material));
}
#endif
