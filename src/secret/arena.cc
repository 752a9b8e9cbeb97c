#include "secret/arena.h"

#include "secret/pool.h"

namespace kagimori::secret {

Result<> Arena::Configure(size_t size, bool allow_unlocked) { return ConfigureSecretPool(size, allow_unlocked); }

Arena::Stats Arena::GetStats() { return SecretPoolStats(); }

}  // namespace kagimori::secret
