#ifndef KAGIMORI_KEYS_GRANT_CHECK_H_
#define KAGIMORI_KEYS_GRANT_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "keys/grant_place.h"
#include "seal/hierarchy.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {

// StructureCheck's part about grants: whether they are those of their grantees' heads, counted, found by their names
// and their retiring principals, and no others are.
class GrantCheck {
 public:
  explicit GrantCheck(const seal::KeyHierarchy* hierarchy) : hierarchy_(hierarchy) {}

  // Every key, before its grants. `dying`: its destruction is under way, and its grants may be in any state.
  void TakeKey(const KeyName& key, bool dying);
  // Every record of the types kGrant and kRetirable. An error: its message does not read.
  Result<> Take(std::string_view path, const seal::OpenedRecord& record);
  // After the last one.
  void Finish(const std::function<void(const std::string& path, const std::string& text)>& find) const;

 private:
  struct Sum {
    uint64_t count = 0;
    crypto::MultisetHash hash;
    bool operator==(const Sum&) const = default;
  };
  // What the grants come to, and what a record says.
  template <class T>
  struct Sides {
    T grants{};
    T record{};
  };
  void TakeGrant(const Grant& grant, std::string_view path);

  const seal::KeyHierarchy* hierarchy_;
  std::set<KeyName> keys_;
  std::set<KeyName> dying_;
  std::map<std::string, Sides<Sum>> heads_;
  std::map<std::string, Sides<uint64_t>> counts_;
  std::map<std::string, Sides<bool>> references_;  // names, retiring principals
  std::set<std::string> orphans_;                  // grants of no key
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_GRANT_CHECK_H_
