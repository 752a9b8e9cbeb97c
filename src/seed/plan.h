#ifndef KAGIMORI_SEED_PLAN_H_
#define KAGIMORI_SEED_PLAN_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "keys/change.h"
#include "seal/wrapping_key.h"
#include "seed/declaration.h"
#include "seed/services.h"

// What it takes to make a deployment be as a file says: differences, and the changes that end them. Each is planned on
// what is stored at that moment and committed under the precondition that this is still so. An error of kInvalid is a
// refusal, its text for people; every other one is a failure.
namespace kagimori::seed {

// One transaction.
struct Step {
  std::string line;                 // "+ alias …", for people
  std::string event;                // "CreateKey", the audit record's name
  std::vector<std::string> what{};  // what of the key changed, for the record
  keys::KeyName key;                // which key the record is about
  keys::Change change{};
  std::vector<keys::NewMaterial> materials{};  // beside the change: keys/stored_material.h
  uint64_t materials_version = 0;
  bool makes_key = false;
};

// The key itself: everything but its aliases and grants. Nothing: it is as the file says. `for_real`: the step is going
// to be committed; else it may be without the material that a new key gets.
Result<std::optional<Step>> PlanKey(const Services& services, const DeclaredKey& declared,
                                    const seal::WrappingKey* wrapping_key, bool for_real);

// What is said where the account has as many keys in the Region as it may have.
inline constexpr char kNoPlaceForKey[] =
    "the account would have more keys in the Region than it may have (--resource-quotas)";

// One of its aliases. `for_real` as above: without it, the key may be one that is not there yet.
Result<std::optional<Step>> PlanAlias(const Services& services, const DeclaredKey& declared, const std::string& alias,
                                      bool for_real);

// A grant of the file that the key lacks.
struct MissingGrant {
  std::string line;
  keys::Grant grant;  // complete but for its id
};
// All of them. A grant that is there twice in the file is to be there twice.
Result<std::vector<MissingGrant>> PlanGrants(const Services& services, const DeclaredKey& declared);
// Nothing: somebody else has made it meanwhile.
Result<std::optional<Step>> PlanGrant(const Services& services, const MissingGrant& missing);

// All grants of a key, in no order that people see.
Result<std::vector<std::shared_ptr<const keys::Grant>>> GrantsOf(const Services& services, const keys::KeyName& name);

// As it is now; null: there is none. kInvalid: it is one that no file can be about, since it belongs to a service, is
// about to be destroyed, or is of an account whose records are damaged.
Result<std::shared_ptr<const keys::Key>> FindKey(const Services& services, const keys::KeyName& name);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_PLAN_H_
