#include "app/passphrase.h"

#include <fcntl.h>

#include <string>

#include "app/unix_socket.h"
#include "seal/passphrase_source.h"
#include "seal/slots.h"

namespace kagimori::app {
namespace {

Result<secret::SecretBytes> Read(const std::filesystem::path& file, bool is_new) {
  if (!file.empty()) return seal::ReadPassphraseFile(file);
  auto credential = seal::ReadPassphraseCredential();
  if (credential || credential.error().kind != ErrorKind::kNotFound) return credential;
  auto typed = seal::PromptPassphrase(is_new ? "New passphrase: " : "Passphrase: ", is_new);
  if (!typed && typed.error().kind == ErrorKind::kUnavailable) {
    return Fail(ErrorKind::kUnavailable, "no passphrase: " + typed.error().text + " (give --passphrase-file)");
  }
  return typed;
}

}  // namespace

Result<secret::SecretBytes> ReadPassphrase(const std::filesystem::path& file, bool is_new) {
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes passphrase, Read(file, is_new));
  if (is_new && passphrase.size() < seal::kMinPassphraseSize) {
    return Fail(ErrorKind::kInvalid,
                "the passphrase is too short; it has at least " + std::to_string(seal::kMinPassphraseSize) + " bytes");
  }
  return passphrase;
}

bool HasPassphraseSource(const std::filesystem::path& file) {
  if (!file.empty()) return true;
  const auto credential = seal::ReadPassphraseCredential();
  if (credential || credential.error().kind != ErrorKind::kNotFound) return true;
  return Descriptor(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)).get() >= 0;
}

}  // namespace kagimori::app
