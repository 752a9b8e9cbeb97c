#include "app/open_node.h"

#include <string>
#include <utility>

#include "base/log.h"

namespace kagimori::app {
namespace {

std::string_view Name(seal::SlotKind kind) {
  return kind == seal::SlotKind::kRecoveryCode ? "the recovery code" : "the passphrase";
}

Result<secret::SecretKey256> FindRootKey(const NodeOptions& options, const seal::Deployment& deployment,
                                         const seal::SlotSecret& secret, const seal::RootKeyCheck& check) {
  auto opened = seal::OpenAnySlot(options.data, deployment, secret, check);
  if (!opened && opened.error().kind == ErrorKind::kAuthentication) {
    return Fail(ErrorKind::kAuthentication, std::string(Name(secret.kind)) + " opens no slot of " +
                                                options.data.string() + " (" + opened.error().text + ")");
  }
  if (!opened) return std::unexpected(std::move(opened).error());
  for (int number : opened->stale) {
    log::Warning(
        "a slot holds a root key that is not the store's, as a rotation that was cut short leaves it; "
        "remove it with `kagimori seal remove`",
        {{"slot", std::to_string(number)}});
  }
  return std::move(opened->root_key);
}

}  // namespace

Result<std::unique_ptr<Node>> OpenNode(const NodeOptions& options, const seal::Deployment& deployment,
                                       const seal::SlotSecret& secret) {
  return Node::Open(options, deployment,
                    [&](const seal::RootKeyCheck& check) { return FindRootKey(options, deployment, secret, check); });
}

}  // namespace kagimori::app
