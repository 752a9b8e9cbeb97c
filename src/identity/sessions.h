#ifndef KAGIMORI_IDENTITY_SESSIONS_H_
#define KAGIMORI_IDENTITY_SESSIONS_H_

#include <cstddef>
#include <cstring>
#include <expected>
#include <memory>
#include <string_view>

#include "base/clock.h"
#include "base/snapshot_cache.h"
#include "crypto/digest.h"
#include "identity/session.h"
#include "seal/hierarchy.h"

namespace kagimori::identity {

// SHA-256 of access key id and token: what a session is found by without opening its token again.
struct SessionName {
  crypto::Sha256Digest digest{};
  bool operator==(const SessionName&) const = default;
};
struct SessionNameHash {
  size_t operator()(const SessionName& name) const noexcept {
    size_t value = 0;
    std::memcpy(&value, name.digest.data(), sizeof value);
    return value;
  }
};
using SessionCache = SnapshotCache<SessionName, Session, SessionNameHash>;

SessionName NameOfSession(std::string_view access_key_id, std::string_view token);

// The sessions that have been opened on this node, bounded by the bytes of their tokens. Tokens that do not open leave
// nothing behind. Thread-safe.
class Sessions {
 public:
  // REQUIRES: outlives this.
  explicit Sessions(const seal::KeyHierarchy* hierarchy);

  SessionCache& cache() { return cache_; }

  // Opens the token and puts the session into the cache. `name`: NameOfSession of the two texts. kExpired, kInvalid:
  // see OpenSession; a session policy that does not compile any more is kInvalid, too.
  std::expected<std::shared_ptr<const Session>, TokenFault> Open(const SessionName& name,
                                                                 std::string_view access_key_id, std::string_view token,
                                                                 Timestamp now);

 private:
  const seal::KeyHierarchy* hierarchy_;
  SessionCache cache_;
};

}  // namespace kagimori::identity

#endif  // KAGIMORI_IDENTITY_SESSIONS_H_
