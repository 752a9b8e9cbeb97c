#include "secret/arena.h"

#include "secret/pool.h"

namespace kagimori::secret {

Result<> Arena::Configure(size_t size, bool allow_unlocked) { return ConfigureSecretPool(size, allow_unlocked); }

Arena::Stats Arena::GetStats() { return SecretPoolStats(); }

size_t Arena::Limit() { return SecretPoolLimit(); }

}  // namespace kagimori::secret
