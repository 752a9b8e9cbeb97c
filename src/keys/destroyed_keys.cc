#include "keys/destroyed_keys.h"

#include <utility>

#include "keys/paths.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::keys {

std::string DestroyedPath(const KeyName& name) { return PartPath(name, static_cast<Part>(kDestroyedPart)); }

store::Put DestroyedPut(const seal::KeyHierarchy& hierarchy, const KeyName& name) {
  std::string path = DestroyedPath(name);
  Bytes sealed = seal::SealRecord(hierarchy, {.path = path, .account = name.account, .version = 1}, {});
  return {std::move(path), std::move(sealed)};
}

Result<bool> WasDestroyed(store::Store& store, const KeyName& name) {
  KAGIMORI_ASSIGN_OR_RETURN(const store::GetResult got, store::GetAndWait(store, {DestroyedPath(name)}));
  return got.records[0].has_value();
}

}  // namespace kagimori::keys
