#ifndef KAGIMORI_APP_SLOT_ADMIN_H_
#define KAGIMORI_APP_SLOT_ADMIN_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/slots.h"

namespace kagimori::app {

// What the slots' administration commands (slot_admin.cc) and the commands that call them share.

// "passphrase", "recovery-code", "development-file".
std::string_view SlotKindName(seal::SlotKind kind);

// {"slots":[{"slot":1,"kind":"passphrase","created":"2026-01-02T03:04:05Z"},…],"damaged":[3]}, from the files alone.
Result<std::string> SlotListJson(const std::filesystem::path& data);
// The same for people. kCorrupt: it is not such an object.
Result<std::string> DescribeSlotList(std::string_view json);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SLOT_ADMIN_H_
