#ifndef KAGIMORI_APP_AUDIT_KEY_H_
#define KAGIMORI_APP_AUDIT_KEY_H_

#include <filesystem>
#include <string>

#include "base/result.h"
#include "crypto/ed25519.h"
#include "seal/hierarchy.h"
#include "store/store.h"

namespace kagimori::app {

// The key that the audit log is signed with: made with the store, kept in it wrapped, never replaced. Blocking.
Result<crypto::Ed25519Signer> LoadOrCreateAuditKey(const seal::KeyHierarchy& hierarchy, store::Store* store);

// The public half, for auditors: for everybody to read, synced, and never over a file that is there.
Result<> WriteAuditPublicKey(const std::filesystem::path& file, const std::string& pem);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_AUDIT_KEY_H_
