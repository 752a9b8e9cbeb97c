#ifndef KAGIMORI_NET_TLS_H_
#define KAGIMORI_NET_TLS_H_

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"

namespace kagimori::net {

struct TlsFiles {
  std::string certificate_chain;  // PEM file
  std::string private_key;        // PEM file
};

// The server side of TLS 1.2 and 1.3. Groups X25519MLKEM768, X25519, P-256, P-384; TLS 1.2 with ECDHE and AEAD suites
// only; session tickets off (no resumption state to protect), no renegotiation, no compression.
class TlsContext {
 public:
  static Result<std::unique_ptr<TlsContext>> Load(const TlsFiles& files);
  ~TlsContext();

  // Reads the files again; new connections get the new certificate, the others keep theirs. On an error the old one
  // stays. Thread-safe.
  Result<> Reload();

  Timestamp certificate_expiry() const;  // notAfter of the leaf, for /metrics

  struct State;  // net/tls_state.h

 private:
  friend class TlsSession;
  TlsContext();
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_TLS_H_
