#ifndef KAGIMORI_APP_NEW_DEPLOYMENT_H_
#define KAGIMORI_APP_NEW_DEPLOYMENT_H_

#include <functional>

#include "app/data_folder.h"
#include "app/node.h"
#include "base/result.h"
#include "seal/deployment.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// Fills an empty folder: the deployment, a random root key in the slot that `add_slot` makes, the store, and what
// `populate` puts into it (accounts, access keys; showing them to the user belongs there too, since a folder counts
// only from its return on). When anything fails, the folder is empty again. kConflict: it was not empty.
struct NewDeployment {
  seal::DeploymentKind kind = seal::DeploymentKind::kProduction;
  NodeOptions options;
  std::function<Result<>(const seal::Deployment&, const secret::SecretKey256& root_key, Timestamp now)> add_slot;
  std::function<Result<>(const seal::Deployment&, Node*)> populate;
};
Result<> MakeDeployment(DataFolder* folder, const NewDeployment& wanted);

// Of a folder that is filled. kNotFound: it holds no deployment, or one whose making was never finished.
Result<seal::Deployment> LoadDeployment(const DataFolder& folder);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_NEW_DEPLOYMENT_H_
