#ifndef KAGIMORI_NET_TLS_STATE_H_
#define KAGIMORI_NET_TLS_STATE_H_

#include <openssl/ssl.h>

#include <memory>
#include <mutex>

#include "net/tls.h"

namespace kagimori::net {

struct TlsContext::State {
  // One reading of the files.
  struct Loaded {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{nullptr, &SSL_CTX_free};
    Timestamp expiry;
  };

  std::shared_ptr<const Loaded> Current() const {
    std::lock_guard lock(mutex);
    return loaded;
  }

  TlsFiles files;
  mutable std::mutex mutex;
  std::shared_ptr<const Loaded> loaded;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_TLS_STATE_H_
