#include "crypto/recipient_envelope.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <initializer_list>
#include <utility>

#include "crypto/asymmetric_encryption.h"
#include "crypto/der_writer.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

constexpr size_t kContentKeySize = 32;
constexpr size_t kBlockSize = 16;  // AES's

using der::Element;
using der::Joined;
using der::kInteger;
using der::kNull;
using der::kObjectId;
using der::kOctetString;
using der::kSequence;
using der::kSet;

// Identifier octets of context-specific elements (X.690 section 8.1.2).
constexpr uint8_t kContext0 = 0x80;             // [0], primitive
constexpr uint8_t kContext0Constructed = 0xa0;  // [0], constructed
constexpr uint8_t kContext1Constructed = 0xa1;  // [1], constructed

constexpr uint8_t kVersion2[] = {2};
// Contents of object identifiers: RFC 5652 sections 4 and 6.1, RFC 8017 appendix C, NIST's registry
// (2.16.840.1.101.3.4).
constexpr uint8_t kEnvelopedData[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03};
constexpr uint8_t kData[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01};
constexpr uint8_t kRsaesOaep[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x07};
constexpr uint8_t kMgf1[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08};
constexpr uint8_t kSha256[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01};
constexpr uint8_t kAes256Cbc[] = {0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a};

// A constructed element of indefinite length (X.690 section 8.1.3.6).
Bytes IndefiniteElement(uint8_t identifier, ByteView content) {
  const uint8_t head[] = {identifier, 0x80};
  constexpr uint8_t kEndOfContents[] = {0, 0};
  return Joined({head, content, kEndOfContents});
}

Bytes Algorithm(ByteView object_id, ByteView parameters) {
  return Element(kSequence, Joined({Element(kObjectId, object_id), parameters}));
}

// RSAES-OAEP-params (RFC 8017 appendix A.2.1): SHA-256, MGF1 with SHA-256, the empty label by default.
Bytes OaepAlgorithm() {
  const Bytes sha256 = Algorithm(kSha256, Element(kNull, {}));
  return Algorithm(kRsaesOaep, Element(kSequence, Joined({Element(kContext0Constructed, sha256),
                                                          Element(kContext1Constructed, Algorithm(kMgf1, sha256))})));
}

// By the first method of RFC 5280 section 4.2.1.2: SHA-1 of the public key's bits. It names the key, no more.
Bytes KeyIdentifier(ByteView spki) {
  const uint8_t* at = spki.data();
  const std::unique_ptr<X509_PUBKEY, OpenSslDeleter<X509_PUBKEY_free>> key(
      d2i_X509_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  const uint8_t* bits = nullptr;
  int size = 0;
  Bytes digest(20);
  Require(key && X509_PUBKEY_get0_param(nullptr, &bits, &size, nullptr, key.get()) == 1 &&
              EVP_Q_digest(nullptr, "SHA1", nullptr, bits, static_cast<size_t>(size), digest.data(), nullptr) == 1,
          "key identifier");
  return digest;
}

// AES-256-CBC (SP 800-38A) with the padding of RFC 5652 section 6.3.
Bytes EncryptContent(const secret::SecretBytes& key, const ByteArray<kBlockSize>& iv,
                     const secret::SecretBytes& plaintext) {
  const ByteView from = SecretOpener::Open(plaintext);
  Bytes out(from.size() + kBlockSize);
  const CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0, last = 0;
  Require(context &&
              EVP_EncryptInit_ex2(context.get(), EVP_aes_256_cbc(), SecretOpener::Open(key).data(), iv.data(),
                                  nullptr) == 1 &&
              EVP_EncryptUpdate(context.get(), out.data(), &written, from.data(), static_cast<int>(from.size())) == 1 &&
              EVP_EncryptFinal_ex(context.get(), out.data() + written, &last) == 1,
          "AES-256-CBC");
  out.resize(static_cast<size_t>(written) + static_cast<size_t>(last));
  return out;
}

// KeyTransRecipientInfo (RFC 5652 section 6.2.1); its version is 2 because the key is named by its identifier.
Bytes RecipientInfo(const PublicKey& recipient, ByteView encrypted_key) {
  return Element(kSequence, Joined({Element(kInteger, kVersion2), Element(kContext0, KeyIdentifier(recipient.spki())),
                                    OaepAlgorithm(), Element(kOctetString, encrypted_key)}));
}

// EncryptedContentInfo (RFC 5652 section 6.1), the content as one segment of a constructed OCTET STRING.
Bytes EncryptedContentInfo(const ByteArray<kBlockSize>& iv, ByteView ciphertext) {
  return IndefiniteElement(kSequence,
                           Joined({Element(kObjectId, kData), Algorithm(kAes256Cbc, Element(kOctetString, iv)),
                                   IndefiniteElement(kContext0Constructed, Element(kOctetString, ciphertext))}));
}

}  // namespace

Result<Bytes> EnvelopeFor(const PublicKey& recipient, const secret::SecretBytes& plaintext) {
  if (!IsRsa(recipient.type()) || plaintext.size() > kMaxEnvelopedSize) {
    return Fail(ErrorKind::kInternal, "an envelope for no RSA key, or of too much");
  }
  GetAlgorithms();
  const secret::SecretBytes content_key = RandomSecret(kContentKeySize);
  ByteArray<kBlockSize> iv;
  FillRandom(iv);
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes encrypted_key,
                            EncryptWith(recipient, EncryptionScheme::kOaepSha256, content_key));
  const Bytes enveloped = IndefiniteElement(
      kSequence, Joined({Element(kInteger, kVersion2), Element(kSet, RecipientInfo(recipient, encrypted_key)),
                         EncryptedContentInfo(iv, EncryptContent(content_key, iv, plaintext))}));
  return IndefiniteElement(
      kSequence, Joined({Element(kObjectId, kEnvelopedData), IndefiniteElement(kContext0Constructed, enveloped)}));
}

}  // namespace kagimori::crypto
