#ifndef KAGIMORI_CRYPTO_INIT_H_
#define KAGIMORI_CRYPTO_INIT_H_

#include "base/result.h"

namespace kagimori::crypto {

// Makes OpenSSL ready: an allocator that wipes what it frees, no configuration file, every algorithm fetched once. Main
// calls it before anything else that may reach OpenSSL (TLS above all); kInternal when OpenSSL has allocated already,
// or lacks an algorithm. Later calls give the first one's result. Thread-safe. This room's own functions call it at
// their first use, and throw std::runtime_error when it fails.
Result<> InitOpenSsl();

}  // namespace kagimori::crypto

#endif  // KAGIMORI_CRYPTO_INIT_H_
