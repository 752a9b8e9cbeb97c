#ifndef KAGIMORI_APP_ADMIN_COMMANDS_H_
#define KAGIMORI_APP_ADMIN_COMMANDS_H_

#include <span>

#include "app/admin_command.h"

namespace kagimori::app {

// Each in the file that is named after it.
extern const AdminCommand kStatusCommand;         // admin_status.cc
extern const AdminCommand kClockAdvanceCommand;   // clock_advance.cc
extern const AdminCommand kUnsealCommand;         // seal_state.cc
extern const AdminCommand kSealCommand;           // seal_state.cc
extern const AdminCommand kBackupCommand;         // backup_server.cc
extern const AdminCommand kSealListCommand;       // slot_admin.cc
extern const AdminCommand kSealAddCommand;        // slot_admin.cc
extern const AdminCommand kSealRemoveCommand;     // slot_admin.cc
extern const AdminCommand kSealTestCommand;       // slot_admin.cc
extern const AdminCommand kRotateTermCommand;     // term_admin.cc
extern const AdminCommand kResetRootKeyCommand;   // account_admin.cc
extern const AdminCommand kCreateAccountCommand;  // account_admin.cc
extern const AdminCommand kListAccountsCommand;   // account_admin.cc
extern const AdminCommand kAddFaultCommand;       // fault_admin.cc
extern const AdminCommand kListFaultsCommand;     // fault_admin.cc
extern const AdminCommand kClearFaultsCommand;    // fault_admin.cc
extern const AdminCommand kDecideCommand;         // decide_admin.cc
extern const AdminCommand kApplyCommand;          // seed_admin.cc
extern const AdminCommand kExportCommand;         // seed_admin.cc

// All of them: what the socket obeys.
std::span<const AdminCommand* const> AdminCommands();

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_COMMANDS_H_
