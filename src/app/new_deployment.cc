#include "app/new_deployment.h"

#include <memory>
#include <utility>

#include "base/clock.h"
#include "base/log.h"
#include "crypto/random.h"

namespace kagimori::app {
namespace {

Result<> Fill(const NewDeployment& wanted) {
  const Timestamp now = SystemClock().Wall();
  const seal::Deployment deployment = seal::NewDeployment(wanted.kind, now);
  KAGIMORI_RETURN_IF_ERROR(seal::SaveDeployment(wanted.options.data, deployment));
  auto root_key = crypto::RandomSecretArray<32>();
  KAGIMORI_RETURN_IF_ERROR(wanted.add_slot(deployment, root_key, now));
  NodeOptions options = wanted.options;
  options.create = true;
  KAGIMORI_ASSIGN_OR_RETURN(const std::unique_ptr<Node> node, Node::Open(options, deployment, std::move(root_key)));
  return wanted.populate(deployment, node.get());
}

}  // namespace

Result<> MakeDeployment(DataFolder* folder, const NewDeployment& wanted) {
  KAGIMORI_RETURN_IF_ERROR(folder->BeginFilling());
  Result<> filled = Fill(wanted);
  if (filled) filled = folder->FinishFilling();
  if (filled) return {};
  if (auto discarded = folder->Discard(); !discarded) {
    log::Warning("what was made could not be removed; the next try will", {{"reason", discarded.error().text}});
  }
  return filled;
}

Result<seal::Deployment> LoadDeployment(const DataFolder& folder) {
  if (folder.IsUnfinished()) {
    return Fail(ErrorKind::kNotFound, "the making of " + folder.path().string() + " was interrupted; start it again");
  }
  auto deployment = seal::LoadDeployment(folder.path());
  if (!deployment && deployment.error().kind == ErrorKind::kNotFound) {
    return Fail(ErrorKind::kNotFound,
                folder.path().string() + " is no data folder of Kagimori; make one with `kagimori init`");
  }
  return deployment;
}

}  // namespace kagimori::app
