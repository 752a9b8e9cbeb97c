#ifndef KAGIMORI_KEYS_TESTING_MINTER_H_
#define KAGIMORI_KEYS_TESTING_MINTER_H_

#include <memory>
#include <utility>

#include "keys/authorized.h"
#include "keys/key.h"

// Makes proofs for the tests of this room, which is below the one that makes them. A second definition of authz's
// class: never in a program that links authz (tests of the rooms above ask the Authorizer).
namespace kagimori::authz {

class Minter {
 public:
  template <class Action>
  static keys::Authorized<Action, keys::Key> ForKey(std::shared_ptr<const keys::Key> key,
                                                    keys::CanonicalContext context = {}) {
    return keys::Authorized<Action, keys::Key>(std::move(key), std::move(context));
  }
};

}  // namespace kagimori::authz

#endif  // KAGIMORI_KEYS_TESTING_MINTER_H_
