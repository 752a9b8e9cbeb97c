#include "keys/state_table.h"

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

namespace kagimori::keys {
namespace {

enum class Verdict : uint8_t {
  kGoOn,
  kDisabled,            // note 1
  kPendingDeletion,     // notes 2 and 3
  kNotPendingDeletion,  // note 4
  kPendingImport,       // note 5
  kExternalOrigin,      // note 6
  kUnavailable,         // note 11
  kCreating,            // note 14
  kUpdating,            // note 15
};

// A cell such as "ok", "3", "1 or 7", "?7", "ok 12". The first of the notes that a state alone decides counts. "?n" and
// notes 7, 9 and 10 depend on more than the state and are the operation's own business; "-" cannot occur.
Verdict ParseCell(std::string_view cell) {
  if (cell.empty() || cell.starts_with("ok") || cell.starts_with('?') || cell == "-" || cell == "7" || cell == "9")
    return Verdict::kGoOn;
  switch (std::atoi(std::string(cell).c_str())) {
    case 1:
      return Verdict::kDisabled;
    case 2:
    case 3:
      return Verdict::kPendingDeletion;
    case 4:
      return Verdict::kNotPendingDeletion;
    case 5:
      return Verdict::kPendingImport;
    case 6:
      return Verdict::kExternalOrigin;
    case 11:
      return Verdict::kUnavailable;
    case 14:
      return Verdict::kCreating;
    case 15:
      return Verdict::kUpdating;
    default:
      std::abort();  // a cell of model/kms.json that nobody here knows: found by the first test that runs
  }
}

using Table = std::array<std::array<Verdict, shapes::kStateColumns>, shapes::kOperationCount>;

const Table& States() {
  static const Table table = [] {
    Table parsed{};
    for (size_t row = 0; row < parsed.size(); ++row) {
      for (size_t column = 0; column < shapes::kStateColumns; ++column) {
        parsed[row][column] = ParseCell(shapes::kOperations[row].states[column]);
      }
    }
    return parsed;
  }();
  return table;
}

size_t Column(KeyState state) {
  switch (state) {
    case KeyState::kEnabled:
      return 0;
    case KeyState::kDisabled:
      return 1;
    case KeyState::kPendingDeletion:
    case KeyState::kPendingReplicaDeletion:
      return 2;
    case KeyState::kPendingImport:
      return 3;
    case KeyState::kUnavailable:
      return 4;
    case KeyState::kCreating:
      return 5;
    case KeyState::kUpdating:
      return 6;
  }
  std::abort();
}

}  // namespace

std::optional<shapes::ApiError> CheckState(shapes::Operation operation, const Key& key) {
  using shapes::Errors;
  switch (States()[static_cast<size_t>(operation)][Column(key.stored_state)]) {
    case Verdict::kGoOn:
      return std::nullopt;
    case Verdict::kDisabled:
      return Errors::Disabled(key.arn + " is disabled.");
    case Verdict::kPendingDeletion:
      return Errors::KmsInvalidState(key.arn + " is pending deletion.");
    case Verdict::kNotPendingDeletion:
      return Errors::KmsInvalidState(key.arn + " is not pending deletion.");
    case Verdict::kPendingImport:
      return Errors::KmsInvalidState(key.arn + " is pending import.");
    case Verdict::kExternalOrigin:
      return Errors::UnsupportedOperation(key.arn + " origin is EXTERNAL which is not valid for this operation.");
    case Verdict::kUnavailable:
      return Errors::KmsInvalidState(key.arn + " is unavailable.");
    case Verdict::kCreating:
      return Errors::KmsInvalidState(key.arn + " is creating.");
    case Verdict::kUpdating:
      return Errors::KmsInvalidState(key.arn + " is updating.");
  }
  std::abort();
}

}  // namespace kagimori::keys
