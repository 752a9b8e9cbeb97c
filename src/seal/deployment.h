#ifndef KAGIMORI_SEAL_DEPLOYMENT_H_
#define KAGIMORI_SEAL_DEPLOYMENT_H_

#include <cstdint>
#include <filesystem>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace kagimori::seal {

// A development store is marked so for ever; `serve` refuses it. The numbers are stored.
enum class DeploymentKind : uint8_t { kDevelopment = 1, kProduction = 2 };

// What a data folder belongs to. It can be read before anything is unsealed, from <data>/deployment.json, and is
// therefore only a claim: the sealed deployment record says it again, and KeyHierarchy::Load refuses a folder where the
// two differ.
struct Deployment {
  ByteArray<16> id{};  // a random UUID
  DeploymentKind kind = DeploymentKind::kProduction;
  Timestamp created;  // in whole seconds; informative, not in the sealed record
};

// With a new random id.
Deployment NewDeployment(DeploymentKind kind, Timestamp now);

// Writes <folder>/deployment.json durably. kConflict: there is one.
Result<> SaveDeployment(const std::filesystem::path& folder, const Deployment& deployment);

// kNotFound: there is none. kCorrupt: it is not what SaveDeployment writes.
Result<Deployment> LoadDeployment(const std::filesystem::path& folder);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_DEPLOYMENT_H_
