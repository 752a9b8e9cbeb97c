#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/data_folder.h"
#include "app/new_deployment.h"
#include "app/open_node.h"
#include "app/seal_commands.h"
#include "app/server_run.h"
#include "base/clock.h"
#include "crypto/passphrase.h"
#include "crypto/random.h"
#include "seal/passphrase_source.h"

namespace kagimori::app {
namespace {

using Numbers = std::vector<int>;

// A rotation, from the slots that there are to those that there will be.
class Rotation {
 public:
  Rotation(const RootRotateOptions& options, const std::filesystem::path& data, const seal::Deployment& deployment,
           Node* node)
      : options_(options), data_(data), deployment_(deployment), node_(node) {}

  // Which slots stay, each proven by its passphrase. kInvalid: one is neither proven nor dropped, or none would be
  // left.
  Result<> Plan(const seal::SlotSecret& first);
  Result<> Run();

 private:
  bool Dropped(int number) const { return std::ranges::find(options_.drop, number) != options_.drop.end(); }
  Result<> PlanPassphraseSlot(int number);
  // Nothing: none of the passphrases opens the slot.
  std::optional<size_t> PassphraseOf(int number, bool* stale);
  Result<> AddSlots(const secret::SecretKey256& root_key);
  Result<> Audit(std::string_view name, std::string_view error) const;
  void TakeBack();

  const RootRotateOptions& options_;
  const std::filesystem::path& data_;
  const seal::Deployment& deployment_;
  Node* node_;
  std::vector<seal::SlotSecret> passphrases_;
  std::vector<size_t> kept_;  // places in passphrases_, one for each slot to come
  Numbers old_;
  Numbers new_;
  bool handed_out_ = false;  // the new recovery code
};

std::optional<size_t> Rotation::PassphraseOf(int number, bool* stale) {
  for (size_t i = 0; i < passphrases_.size(); ++i) {
    auto root_key = seal::OpenSlotNumber(data_, deployment_, number, passphrases_[i]);
    if (!root_key) continue;
    *stale = !node_->CheckRootKey(*root_key);
    return i;
  }
  return std::nullopt;
}

Result<> Rotation::PlanPassphraseSlot(int number) {
  bool stale = false;
  std::optional<size_t> found = PassphraseOf(number, &stale);
  if (!found) {
    auto typed = seal::PromptPassphrase(fmt::format("Passphrase of slot {}: ", number), /*twice=*/false);
    if (!typed && typed.error().kind != ErrorKind::kUnavailable) return std::unexpected(std::move(typed).error());
    if (typed) {
      passphrases_.push_back(seal::SlotSecret::Passphrase(*std::move(typed)));
      found = PassphraseOf(number, &stale);
    }
  }
  if (!found) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("no passphrase given opens slot {}: give it with --other-passphrase-file, or --drop {}",
                            number, number));
  }
  // What an interrupted rotation left goes with the rest.
  if (!stale) kept_.push_back(*found);
  return {};
}

Result<> Rotation::Plan(const seal::SlotSecret& first) {
  if (first.kind == seal::SlotKind::kPassphrase) passphrases_.push_back(first.Clone());
  for (const auto& file : options_.other_passphrase_files) {
    KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes passphrase, seal::ReadPassphraseFile(file));
    passphrases_.push_back(seal::SlotSecret::Passphrase(std::move(passphrase)));
  }
  KAGIMORI_ASSIGN_OR_RETURN(old_, seal::SlotNumbers(data_));
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<seal::SlotInfo> slots, seal::ListSlots(data_));
  for (const int number : options_.drop) {
    if (!std::ranges::binary_search(old_, number)) {
      return Fail(ErrorKind::kInvalid, fmt::format("there is no slot {}", number));
    }
  }
  for (const int number : old_) {
    if (Dropped(number)) continue;
    const auto slot = std::ranges::find(slots, number, &seal::SlotInfo::number);
    if (slot == slots.end()) {
      return Fail(ErrorKind::kInvalid, fmt::format("slot {} is damaged; --drop {} lets it go", number, number));
    }
    if (slot->kind == seal::SlotKind::kPassphrase) KAGIMORI_RETURN_IF_ERROR(PlanPassphraseSlot(number));
  }
  if (kept_.empty() && options_.recovery.none) return Fail(ErrorKind::kInvalid, "no slot would be left");
  if (kept_.size() + (options_.recovery.none ? 0 : 1) > seal::kMaxSlots) {
    return Fail(ErrorKind::kLimit, "there would be too many slots");
  }
  return {};
}

Result<> Rotation::AddSlots(const secret::SecretKey256& root_key) {
  std::vector<seal::SlotSecret> secrets;
  for (const size_t at : kept_) secrets.push_back(passphrases_[at].Clone());
  if (!options_.recovery.none) {
    KAGIMORI_ASSIGN_OR_RETURN(const seal::RecoveryCode code, HandOutRecoveryCode(options_.recovery, deployment_.id));
    handed_out_ = true;
    secrets.push_back(seal::SlotSecret::Recovery(code));
  }
  for (const seal::SlotSecret& secret : secrets) {
    auto added = seal::AddSlot(data_, deployment_, secret, root_key, SystemClock().Wall(), crypto::Argon2Parameters(),
                               seal::SlotRoom::kForRotation);
    if (!added) return std::unexpected(std::move(added).error());
    new_.push_back(added->number);
  }
  return {};
}

Result<> Rotation::Audit(std::string_view name, std::string_view error) const {
  const std::string parameters =
      fmt::format(R"({{"newSlots":[{}],"replacedSlots":[{}]}})", fmt::join(new_, ","), fmt::join(old_, ","));
  return node_->AuditAdministration(
      {.name = name, .parameters_json = parameters, .peer_uid = geteuid(), .error = error});
}

void Rotation::TakeBack() {
  if (auto removed = seal::RemoveReplacedSlots(data_, new_); !removed) {
    fmt::print(stderr, "kagimori: new slots could not be removed again: {}\n", removed.error().text);
  }
  if (handed_out_) TakeBackRecoveryCode(options_.recovery);
}

// The order is what makes it safe: at every moment the slots on the disk open to the root key that the deployment
// record is sealed under, or will be in the next one.
Result<> Rotation::Run() {
  auto root_key = crypto::RandomSecretArray<32>();
  Result<> done = AddSlots(root_key);
  if (done) done = Audit("BeginRootKeyRotation", "");
  if (!done) {
    TakeBack();
    return done;
  }
  if (done = node_->ReplaceRootKey(std::move(root_key)); !done) {
    const bool certain = done.error().kind == ErrorKind::kInvalid || done.error().kind == ErrorKind::kConflict;
    if (certain) TakeBack();
    // The log may be beyond writing as well; the error that counts is the first.
    static_cast<void>(Audit("RotateRootKey", done.error().text));
    if (certain) return done;
    return Fail(done.error().kind,
                "whether the root key was replaced is not known, so all slots stay, old and new; "
                "start again: " +
                    done.error().text);
  }
  const Result<> removed = seal::RemoveReplacedSlots(data_, old_);
  KAGIMORI_RETURN_IF_ERROR(Audit("RotateRootKey", removed ? "" : removed.error().text));
  KAGIMORI_RETURN_IF_ERROR(removed);
  fmt::print("The root key is new. Slots: {}. Gone: {}.\n", fmt::join(new_, ", "), fmt::join(old_, ", "));
  return {};
}

}  // namespace

Result<> RunRootRotate(const RootRotateOptions& options) {
  KAGIMORI_RETURN_IF_ERROR(PrepareProcess(options.seal.process));
  auto folder = DataFolder::Open(options.seal.target.data);
  if (!folder && folder.error().kind == ErrorKind::kUnavailable) {
    return Fail(ErrorKind::kUnavailable, folder.error().text + "; stop the server before its root key is replaced");
  }
  if (!folder) return std::unexpected(std::move(folder).error());
  KAGIMORI_ASSIGN_OR_RETURN(const seal::Deployment deployment, LoadDeployment(*folder));
  if (deployment.kind != seal::DeploymentKind::kProduction) {
    return Fail(ErrorKind::kInvalid, "a development server's root key lies beside its data; there is none to replace");
  }
  KAGIMORI_RETURN_IF_ERROR(CheckRecoveryChoices(options.recovery, folder->path()));
  KAGIMORI_ASSIGN_OR_RETURN(const seal::SlotSecret first, ReadSlotSecret(options.seal.unlock, deployment));
  NodeOptions node_options;
  node_options.data = folder->path();
  node_options.audit_folder = options.seal.target.audit_folder;
  node_options.audit_durability = audit::Durability::kSynced;
  KAGIMORI_ASSIGN_OR_RETURN(const auto node, OpenNode(node_options, deployment, first));
  Rotation rotation(options, folder->path(), deployment, node.get());
  KAGIMORI_RETURN_IF_ERROR(rotation.Plan(first));
  return rotation.Run();
}

}  // namespace kagimori::app
