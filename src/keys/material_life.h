#ifndef KAGIMORI_KEYS_MATERIAL_LIFE_H_
#define KAGIMORI_KEYS_MATERIAL_LIFE_H_

#include <chrono>
#include <memory>

#include "base/result.h"
#include "keys/key.h"
#include "secret/secret_bytes.h"

// What happens to a key's materials over time, as pure functions (docs/key-life.md).
namespace kagimori::keys {

inline constexpr uint32_t kDefaultRotationDays = 365;
inline constexpr uint32_t kMostOnDemandRotations = 25;  // of one key, ever
// A rotation on demand is refused when an automatic one is as near as that.
inline constexpr std::chrono::minutes kRotationConflict{20};

// Whether the key's material can ever be replaced: SYMMETRIC_DEFAULT alone.
bool CanRotate(const Key& key);
// Whether Kagimori makes the new material itself: not of imported keys.
bool RotatesByItself(const Key& key);

// Automatic rotation every `days` from now on. Also how a key that AWS manages is made to rotate yearly.
void StartRotation(uint32_t days, Timestamp now, Key* key);

// Adds the material as the current one, or moves the staged one there when it is that. REQUIRES: kind is not kNone.
void MakeCurrent(MaterialEntry material, RotationKind kind, Timestamp now, Key* key);
// The automatic rotation that is due has been done: the next one is the first of the series that is still to come, so
// that after a long time without the program, or a clock that jumped, one is done and not many.
void MoveToNextRotation(Timestamp now, Key* key);

// The staged material goes, and what is said of it. REQUIRES: there is one.
void DropStaged(Key* key);

// Whether every material that the key has ever encrypted with is there. REQUIRES of a key of which that may be untrue:
// origin EXTERNAL.
bool HasAllMaterial(const Key& key, Timestamp now);

// The key as it is at `now`: one with material that has expired waits for it, whether or not anybody has written that
// down yet.
std::shared_ptr<const Key> AsOf(std::shared_ptr<const Key> key, Timestamp now);

// The id of an imported material: the same for the same material of the same key, and of no other key. `fingerprint`:
// the material, or of an asymmetric one its public half in DER.
MaterialId ImportedMaterialId(const KeyName& key, const secret::SecretBytes& fingerprint);

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_MATERIAL_LIFE_H_
