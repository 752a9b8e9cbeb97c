// The bare library, which a server's rate is held against: one operation of OpenSSL, or of libsecp256k1, over and over
// on one thread, as the best plain use of it has it (the key loaded once, algorithms fetched once, contexts kept).
// Prints one line of JSON.
//
//   kagimori_bare_crypto sign|verify|mac|decrypt|derive SPEC [--seconds 1]
//
// SPEC is KMS's name of a key spec. RSA signs by PKCS #1 v1.5 with SHA-256 and decrypts by OAEP with SHA-256; a message
// is hashed by the call, as for MessageType RAW; what is derived from is a peer's SubjectPublicKeyInfo, parsed in each
// call.
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <secp256k1.h>

#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bench/load/stream.h"

namespace kagimori::bench {
namespace {

using Buffer = std::vector<unsigned char>;
using Step = std::function<void()>;

constexpr size_t kMessageSize = 64;
constexpr size_t kMessages = 64;  // taken in turn

void Check(bool ok, const char* what) {
  if (!ok) Die(what);
}

struct Spec {
  const char* type;   // OpenSSL's name of the kind of key
  const char* group;  // of a curve
  int bits;           // of a modulus
  const char* hash;   // null: the scheme's own
};
const std::map<std::string, Spec> kSpecs = {
    {"RSA_2048", {"RSA", nullptr, 2048, "SHA256"}},
    {"RSA_3072", {"RSA", nullptr, 3072, "SHA256"}},
    {"RSA_4096", {"RSA", nullptr, 4096, "SHA256"}},
    {"ECC_NIST_P256", {"EC", "P-256", 0, "SHA256"}},
    {"ECC_NIST_P384", {"EC", "P-384", 0, "SHA384"}},
    {"ECC_NIST_P521", {"EC", "P-521", 0, "SHA512"}},
    {"ECC_NIST_EDWARDS25519", {"ED25519", nullptr, 0, nullptr}},
    {"ML_DSA_44", {"ML-DSA-44", nullptr, 0, nullptr}},
    {"ML_DSA_65", {"ML-DSA-65", nullptr, 0, nullptr}},
    {"ML_DSA_87", {"ML-DSA-87", nullptr, 0, nullptr}},
};
const std::map<std::string, const char*> kMacHashes = {
    {"HMAC_224", "SHA224"}, {"HMAC_256", "SHA256"}, {"HMAC_384", "SHA384"}, {"HMAC_512", "SHA512"}};

const Spec& SpecOf(const std::string& name) {
  const auto found = kSpecs.find(name);
  if (found == kSpecs.end()) Die(("the spec " + name).c_str());
  return found->second;
}

EVP_PKEY* NewKey(const Spec& spec) {
  EVP_PKEY* key = nullptr;
  if (spec.bits != 0) {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, spec.type, static_cast<size_t>(spec.bits));
  } else if (spec.group != nullptr) {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, spec.type, spec.group);
  } else {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, spec.type);
  }
  Check(key != nullptr, "making a key");
  return key;
}

EVP_PKEY_CTX* NewContext(EVP_PKEY* key) {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr);
  Check(context != nullptr, "a key's context");
  return context;
}

// In turn, with room for what is made of each.
struct Messages {
  std::vector<Buffer> messages = std::vector<Buffer>(kMessages, Buffer(kMessageSize));
  std::vector<Buffer> made = std::vector<Buffer>(kMessages);
  size_t next = 0;

  Messages() {
    for (size_t i = 0; i < kMessages; ++i) {
      for (size_t j = 0; j < kMessageSize; ++j) messages[i][j] = static_cast<unsigned char>(i * 31 + j * 7);
    }
  }
  size_t Take() { return next++ % kMessages; }
};

// Hashes with a context that is kept; without a hash, what is given is what is signed.
class Hasher {
 public:
  explicit Hasher(const char* name) {
    if (name == nullptr) return;
    hash_ = EVP_MD_fetch(nullptr, name, nullptr);
    context_ = EVP_MD_CTX_new();
    Check(hash_ != nullptr && context_ != nullptr, name);
  }
  std::pair<const unsigned char*, size_t> operator()(const Buffer& message) {
    if (hash_ == nullptr) return {message.data(), message.size()};
    unsigned size = 0;
    Check(EVP_DigestInit_ex2(context_, hash_, nullptr) == 1 &&
              EVP_DigestUpdate(context_, message.data(), message.size()) == 1 &&
              EVP_DigestFinal_ex(context_, digest_.data(), &size) == 1,
          "hashing");
    return {digest_.data(), size};
  }

 private:
  EVP_MD* hash_ = nullptr;
  EVP_MD_CTX* context_ = nullptr;
  std::array<unsigned char, 64> digest_{};
};

// Contexts of the key, for signing and for verifying, ready for any number of messages.
struct SignatureContexts {
  EVP_PKEY_CTX* sign;
  EVP_PKEY_CTX* verify;
  size_t size;  // of a signature, at most
};

SignatureContexts PreparedContexts(const Spec& spec) {
  EVP_PKEY* key = NewKey(spec);
  EVP_SIGNATURE* algorithm =
      EVP_SIGNATURE_fetch(nullptr, spec.group != nullptr ? "ECDSA" : spec.type, nullptr);  // "RSA", "ED25519"...
  Check(algorithm != nullptr, "a signature algorithm");
  char padding[] = "pkcs1";
  char digest[] = "SHA256";
  OSSL_PARAM rsa[] = {OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, padding, 0),
                      OSSL_PARAM_construct_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, digest, 0),
                      OSSL_PARAM_construct_end()};
  const OSSL_PARAM* parameters = spec.bits != 0 ? rsa : nullptr;
  SignatureContexts contexts{NewContext(key), NewContext(key), static_cast<size_t>(EVP_PKEY_get_size(key))};
  const bool whole = spec.hash == nullptr;
  Check((whole ? EVP_PKEY_sign_message_init : EVP_PKEY_sign_init_ex2)(contexts.sign, algorithm, parameters) == 1 &&
            (whole ? EVP_PKEY_verify_message_init : EVP_PKEY_verify_init_ex2)(contexts.verify, algorithm, parameters) ==
                1,
        "preparing signatures");
  return contexts;
}

void SignOne(const SignatureContexts& contexts, Hasher& hasher, const Buffer& message, Buffer* signature) {
  signature->resize(contexts.size);
  size_t size = signature->size();
  const auto [data, length] = hasher(message);
  Check(EVP_PKEY_sign(contexts.sign, signature->data(), &size, data, length) == 1, "signing");
  signature->resize(size);
}

void VerifyOne(const SignatureContexts& contexts, Hasher& hasher, const Buffer& message, const Buffer& signature) {
  const auto [data, length] = hasher(message);
  Check(EVP_PKEY_verify(contexts.verify, signature.data(), signature.size(), data, length) == 1, "verifying");
}

Step SignatureStep(const Spec& spec, bool verify) {
  const SignatureContexts contexts = PreparedContexts(spec);
  Messages messages;
  Hasher hasher(spec.hash);
  for (size_t i = 0; i < kMessages; ++i) {
    SignOne(contexts, hasher, messages.messages[i], &messages.made[i]);
    VerifyOne(contexts, hasher, messages.messages[i], messages.made[i]);
  }
  return [=]() mutable {
    const size_t i = messages.Take();
    if (verify) return VerifyOne(contexts, hasher, messages.messages[i], messages.made[i]);
    SignOne(contexts, hasher, messages.messages[i], &messages.made[i]);
  };
}

// Nonces by RFC 6979, the library's default.
Step Secp256k1Step(bool verify) {
  secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
  std::array<unsigned char, 32> key;
  key.fill(0x5a);
  secp256k1_pubkey public_key;
  Check(secp256k1_context_randomize(context, key.data()) == 1 &&
            secp256k1_ec_pubkey_create(context, &public_key, key.data()) == 1,
        "making a key");
  Messages messages;
  Hasher hasher("SHA256");
  auto sign = [=](Hasher& hash, const Buffer& message, Buffer* der) {
    secp256k1_ecdsa_signature signature;
    der->resize(72);
    size_t size = der->size();
    Check(secp256k1_ecdsa_sign(context, &signature, hash(message).first, key.data(), nullptr, nullptr) == 1 &&
              secp256k1_ecdsa_signature_serialize_der(context, der->data(), &size, &signature) == 1,
          "signing");
    der->resize(size);
  };
  for (size_t i = 0; i < kMessages; ++i) sign(hasher, messages.messages[i], &messages.made[i]);
  return [=]() mutable {
    const size_t i = messages.Take();
    if (!verify) return sign(hasher, messages.messages[i], &messages.made[i]);
    secp256k1_ecdsa_signature signature;
    Check(secp256k1_ecdsa_signature_parse_der(context, &signature, messages.made[i].data(), messages.made[i].size()) ==
                  1 &&
              secp256k1_ecdsa_verify(context, &signature, hasher(messages.messages[i]).first, &public_key) == 1,
          "verifying");
  };
}

// The key is set once; each message begins with the keyed state.
Step MacStep(const std::string& name) {
  const auto found = kMacHashes.find(name);
  if (found == kMacHashes.end()) Die(("the spec " + name).c_str());
  EVP_MAC_CTX* context = EVP_MAC_CTX_new(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  std::string hash = found->second;
  OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash.data(), 0),
                             OSSL_PARAM_construct_end()};
  const Buffer key(32, 0x5a);
  Check(context != nullptr && EVP_MAC_init(context, key.data(), key.size(), parameters) == 1, "preparing HMAC");
  return [context, messages = Messages()]() mutable {
    const Buffer& message = messages.messages[messages.Take()];
    std::array<unsigned char, 64> tag;
    size_t size = 0;
    Check(EVP_MAC_init(context, nullptr, 0, nullptr) == 1 &&
              EVP_MAC_update(context, message.data(), message.size()) == 1 &&
              EVP_MAC_final(context, tag.data(), &size, tag.size()) == 1,
          "HMAC");
  };
}

Step DecryptStep(const Spec& spec) {
  EVP_PKEY* key = NewKey(spec);
  EVP_PKEY_CTX* encrypt = NewContext(key);
  EVP_PKEY_CTX* decrypt = NewContext(key);
  Check(EVP_PKEY_encrypt_init(encrypt) == 1 && EVP_PKEY_decrypt_init(decrypt) == 1, "preparing OAEP");
  for (EVP_PKEY_CTX* context : {encrypt, decrypt}) {
    Check(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_oaep_md_name(context, "SHA256", nullptr) == 1 &&
              EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, "SHA256", nullptr) == 1,
          "preparing OAEP");
  }
  Messages messages;
  for (size_t i = 0; i < kMessages; ++i) {
    messages.made[i].resize(static_cast<size_t>(spec.bits) / 8);
    size_t size = messages.made[i].size();
    Check(EVP_PKEY_encrypt(encrypt, messages.made[i].data(), &size, messages.messages[i].data(), 32) == 1,
          "encrypting");
  }
  return [=]() mutable {
    const Buffer& ciphertext = messages.made[messages.Take()];
    std::array<unsigned char, 512> plaintext;
    size_t size = plaintext.size();
    Check(EVP_PKEY_decrypt(decrypt, plaintext.data(), &size, ciphertext.data(), ciphertext.size()) == 1, "decrypting");
  };
}

Step DeriveStep(const Spec& spec) {
  EVP_PKEY_CTX* context = NewContext(NewKey(spec));
  Check(EVP_PKEY_derive_init(context) == 1, "preparing ECDH");
  Messages peers;
  for (Buffer& der : peers.made) {
    unsigned char* out = nullptr;
    const int size = i2d_PUBKEY(NewKey(spec), &out);
    der.assign(out, out + size);
  }
  return [=]() mutable {
    const Buffer& der = peers.made[peers.Take()];
    const unsigned char* at = der.data();
    EVP_PKEY* peer = d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size()));
    std::array<unsigned char, 66> secret;
    size_t size = secret.size();
    // A point that parses is on a curve of prime order: there is nothing more to validate.
    Check(peer != nullptr && EVP_PKEY_derive_set_peer_ex(context, peer, 0) == 1 &&
              EVP_PKEY_derive(context, secret.data(), &size) == 1,
          "ECDH");
    EVP_PKEY_free(peer);
  };
}

Step StepOf(const std::string& operation, const std::string& spec) {
  if (operation == "mac") return MacStep(spec);
  if (operation == "decrypt") return DecryptStep(SpecOf(spec));
  if (operation == "derive") return DeriveStep(SpecOf(spec));
  if (spec == "ECC_SECG_P256K1") return Secp256k1Step(operation == "verify");
  return SignatureStep(SpecOf(spec), operation == "verify");
}

double ThreadSeconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

void Measure(const Step& step, double seconds) {
  using SteadyClock = std::chrono::steady_clock;
  const auto elapsed = [](SteadyClock::time_point since) {
    return std::chrono::duration<double>(SteadyClock::now() - since).count();
  };
  for (const auto warm = SteadyClock::now(); elapsed(warm) < seconds / 10;) step();
  const auto begin = SteadyClock::now();
  const double cpu = ThreadSeconds();
  size_t count = 0;
  do {
    for (int i = 0; i < 8; ++i) step();
    count += 8;
  } while (elapsed(begin) < seconds);
  const double spent = elapsed(begin);
  std::printf("{\"count\": %zu, \"rate\": %.1f, \"cpu_us\": %.3f}\n", count, static_cast<double>(count) / spent,
              (ThreadSeconds() - cpu) * 1e6 / static_cast<double>(count));
}

}  // namespace
}  // namespace kagimori::bench

int main(int argc, char** argv) {
  CLI::App app("One operation of the bare library, over and over");
  std::string operation, spec;
  double seconds = 1;
  app.add_option("operation", operation)
      ->required()
      ->check(CLI::IsMember({"sign", "verify", "mac", "decrypt", "derive"}));
  app.add_option("spec", spec, "a key spec of KMS")->required();
  app.add_option("--seconds", seconds);
  CLI11_PARSE(app, argc, argv);
  kagimori::bench::Measure(kagimori::bench::StepOf(operation, spec), seconds);
  return 0;
}
