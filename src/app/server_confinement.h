#ifndef KAGIMORI_APP_SERVER_CONFINEMENT_H_
#define KAGIMORI_APP_SERVER_CONFINEMENT_H_

#include "app/node.h"
#include "base/result.h"

namespace kagimori::app {

// Confines the process to what a node with these options needs (kNotFound: the anchor file's folder is missing), makes
// the audit folder when that lies outside of the
// data folder, and says in the log what is in force. REQUIRES: before the first thread, after the passphrase is read;
// the data folder is there.
Result<> ConfineServer(const NodeOptions& options, bool no_confinement);

// `serve` needs no root, and does not refuse it: in a container root may be nobody.
void WarnOfRoot();

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SERVER_CONFINEMENT_H_
