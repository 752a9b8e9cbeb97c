#ifndef KAGIMORI_KEYS_STRUCTURE_CHECK_H_
#define KAGIMORI_KEYS_STRUCTURE_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "keys/grant_check.h"
#include "seal/hierarchy.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {

// Whether the records of keys, aliases and grants are one another's: every part in the version that its head names and
// no part that none names, every alias in its key's list and the other way round, every date of deletion in the
// schedule. The ledger says *that* an account is not as it was; this names the records, where they disagree. (A key put
// back whole, head and parts, disagrees with nothing but the ledger.)
//
// For `kagimori verify`: remembers every path, about 200 bytes a record.
class StructureCheck {
 public:
  explicit StructureCheck(const seal::KeyHierarchy* hierarchy) : hierarchy_(hierarchy), grants_(hierarchy) {}

  // Every record, in the order of paths. An error: its message does not read.
  Result<> Take(std::string_view path, const seal::OpenedRecord& record);

  // After the last one. `find` gets each record that disagrees: path and what is wrong with it.
  void Finish(const std::function<void(const std::string& path, const std::string& text)>& find) const;

 private:
  Result<> TakeHead(std::string_view path, std::string_view message);
  Result<> TakePart(std::string_view path, std::string_view message);
  Result<> TakeUsage(std::string_view path, std::string_view message);

  // One path, from both sides.
  struct Place {
    bool named = false;  // by a head, a list of aliases
    bool found = false;
    uint64_t named_version = 0;  // 0: any
    uint64_t found_version = 0;
  };

  const seal::KeyHierarchy* hierarchy_;
  std::map<std::string, Place, std::less<>> places_;
  GrantCheck grants_;
  std::set<std::string, std::less<>> heads_;
  std::set<std::string, std::less<>> dying_;  // where the parts of keys are whose destruction is under way
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_STRUCTURE_CHECK_H_
