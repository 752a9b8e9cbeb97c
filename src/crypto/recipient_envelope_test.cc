#include "crypto/recipient_envelope.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <optional>
#include <set>
#include <string>

#include "crypto/asymmetric_encryption.h"
#include "crypto/openssl.h"
#include "crypto/random.h"
#include "secret/compare.h"
#include "secret/testing/secret_testing.h"

namespace kagimori::crypto {
namespace {

using secret::SecretBytes;
using secret::SecretTesting;

// Reads BER as the parser of AWS's enclave SDK does (aws-nitro-enclaves-sdk-c, source/cms.c): it steps into an outer
// structure only when its length is indefinite, passes over it whole when it is not, and takes the rest as DER.
class BerReader {
 public:
  explicit BerReader(ByteView input) : rest_(input) {}

  // Steps behind the head of a constructed element of indefinite length.
  bool EnterIndefinite(uint8_t identifier) {
    if (rest_.size() < 2 || rest_[0] != identifier || rest_[1] != 0x80) return false;
    rest_ = rest_.subspan(2);
    return true;
  }
  // The content of an element of definite length, with the fewest length octets.
  std::optional<ByteView> Element(uint8_t identifier) {
    if (rest_.size() < 2 || rest_[0] != identifier) return std::nullopt;
    size_t size = rest_[1], head = 2;
    if (size >= 0x80) {
      head += size & 0x7f;
      if (size == 0x80 || head > 4 || rest_.size() < head) return std::nullopt;
      size = ReadBe(rest_.subspan(2, head - 2));
      if (size < (head == 3 ? 0x80u : 0x100u)) return std::nullopt;
    }
    if (rest_.size() - head < size) return std::nullopt;
    const ByteView content = rest_.subspan(head, size);
    rest_ = rest_.subspan(head + size);
    return content;
  }
  std::string HexElement(uint8_t identifier) {
    const std::optional<ByteView> content = Element(identifier);
    return content ? HexEncode(*content) : "no such element";
  }
  bool EndOfContents() {
    if (rest_.size() < 2 || rest_[0] != 0 || rest_[1] != 0) return false;
    rest_ = rest_.subspan(2);
    return true;
  }
  bool AtEnd() const { return rest_.empty(); }

 private:
  ByteView rest_;
};

struct Opened {
  Bytes key_identifier;
  Bytes encrypted_key;
  Bytes iv;
  Bytes ciphertext;
};

Bytes Copy(std::optional<ByteView> view) {
  EXPECT_TRUE(view);
  return view ? Bytes(view->begin(), view->end()) : Bytes();
}

// Holds every byte but the four against RFC 5652.
Opened Parse(ByteView envelope) {
  Opened opened;
  BerReader reader(envelope);
  EXPECT_TRUE(reader.EnterIndefinite(0x30)) << "ContentInfo";
  EXPECT_EQ(reader.HexElement(0x06), "2a864886f70d010703") << "id-envelopedData";
  EXPECT_TRUE(reader.EnterIndefinite(0xa0));
  EXPECT_TRUE(reader.EnterIndefinite(0x30)) << "EnvelopedData";
  EXPECT_EQ(reader.HexElement(0x02), "02") << "its version";

  const Bytes recipients = Copy(reader.Element(0x31));
  BerReader set(recipients);
  const Bytes recipient = Copy(set.Element(0x30));
  EXPECT_TRUE(set.AtEnd()) << "one recipient";
  BerReader info(recipient);
  EXPECT_EQ(info.HexElement(0x02), "02") << "KeyTransRecipientInfo's version";
  opened.key_identifier = Copy(info.Element(0x80));
  EXPECT_EQ(
      info.HexElement(0x30),  // RSAES-OAEP, SHA-256, MGF1 with SHA-256
      "06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165"
      "030402010500");
  opened.encrypted_key = Copy(info.Element(0x04));
  EXPECT_TRUE(info.AtEnd());

  EXPECT_TRUE(reader.EnterIndefinite(0x30)) << "EncryptedContentInfo";
  EXPECT_EQ(reader.HexElement(0x06), "2a864886f70d010701") << "id-data";
  const Bytes algorithm = Copy(reader.Element(0x30));
  BerReader cipher(algorithm);
  EXPECT_EQ(cipher.HexElement(0x06), "60864801650304012a") << "aes256-CBC";
  opened.iv = Copy(cipher.Element(0x04));
  EXPECT_TRUE(cipher.AtEnd());
  EXPECT_TRUE(reader.EnterIndefinite(0xa0));
  opened.ciphertext = Copy(reader.Element(0x04));
  for (int open = 0; open < 5; ++open) EXPECT_TRUE(reader.EndOfContents());
  EXPECT_TRUE(reader.AtEnd());
  return opened;
}

Bytes DecryptContent(const SecretBytes& key, const Opened& opened) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  const Bytes key_bytes = SecretTesting::BytesOf(key);
  EXPECT_EQ(key_bytes.size(), 32u);
  Bytes out(opened.ciphertext.size() + 16);
  int written = 0, last = 0;
  EXPECT_EQ(EVP_DecryptInit_ex2(context.get(), EVP_aes_256_cbc(), key_bytes.data(), opened.iv.data(), nullptr), 1);
  EXPECT_EQ(EVP_DecryptUpdate(context.get(), out.data(), &written, opened.ciphertext.data(),
                              static_cast<int>(opened.ciphertext.size())),
            1);
  EXPECT_EQ(EVP_DecryptFinal_ex(context.get(), out.data() + written, &last), 1) << "padding";
  out.resize(static_cast<size_t>(written + last));
  return out;
}

class RecipientEnvelope : public testing::TestWithParam<KeyType> {
 protected:
  const NewKeyPair pair_ = GenerateKeyPair(GetParam());
  const PrivateKey key_ = PrivateKey::Parse(GetParam(), pair_.pkcs8).value();
};

TEST_P(RecipientEnvelope, IsOpenedByItsRecipientAlone) {
  const PrivateKey other = PrivateKey::Parse(GetParam(), GenerateKeyPair(GetParam()).pkcs8).value();
  for (size_t size : {0u, 1u, 15u, 16u, 17u, 32u, 4096u, 16384u}) {
    const SecretBytes plaintext = RandomSecret(size);
    const Result<Bytes> envelope = EnvelopeFor(key_.public_key(), plaintext);
    ASSERT_TRUE(envelope) << envelope.error().text;
    const Opened opened = Parse(*envelope);
    EXPECT_EQ(opened.iv.size(), 16u);
    EXPECT_EQ(opened.ciphertext.size(), (size / 16 + 1) * 16);
    const Result<SecretBytes> content_key = DecryptWith(key_, EncryptionScheme::kOaepSha256, opened.encrypted_key);
    ASSERT_TRUE(content_key);
    EXPECT_TRUE(secret::Equal(plaintext, DecryptContent(*content_key, opened))) << size;
    EXPECT_FALSE(DecryptWith(other, EncryptionScheme::kOaepSha256, opened.encrypted_key));
  }
}

// RFC 5280 section 4.2.1.2, first method: SHA-1 of subjectPublicKey's bits. They are the end of an RSA key's SPKI,
// behind 24 bytes of algorithm, head and unused bits.
TEST_P(RecipientEnvelope, NamesTheKey) {
  const Opened opened = Parse(EnvelopeFor(key_.public_key(), RandomSecret(32)).value());
  const ByteView bits = ByteView(pair_.spki).subspan(24);
  ASSERT_EQ(bits[0], 0x30) << "RSAPublicKey";
  Bytes digest(20);
  ASSERT_EQ(EVP_Q_digest(nullptr, "SHA1", nullptr, bits.data(), bits.size(), digest.data(), nullptr), 1);
  EXPECT_EQ(opened.key_identifier, digest);
}

INSTANTIATE_TEST_SUITE_P(Rsa, RecipientEnvelope,
                         testing::Values(KeyType::kRsa2048, KeyType::kRsa3072, KeyType::kRsa4096),
                         [](const auto& info) { return "Bits" + std::string(Name(info.param).substr(4)); });

TEST(RecipientEnvelopes, NothingIsUsedTwice) {
  const PublicKey key = PublicKey::Parse(KeyType::kRsa2048, GenerateKeyPair(KeyType::kRsa2048).spki).value();
  std::set<Bytes> seen;
  constexpr size_t kRounds = 20;
  for (size_t i = 0; i < kRounds; ++i) {
    const Opened opened = Parse(EnvelopeFor(key, SecretTesting::FromText("the same plaintext")).value());
    seen.insert({opened.encrypted_key, opened.iv, opened.ciphertext});
  }
  EXPECT_EQ(seen.size(), 3 * kRounds);
}

TEST(RecipientEnvelopes, OtherKeysAndTooMuchAreRefused) {
  const PublicKey rsa = PublicKey::Parse(KeyType::kRsa2048, GenerateKeyPair(KeyType::kRsa2048).spki).value();
  const PublicKey curve = PublicKey::Parse(KeyType::kP384, GenerateKeyPair(KeyType::kP384).spki).value();
  const auto kind_of = [](const Result<Bytes>& result) {
    return result ? std::nullopt : std::optional(result.error().kind);
  };
  EXPECT_EQ(kind_of(EnvelopeFor(curve, RandomSecret(32))), ErrorKind::kInternal);
  EXPECT_EQ(kind_of(EnvelopeFor(rsa, RandomSecret(kMaxEnvelopedSize + 1))), ErrorKind::kInternal);
}

}  // namespace
}  // namespace kagimori::crypto
