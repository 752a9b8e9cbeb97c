#ifndef KAGIMORI_SSM_NAMES_H_
#define KAGIMORI_SSM_NAMES_H_

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/ids.h"
#include "parameters/parameter.h"
#include "ssm/error.h"

// Names of parameters. Sources: Systems Manager User Guide, "Requirements and constraints for parameter names"; the
// texts are recorded from the service where the shared reference has them.
namespace kagimori::ssm {

inline constexpr size_t kMaxArnSize = 1011;  // of a parameter, whose name this bounds
inline constexpr size_t kMaxLevels = 15;

// The name under which a parameter may be made: without the spaces around it.
OrError<std::string> NameToPut(std::string_view text, AccountId account, Region region);
// Of DeleteParameter and its like, which take a name and nothing else.
OrError<std::string> NameAlone(std::string_view text);

// What a reader names a parameter by.
struct Reference {
  std::string name;                  // as stored; of an ARN: with a slash before it
  bool either_form = false;          // of an ARN of one level, which "x" and "/x" share
  std::optional<AccountId> account;  // of an ARN
  std::optional<Region> region;
  std::string selector;             // ":3", ":label", or empty
  std::optional<uint64_t> version;  // that the selector names
  std::string label;                // that it names
};
OrError<Reference> ParseReference(std::string_view text);

// The path of GetParametersByPath without a slash at its end; "/" alone is the root.
OrError<std::string> LevelOf(std::string_view path);

// A name as a filter of Path gives it; nothing: it is none.
bool IsPathText(std::string_view path);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_NAMES_H_
