#include "crypto/aead.h"

#include <openssl/err.h>

#include "crypto/aead_internal.h"
#include "crypto/openssl.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

// Far above every message of ours, far below what a GCM invocation (2^36 - 32 bytes) or an int can hold.
constexpr size_t kMaxMessage = size_t{1} << 30;
constexpr ByteArray<12> kNonce{};

// A thread's one cipher context: re-keying it costs 80 ns, a new one over 170.
struct ThreadContext {
  CipherContext context;
  bool holds_key = false;
  bool has_turns = false;  // ForgetThreadKeysEachTurn comes
};
thread_local ThreadContext thread_context;

// At the end of a message: the context would hold its key, expanded, until the thread's next message.
class KeyScope {
 public:
  KeyScope() = default;
  KeyScope(const KeyScope&) = delete;
  KeyScope& operator=(const KeyScope&) = delete;
  ~KeyScope() {
    if (!thread_context.has_turns) ForgetThreadKeys();
  }
};

EVP_CIPHER_CTX* Keyed(internal::GcmKey key, internal::GcmNonce nonce, bool encrypt) {
  if (!thread_context.context) {
    const Algorithms& algorithms = GetAlgorithms();  // before OpenSSL allocates anything: it sets the allocator
    CipherContext context(EVP_CIPHER_CTX_new());
    Require(context && EVP_CipherInit_ex2(context.get(), algorithms.aes_256_gcm, nullptr, nullptr, 1, nullptr) == 1,
            "AES-256-GCM context");
    thread_context.context = std::move(context);
  }
  thread_context.holds_key = true;
  EVP_CIPHER_CTX* context = thread_context.context.get();
  // Without the cipher, which is set: naming it again would allocate the context anew (+95 ns).
  Require(EVP_CipherInit_ex2(context, nullptr, key.data(), nonce.data(), encrypt ? 1 : 0, nullptr) == 1,
          "AES-256-GCM key");
  return context;
}

void AddAssociated(EVP_CIPHER_CTX* context, std::initializer_list<ByteView> associated) {
  for (ByteView part : associated) {
    if (part.empty()) continue;
    int written = 0;
    Require(part.size() <= kMaxMessage &&
                EVP_CipherUpdate(context, nullptr, &written, part.data(), static_cast<int>(part.size())) == 1,
            "AES-256-GCM associated data");
  }
}

void Transform(EVP_CIPHER_CTX* context, ByteView from, uint8_t* to) {
  if (from.empty()) return;  // an empty update without an output would count as associated data
  int written = 0;
  Require(EVP_CipherUpdate(context, to, &written, from.data(), static_cast<int>(from.size())) == 1 &&
              static_cast<size_t>(written) == from.size(),
          "AES-256-GCM");
}

}  // namespace

namespace internal {

void Seal(GcmKey key, GcmNonce nonce, std::initializer_list<ByteView> associated, ByteView plaintext, Bytes* out) {
  Require(plaintext.size() <= kMaxMessage, "message too long");
  const KeyScope scope;
  EVP_CIPHER_CTX* context = Keyed(key, nonce, true);
  AddAssociated(context, associated);
  const size_t at = out->size();
  out->resize(at + plaintext.size() + kGcmTagSize);
  uint8_t* to = out->data() + at;
  Transform(context, plaintext, to);
  int written = 0;
  uint8_t* tag = to + plaintext.size();
  Require(EVP_CipherFinal_ex(context, tag, &written) == 1 && written == 0 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kGcmTagSize, tag) == 1,
          "AES-256-GCM tag");
}

Result<secret::SecretBytes> Open(GcmKey key, GcmNonce nonce, std::initializer_list<ByteView> associated,
                                 ByteView ciphertext_and_tag) {
  if (ciphertext_and_tag.size() < kGcmTagSize || ciphertext_and_tag.size() > kMaxMessage) {
    return Fail(ErrorKind::kAuthentication, "a sealed message of impossible length");
  }
  ByteView ciphertext = ciphertext_and_tag.first(ciphertext_and_tag.size() - kGcmTagSize);
  ByteView tag = ciphertext_and_tag.last(kGcmTagSize);
  const KeyScope scope;
  EVP_CIPHER_CTX* context = Keyed(key, nonce, false);
  AddAssociated(context, associated);
  // Unauthenticated until Final; on failure it is wiped here and never seen.
  secret::SecretBytes plaintext(ciphertext.size());
  Transform(context, ciphertext, SecretOpener::OpenMutable(plaintext).data());
  Require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kGcmTagSize, const_cast<uint8_t*>(tag.data())) == 1,
          "AES-256-GCM tag");
  uint8_t none[kGcmTagSize];
  int written = 0;
  if (EVP_CipherFinal_ex(context, none, &written) != 1) {
    ERR_clear_error();
    return Fail(ErrorKind::kAuthentication, "the tag does not match");
  }
  return plaintext;
}

}  // namespace internal

void SealOnce(const secret::SecretKey256& one_message_key, std::initializer_list<ByteView> associated,
              const secret::SecretBytes& plaintext, Bytes* out) {
  internal::Seal(SecretOpener::Open(one_message_key), kNonce, associated, SecretOpener::Open(plaintext), out);
}

Result<secret::SecretBytes> OpenOnce(const secret::SecretKey256& one_message_key,
                                     std::initializer_list<ByteView> associated, ByteView ciphertext_and_tag) {
  return internal::Open(SecretOpener::Open(one_message_key), kNonce, associated, ciphertext_and_tag);
}

void ForgetThreadKeys() {
  if (!thread_context.holds_key) return;
  constexpr ByteArray<32> kNoKey{};
  Keyed(kNoKey, kNonce, true);
  thread_context.holds_key = false;
}

void ForgetThreadKeysEachTurn() {
  thread_context.has_turns = true;
  ForgetThreadKeys();
}

}  // namespace kagimori::crypto
