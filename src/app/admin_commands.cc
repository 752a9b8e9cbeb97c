#include "app/admin_commands.h"

namespace kagimori::app {

std::span<const AdminCommand* const> AdminCommands() {
  static constexpr const AdminCommand* kAll[] = {
      &kStatusCommand,       &kClockAdvanceCommand,  &kUnsealCommand,       &kSealCommand,     &kBackupCommand,
      &kSealListCommand,     &kSealAddCommand,       &kSealRemoveCommand,   &kSealTestCommand, &kRotateTermCommand,
      &kResetRootKeyCommand, &kCreateAccountCommand, &kListAccountsCommand, &kAddFaultCommand, &kListFaultsCommand,
      &kClearFaultsCommand,  &kDecideCommand,        &kApplyCommand,        &kExportCommand,
  };
  return kAll;
}

}  // namespace kagimori::app
