#include "app/new_recovery.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "app/secret_file.h"
#include "app/secret_printer.h"
#include "app/slot_secret.h"
#include "app/unix_socket.h"
#include "seal/passphrase_source.h"
#include "secret/compare.h"

namespace kagimori::app {
namespace {

namespace fs = std::filesystem;

constexpr int kTries = 3;

Result<std::vector<secret::SecretBytes>> Texts(const RecoveryChoices& choices, const seal::RecoveryCode& code,
                                               const ByteArray<16>& owner) {
  if (choices.shares) return seal::WriteRecoveryShares(code, owner, *choices.shares);
  std::vector<secret::SecretBytes> texts;
  texts.push_back(seal::WriteRecoveryCode(code));
  return texts;
}

Result<> Show(const RecoveryChoices& choices, const std::vector<secret::SecretBytes>& texts) {
  fmt::print("{}\n", choices.shares ? "Give each share to somebody else. They are shown only now."
                                    : "Write this recovery code down and lock it away. It is shown only now.");
  if (std::fflush(stdout) != 0) return Fail(ErrorKind::kIo, "standard output cannot be written to");
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::string label =
        choices.shares ? fmt::format("Share {} of {}, {} needed: ", i + 1, texts.size(), choices.shares->threshold)
                       : std::string("Recovery code: ");
    KAGIMORI_RETURN_IF_ERROR(SecretPrinter::PrintLine(STDOUT_FILENO, label, texts[i]));
  }
  return {};
}

Result<> AskBack(const seal::RecoveryCode& code, const ByteArray<16>& owner) {
  for (int i = 0; i < kTries; ++i) {
    fmt::print(stderr, "Type it in again, from what you wrote down.\n");
    std::fflush(stderr);
    KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode typed, AskRecoveryCode(owner));
    if (secret::Equal(typed, code)) return {};
    fmt::print(stderr, "That is another code.\n");
  }
  return Fail(ErrorKind::kInvalid, "the recovery code was not given back, so it was not used");
}

Result<> WriteAndReadBack(const fs::path& file, const std::vector<secret::SecretBytes>& texts,
                          const seal::RecoveryCode& code, const ByteArray<16>& owner, bool* made) {
  KAGIMORI_RETURN_IF_ERROR(WriteSecretFile(file, texts, made));
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes text, seal::ReadRecoveryFile(file));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode read, seal::ReadRecoveryText(text, owner));
  if (!secret::Equal(read, code)) return Fail(ErrorKind::kIo, file.string() + " gave another recovery code back");
  return {};
}

}  // namespace

Result<> CheckRecoveryChoices(const RecoveryChoices& choices, const fs::path& data) {
  if (choices.none) return {};
  if (choices.out.empty()) {
    const Descriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() >= 0) return {};
    return Fail(ErrorKind::kUnavailable,
                "there is no terminal to ask a recovery code back on: give --recovery-code-out, or --no-recovery");
  }
  std::error_code error;
  if (fs::exists(fs::symlink_status(choices.out, error))) {
    return Fail(ErrorKind::kConflict, choices.out.string() + " exists already");
  }
  const fs::path inside = fs::weakly_canonical(fs::absolute(choices.out, error), error)
                              .lexically_relative(fs::weakly_canonical(fs::absolute(data, error), error));
  if (error) return Fail(ErrorKind::kInvalid, choices.out.string() + ": " + error.message());
  if (!inside.empty() && *inside.begin() != "..") {
    return Fail(ErrorKind::kInvalid, "the recovery code must not lie in the data folder that it opens");
  }
  return {};
}

Result<seal::RecoveryCode> HandOutRecoveryCode(const RecoveryChoices& choices, const ByteArray<16>& owner) {
  seal::RecoveryCode code = seal::NewRecoveryCode();
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<secret::SecretBytes> texts, Texts(choices, code, owner));
  if (choices.out.empty()) {
    KAGIMORI_RETURN_IF_ERROR(Show(choices, texts));
    KAGIMORI_RETURN_IF_ERROR(AskBack(code, owner));
    return code;
  }
  bool made = false;
  if (auto written = WriteAndReadBack(choices.out, texts, code, owner, &made); !written) {
    if (made) TakeBackRecoveryCode(choices);
    return std::unexpected(std::move(written).error());
  }
  return code;
}

void TakeBackRecoveryCode(const RecoveryChoices& choices) {
  if (!choices.out.empty()) unlink(choices.out.c_str());
}

}  // namespace kagimori::app
