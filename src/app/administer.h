#ifndef KAGIMORI_APP_ADMINISTER_H_
#define KAGIMORI_APP_ADMINISTER_H_

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include "app/admin_command.h"
#include "app/admin_socket.h"
#include "base/bytes.h"
#include "base/result.h"
#include "seal/slots.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// Where an administration command finds its deployment.
struct AdminTarget {
  std::filesystem::path data;
  std::filesystem::path audit_folder;  // as given to serve; empty: <data>/audit
};

// What goes to a command and comes from it besides its request and its answer.
struct AdminTransfer {
  std::string_view body{};                     // behind the request
  std::function<Result<>(ByteView)> stream{};  // takes what comes before the answer
};

// Runs a command that needs the open store, whether a server runs or not: over the administration socket when one has
// the folder, else here, on the locked folder, opened with what `unlock` gives, which is called in that case only.
// Audited in both. Blocking. Errors of the command, of OpenNode, of `unlock`; kUnavailable: the server is sealed, or
// the folder is another process's that is no server.
Result<AdminResult> Administer(const AdminTarget& target, const AdminCommand& command,
                               const AdminParameters& parameters, std::vector<secret::SecretBytes> secrets,
                               const std::function<Result<seal::SlotSecret>()>& unlock,
                               const AdminTransfer& transfer = {});

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMINISTER_H_
