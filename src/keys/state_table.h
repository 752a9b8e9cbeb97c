#ifndef KAGIMORI_KEYS_STATE_TABLE_H_
#define KAGIMORI_KEYS_STATE_TABLE_H_

#include <optional>

#include "keys/key.h"
#include "shapes/kms_operations.h"

namespace kagimori::keys {

// What the developer guide's table "key states" says about an operation on a key in its present state. The table itself
// is data: the `states` column of the operation's descriptor (model/kms.json), read once at start.
//
// Nothing: the operation may go on.
std::optional<shapes::ApiError> CheckState(shapes::Operation operation, const Key& key);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_STATE_TABLE_H_
