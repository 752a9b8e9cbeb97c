#include "crypto/signature.h"

#include <stdexcept>
#include <utility>

#include "crypto/hash_internal.h"
#include "crypto/key_pair_internal.h"
#include "crypto/secret_opener.h"
#include "crypto/signature_internal.h"
#include "secret/wiping_buffer.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kMuSize = 64;  // bytes (FIPS 204, algorithm 7, line 6)

bool Takes(SignatureScheme scheme, MessageForm form) {
  switch (scheme) {
    case SignatureScheme::kEd25519:
      return form == MessageForm::kRaw;
    case SignatureScheme::kEd25519Ph:
      return form == MessageForm::kDigest;
    case SignatureScheme::kMlDsa:
      return form != MessageForm::kDigest;
    default:
      return form != MessageForm::kMu;
  }
}

bool HasRightSize(SignatureScheme scheme, MessageForm form, size_t size) {
  switch (form) {
    case MessageForm::kRaw:
      return true;
    case MessageForm::kDigest:
      return size == HashSize(HashOf(scheme));
    case MessageForm::kMu:
      return size == kMuSize;
  }
  std::unreachable();
}

bool MayBeUsed(KeyType type, SignatureScheme scheme, MessageForm form, size_t size) {
  return Fits(type, scheme) && Takes(scheme, form) && HasRightSize(scheme, form, size);
}

// Of these the message is hashed before anything else is done; the others hash it as a part of the scheme.
bool SignsDigest(SignatureScheme scheme) { return scheme <= SignatureScheme::kEcdsaSha512; }

// What is signed of a message: itself, or its hash, which lives as long as this object.
class SignedInput {
 public:
  SignedInput(SignatureScheme scheme, MessageForm form, const secret::SecretBytes& message)
      : view_(SecretOpener::Open(message)) {
    if (form != MessageForm::kRaw || !SignsDigest(scheme)) return;
    const MutableByteView digest = MutableByteView(digest_).first(HashSize(HashOf(scheme)));
    internal::ComputeHash(HashOf(scheme), view_, digest);
    view_ = digest;
  }
  SignedInput(const SignedInput&) = delete;
  SignedInput& operator=(const SignedInput&) = delete;
  ~SignedInput() { secret::Wipe(digest_); }

  ByteView view() const { return view_; }

 private:
  ByteArray<64> digest_{};
  ByteView view_;
};

bool IsSm2Message(SignatureScheme scheme, MessageForm form) {
  return scheme == SignatureScheme::kSm2 && form == MessageForm::kRaw;
}

}  // namespace

bool Fits(KeyType type, SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kRsaPssSha256:
    case SignatureScheme::kRsaPssSha384:
    case SignatureScheme::kRsaPssSha512:
      return IsRsa(type);
    case SignatureScheme::kEcdsaSha256:
      return type == KeyType::kP256 || type == KeyType::kSecp256k1;
    case SignatureScheme::kEcdsaSha384:
      return type == KeyType::kP384;
    case SignatureScheme::kEcdsaSha512:
      return type == KeyType::kP521;
    case SignatureScheme::kEd25519:
    case SignatureScheme::kEd25519Ph:
      return type == KeyType::kEd25519;
    case SignatureScheme::kSm2:
      return type == KeyType::kSm2;
    case SignatureScheme::kMlDsa:
      return IsMlDsa(type);
  }
  std::unreachable();
}

HashAlgorithm HashOf(SignatureScheme scheme) {
  switch (scheme) {
    case SignatureScheme::kRsaPkcs1Sha256:
    case SignatureScheme::kRsaPssSha256:
    case SignatureScheme::kEcdsaSha256:
      return HashAlgorithm::kSha256;
    case SignatureScheme::kRsaPkcs1Sha384:
    case SignatureScheme::kRsaPssSha384:
    case SignatureScheme::kEcdsaSha384:
      return HashAlgorithm::kSha384;
    case SignatureScheme::kRsaPkcs1Sha512:
    case SignatureScheme::kRsaPssSha512:
    case SignatureScheme::kEcdsaSha512:
    case SignatureScheme::kEd25519Ph:
      return HashAlgorithm::kSha512;
    case SignatureScheme::kSm2:
      return HashAlgorithm::kSm3;
    case SignatureScheme::kEd25519:
    case SignatureScheme::kMlDsa:
      break;
  }
  throw std::logic_error("a signature scheme without a digest");
}

Result<Bytes> Sign(const PrivateKey& key, SignatureScheme scheme, MessageForm form,
                   const secret::SecretBytes& message) {
  if (!MayBeUsed(key.type(), scheme, form, message.size())) {
    return Fail(ErrorKind::kInternal, "a signature by another kind of key, or over another form or size of message");
  }
  const auto& state = KeyPairs::Of(key);
  const SignedInput input(scheme, form, message);
  if (key.type() == KeyType::kSecp256k1) return internal::SignSecp256k1(*state.secp256k1, input.view().first<32>());
  if (IsSm2Message(scheme, form)) return internal::SignSm2Message(state.pkey.get(), input.view());
  return internal::SignByOpenSsl(state.pkey.get(), key.type(), scheme, form, input.view());
}

bool Verify(const PublicKey& key, SignatureScheme scheme, MessageForm form, const secret::SecretBytes& message,
            ByteView signature) {
  if (signature.empty() || !MayBeUsed(key.type(), scheme, form, message.size())) return false;
  const auto& state = KeyPairs::Of(key);
  const SignedInput input(scheme, form, message);
  if (key.type() == KeyType::kSecp256k1) {
    return internal::VerifySecp256k1(*state.secp256k1, input.view().first<32>(), signature);
  }
  if (IsSm2Message(scheme, form)) return internal::VerifySm2Message(state.pkey.get(), input.view(), signature);
  return internal::VerifyByOpenSsl(state.pkey.get(), key.type(), scheme, form, input.view(), signature);
}

}  // namespace kagimori::crypto
