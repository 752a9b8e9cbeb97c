#ifndef KAGIMORI_PARAMETERS_STRUCTURE_CHECK_H_
#define KAGIMORI_PARAMETERS_STRUCTURE_CHECK_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "parameters/parameter.h"
#include "seal/hierarchy.h"
#include "seal/sealed_record.h"

namespace kagimori::parameters {

// Whether the records of parameters are one another's: every older version, list of labels and list of tags that a head
// names and none besides, every entry of the hierarchy, every date in the schedule, and as many as are counted. What is
// left of a deleted parameter counts for nothing.
//
// For `kagimori verify` (see keys/structure_check.h): remembers every path, about 200 bytes a record.
class StructureCheck {
 public:
  explicit StructureCheck(const seal::KeyHierarchy* hierarchy) : hierarchy_(hierarchy) {}

  // Every record of the store, in the order of paths. An error: its message does not read.
  Result<> Take(std::string_view path, const seal::OpenedRecord& record);

  // After the last one. `find` gets each record that disagrees: path and what is wrong with it.
  void Finish(const std::function<void(const std::string& path, const std::string& text)>& find) const;

 private:
  Result<> TakeHead(std::string_view path, std::string_view message);
  Result<> TakeGone(std::string_view path, std::string_view message);
  void Expect(std::string path, uint64_t version);
  bool IsLeftOver(std::string_view path) const;

  struct Place {
    bool named = false;
    bool found = false;
    uint64_t named_version = 0;
    uint64_t found_version = 0;
  };

  const seal::KeyHierarchy* hierarchy_;
  std::map<std::string, Place, std::less<>> places_;
  // By the path of the record that says how many there are.
  std::map<std::string, Counts, std::less<>> counted_;
  std::map<std::string, Counts, std::less<>> said_;
  std::set<std::string, std::less<>> left_over_;  // beginnings and whole paths of what deleted parameters may leave
};

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_STRUCTURE_CHECK_H_
