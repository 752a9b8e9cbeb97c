#ifndef KAGIMORI_KEYS_ENCRYPTION_CONTEXT_H_
#define KAGIMORI_KEYS_ENCRYPTION_CONTEXT_H_

#include <string_view>

#include "base/bytes.h"
#include "shapes/types.h"

namespace kagimori::keys {

// The pairs of an encryption context in one unambiguous form: count (4), then, sorted by key bytewise, length (4) ‖ key
// ‖ length (4) ‖ value. {"a":"bc"} and {"ab":"c"} differ; order of sending does not matter; an absent and an empty
// context are the same (guess, see the reference). It is the tail of every symmetric ciphertext's associated data.
class CanonicalContext {
 public:
  CanonicalContext() = default;  // the empty context

  explicit CanonicalContext(const shapes::StringMap& pairs);

  ByteView bytes() const { return bytes_.empty() ? ByteView(kEmpty) : ByteView(bytes_); }
  bool empty() const { return bytes_.empty(); }
  CanonicalContext(CanonicalContext&&) = default;
  CanonicalContext& operator=(CanonicalContext&&) = default;

 private:
  static constexpr ByteArray<4> kEmpty{};
  Bytes bytes_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_ENCRYPTION_CONTEXT_H_
