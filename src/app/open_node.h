#ifndef KAGIMORI_APP_OPEN_NODE_H_
#define KAGIMORI_APP_OPEN_NODE_H_

#include <memory>

#include "app/node.h"
#include "base/result.h"
#include "seal/deployment.h"
#include "seal/slots.h"

namespace kagimori::app {

// Opens a node that is there with the first slot that `secret` opens to its store's root key; logs which slots hold
// another one. Blocking. kAuthentication: none does; kNotFound: there is no slot of the secret's kind, or no store.
Result<std::unique_ptr<Node>> OpenNode(const NodeOptions& options, const seal::Deployment& deployment,
                                       const seal::SlotSecret& secret);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OPEN_NODE_H_
