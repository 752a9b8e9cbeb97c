#include "app/slot_secret.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "app/passphrase.h"
#include "seal/passphrase_source.h"
#include "seal/recovery_shares.h"

namespace kagimori::app {
namespace {

constexpr int kTries = 5;

std::string ForShare(const seal::ShareCollector& shares) {
  return fmt::format("Next share, {} more needed: ", shares.missing());
}

}  // namespace

Result<seal::RecoveryCode> AskRecoveryCode(const ByteArray<16>& owner) {
  seal::ShareCollector shares(owner);
  std::string prompt = "Recovery code, or a share of it: ";
  for (int failed = 0; failed < kTries;) {
    KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes line, seal::PromptRecoveryLine(prompt));
    Result<> taken;
    if (shares.collected() > 0 || seal::LooksLikeShare(line)) {
      taken = shares.Add(line);
      if (taken && shares.missing() == 0) return shares.Join();
      prompt = "";
    } else {
      auto code = seal::ParseRecoveryCode(line);
      if (code) return code;
      taken = std::unexpected(code.error());
      prompt = "Recovery code: ";
    }
    if (shares.collected() > 0) prompt = ForShare(shares);
    if (taken) continue;
    ++failed;
    prompt = taken.error().text + "\n" + (prompt.empty() ? "Share: " : prompt);
  }
  return Fail(ErrorKind::kInvalid, "the recovery code was mistyped too often");
}

bool HasSlotSecretSource(const UnlockChoices& choices) {
  if (!choices.recovery_code_file.empty() || choices.ask_recovery_code) return true;
  return HasPassphraseSource(choices.passphrase_file);
}

Result<seal::SlotSecret> ReadSlotSecret(const UnlockChoices& choices, const seal::Deployment& deployment) {
  if (deployment.kind == seal::DeploymentKind::kDevelopment) return seal::SlotSecret::DevelopmentFile();
  if (!choices.recovery_code_file.empty()) {
    KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes text, seal::ReadRecoveryFile(choices.recovery_code_file));
    KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode code, seal::ReadRecoveryText(text, deployment.id));
    return seal::SlotSecret::Recovery(code);
  }
  if (choices.ask_recovery_code) {
    KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode code, AskRecoveryCode(deployment.id));
    return seal::SlotSecret::Recovery(code);
  }
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes passphrase, ReadPassphrase(choices.passphrase_file, /*is_new=*/false));
  return seal::SlotSecret::Passphrase(std::move(passphrase));
}

}  // namespace kagimori::app
