#ifndef KAGIMORI_PARAMETERS_PARAMETER_H_
#define KAGIMORI_PARAMETERS_PARAMETER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/ids.h"
#include "store/store.h"

namespace kagimori::parameters {

// Stored by their numbers.
enum class Type : uint8_t { kString = 1, kStringList = 2, kSecureString = 3 };
enum class Tier : uint8_t { kStandard = 1, kAdvanced = 2 };

// Drawn for each parameter, and never again for another one, were it of the same name.
using ParameterId = ByteArray<16>;

struct ParameterName {
  AccountId account;
  Region region;
  std::string name;  // "/a/b" or "x"
  auto operator<=>(const ParameterName&) const = default;
  // "arn:aws:ssm:eu-west-1:111122223333:parameter/a/b"; "/x" and "x" have the same.
  std::string Arn() const;
};

struct Version {
  uint64_t number = 1;
  Type type = Type::kString;
  Tier tier = Tier::kStandard;
  std::string data_type = {};
  std::string description = {};
  std::string allowed_pattern = {};
  std::string policies = {};  // a JSON array, or empty
  std::string key_id = {};    // of SecureString, as the client gave it
  Timestamp modified = {};
  std::string modified_by = {};  // ARN
  Bytes wrapped = {};            // of String and StringList; see value.h
  Bytes ciphertext = {};         // of SecureString
};

struct Tag {
  std::string key;
  std::string value;
};

// Which version a label stands at.
using Labels = std::map<std::string, uint64_t>;

// A snapshot of a parameter with its newest version. Immutable once it is shared.
struct Parameter {
  ParameterName name;
  ParameterId id{};
  Version current = {};
  uint64_t oldest = 1;  // version that is kept
  Timestamp created = {};
  std::optional<Timestamp> expires = {};

  uint64_t labels_version = 0;  // 0: it has none
  uint64_t tags_version = 0;
  uint64_t head_version = 0;
  store::Revision revision = 0;  // 0: not stored yet

  // Gone for every caller, whether or not the reaper has been there.
  bool GoneAt(Timestamp now) const { return expires.has_value() && *expires <= now; }
};

// How many an account has in a Region, by tier.
struct Counts {
  uint64_t standard = 0;
  uint64_t advanced = 0;
  uint64_t version = 0;
  store::Revision revision = 0;

  uint64_t& of(Tier tier) { return tier == Tier::kStandard ? standard : advanced; }
};

}  // namespace kagimori::parameters

#endif  // KAGIMORI_PARAMETERS_PARAMETER_H_
