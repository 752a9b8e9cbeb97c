#ifndef KAGIMORI_APP_STORE_CHECK_H_
#define KAGIMORI_APP_STORE_CHECK_H_

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "app/node.h"
#include "base/result.h"
#include "seal/deployment.h"

namespace kagimori::app {

// `kagimori verify`: the whole of a deployment that nobody serves, against itself and against what is outside.
struct StoreCheckOptions {
  std::filesystem::path data;
  std::filesystem::path audit_folder;  // empty: <data>/audit
  std::filesystem::path anchor_file;   // outside anchors; empty: none
  // Takes what the store holds for right from now on, whatever was found: what is missing is given up, what was put
  // back stays. Recorded in the audit log, which must be whole.
  bool accept_damage = false;
};

struct StoreCheck {
  std::vector<std::string> findings;  // in the words of the operator; none: all is as it was left
  uint64_t finding_count = 0;         // the store may have more than are named
  std::string summary;                // what was looked at, several lines
  bool accepted = false;              // the damage is the store's content from now on
};

// An error: it could not be looked at. Blocking; reads everything. REQUIRES: this process has the folder's lock.
Result<StoreCheck> CheckStore(const StoreCheckOptions& options, const seal::Deployment& deployment,
                              const Node::RootKeySource& source);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_STORE_CHECK_H_
