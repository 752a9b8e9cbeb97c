#include "app/audit_key.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "app/unix_socket.h"
#include "crypto/random.h"
#include "seal/path.h"
#include "seal/sealed_record.h"
#include "store/blocking.h"

namespace kagimori::app {
namespace {

// A record of this type holds nothing but the wrapped seed, so its message is that.
constexpr size_t kSeedSize = 32;

}  // namespace

Result<crypto::Ed25519Signer> LoadOrCreateAuditKey(const seal::KeyHierarchy& hierarchy, store::Store* store) {
  std::string path = seal::Path(seal::RecordType::kAuditKey).text();
  KAGIMORI_ASSIGN_OR_RETURN(store::GetResult found, store::GetAndWait(*store, {path}));
  if (found.records[0]) {
    KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord record,
                              seal::OpenRecord(hierarchy, path, seal::kNoAccount, found.records[0]->value, 1));
    KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes seed,
                              seal::UnwrapSecret(hierarchy, seal::kNoAccount, path, AsBytes(record.message)));
    return crypto::Ed25519Signer::Create(seed);
  }
  secret::SecretBytes seed = crypto::RandomSecret(kSeedSize);
  Bytes wrapped = seal::WrapSecret(hierarchy, seal::kNoAccount, path, seed);
  store::Transaction transaction;
  transaction.preconditions.push_back({path, 0});
  KAGIMORI_ASSIGN_OR_RETURN(
      Bytes sealed, seal::SealRecordWithSecret(hierarchy, {.path = path, .account = seal::kNoAccount, .version = 1},
                                               wrapped, AsText(wrapped)));
  transaction.puts.push_back({path, std::move(sealed)});
  KAGIMORI_RETURN_IF_ERROR(store::CommitAndWait(*store, std::move(transaction)));
  return crypto::Ed25519Signer::Create(seed);
}

Result<> WriteAuditPublicKey(const std::filesystem::path& file, const std::string& pem) {
  auto failed = [&file] { return Fail(ErrorKind::kIo, "cannot write " + file.string() + ": " + strerror(errno)); };
  const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (out.get() < 0) return failed();
  if (write(out.get(), pem.data(), pem.size()) != static_cast<ssize_t>(pem.size()) || fsync(out.get()) != 0) {
    auto error = failed();
    unlink(file.c_str());
    return error;
  }
  return {};
}

}  // namespace kagimori::app
