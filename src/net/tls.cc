#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstring>
#include <ctime>
#include <utility>

#include "net/tls_state.h"

namespace kagimori::net {
namespace {

using Loaded = TlsContext::State::Loaded;

constexpr char kGroups[] = "X25519MLKEM768:X25519:P-256:P-384";
constexpr char kTls12Suites[] =
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:"
    "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// The reason OpenSSL gives last; its texts name files and formats, never contents.
std::unexpected<Error> FailOpenSsl(std::string what) {
  const unsigned long code = ERR_peek_last_error();
  if (const char* reason = code != 0 ? ERR_reason_error_string(code) : nullptr) what.append(": ").append(reason);
  ERR_clear_error();
  return Fail(ErrorKind::kInvalid, std::move(what));
}

// A passphrase on the key would be asked for on the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

// Clients that offer h2 beside http/1.1 get http/1.1; one that offers only what we do not speak is refused (RFC 7301
// section 3.2).
int ChooseProtocol(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* offered,
                   unsigned int offered_length, void*) {
  static constexpr unsigned char kHttp11[] = "\x08http/1.1";
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, out_length, kHttp11, sizeof kHttp11 - 1, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

bool Configure(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  // Idle connections keep no record buffers; a write may be retried from another address and be done in part.
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(context, 1);  // a record's header and body in one read
  SSL_CTX_set_default_passwd_cb(context, NoPassphrase);
  SSL_CTX_set_alpn_select_cb(context, ChooseProtocol, nullptr);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 && SSL_CTX_set_cipher_list(context, kTls12Suites) == 1;
}

Result<Timestamp> ExpiryOf(SSL_CTX* context) {
  const X509* leaf = SSL_CTX_get0_certificate(context);
  std::tm time{};
  if (!leaf || ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &time) != 1)
    return FailOpenSsl("the certificate has no expiry");
  return Timestamp{static_cast<int64_t>(timegm(&time)) * 1000};
}

Result<std::shared_ptr<const Loaded>> ReadTlsFiles(const TlsFiles& files) {
  auto loaded = std::make_shared<Loaded>();
  loaded->context.reset(SSL_CTX_new(TLS_server_method()));
  SSL_CTX* context = loaded->context.get();
  if (!context || !Configure(context)) return FailOpenSsl("TLS cannot be set up");
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_chain.c_str()) != 1) {
    return FailOpenSsl("cannot read the certificate chain " + files.certificate_chain);
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.private_key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return FailOpenSsl("cannot read the private key " + files.private_key);
  }
  if (SSL_CTX_check_private_key(context) != 1) return FailOpenSsl("the private key does not belong to the certificate");
  KAGIMORI_ASSIGN_OR_RETURN(loaded->expiry, ExpiryOf(context));
  return std::shared_ptr<const Loaded>(std::move(loaded));
}

}  // namespace

TlsContext::TlsContext() : state_(std::make_unique<State>()) {}
TlsContext::~TlsContext() = default;

Result<std::unique_ptr<TlsContext>> TlsContext::Load(const TlsFiles& files) {
  std::unique_ptr<TlsContext> context(new TlsContext());
  context->state_->files = files;
  KAGIMORI_RETURN_IF_ERROR(context->Reload());
  return context;
}

Result<> TlsContext::Reload() {
  KAGIMORI_ASSIGN_OR_RETURN(auto loaded, ReadTlsFiles(state_->files));
  std::lock_guard lock(state_->mutex);
  state_->loaded = std::move(loaded);
  return {};
}

Timestamp TlsContext::certificate_expiry() const { return state_->Current()->expiry; }

}  // namespace kagimori::net
