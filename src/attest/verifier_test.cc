#include "attest/verifier.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "attest/cose.h"
#include "attest/testing/test_document.h"

namespace kagimori::attest {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr Timestamp kNow{1'800'000'000'000};

const Bytes& RecipientKey() {
  static const Bytes spki = crypto::GenerateKeyPair(crypto::KeyType::kRsa2048).spki;
  return spki;
}

std::optional<ErrorKind> KindOf(const Result<VerifiedRecipient>& result) {
  return result ? std::nullopt : std::optional(result.error().kind);
}

Bytes TestData(const std::string& name) {
  std::ifstream file(std::string(KAGIMORI_ATTEST_TESTDATA) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

class VerifierTest : public testing::Test {
 protected:
  TestDocument Document() const { return TestDocument(chain_, kNow, RecipientKey()); }
  static Verifier VerifierOf(const crypto::TestChain& chain) {
    return Verifier(crypto::CertificateRoots::FromPem(chain.root.pem()).value());
  }
  std::optional<ErrorKind> Verify(const TestDocument& document, Timestamp now = kNow) const {
    return KindOf(verifier_.Verify(document.Signed(), now));
  }

  const crypto::TestChain chain_{kNow};
  const Verifier verifier_ = VerifierOf(chain_);
};

TEST_F(VerifierTest, EnclavesDocument) {
  const Result<VerifiedRecipient> recipient = verifier_.Verify(Document().Signed(), kNow);
  ASSERT_TRUE(recipient) << recipient.error().text;
  EXPECT_EQ(recipient->public_key().type(), crypto::KeyType::kRsa2048);
  EXPECT_EQ(recipient->public_key().spki(), RecipientKey());
  EXPECT_EQ(recipient->platform(), Platform::kNitroEnclave);
  EXPECT_EQ(recipient->module_id(), "i-0123456789abcdef0-enc0123456789abcdef");
  ASSERT_EQ(recipient->pcrs().size(), 4u);
  EXPECT_EQ(recipient->pcrs().at(0), std::string(96, '0'));
  EXPECT_EQ(recipient->pcrs().at(31), HexEncode(Bytes(48, 0x1f)));
}

TEST_F(VerifierTest, NitroTpmsDocument) {
  TestDocument document = Document();
  document.Rename("pcrs", "nitrotpm_pcrs");
  const Result<VerifiedRecipient> recipient = verifier_.Verify(document.Signed(), kNow);
  ASSERT_TRUE(recipient) << recipient.error().text;
  EXPECT_EQ(recipient->platform(), Platform::kNitroTpm);
}

// Signed by another program: tests/conformance/support/attestation.py, once, for this time.
TEST(VerifierOfAnotherIssuer, DocumentsAreVerified) {
  const auto verifier = Verifier(crypto::CertificateRoots::FromPem(AsText(TestData("roots.pem"))).value());
  const Result<VerifiedRecipient> enclave = verifier.Verify(TestData("enclave.cbor"), kNow);
  ASSERT_TRUE(enclave) << enclave.error().text;
  EXPECT_EQ(enclave->platform(), Platform::kNitroEnclave);
  EXPECT_EQ(enclave->pcrs().at(0).substr(0, 16), "0001020304050607");
  const Result<VerifiedRecipient> tpm = verifier.Verify(TestData("nitrotpm.cbor"), kNow);
  ASSERT_TRUE(tpm) << tpm.error().text;
  EXPECT_EQ(tpm->platform(), Platform::kNitroTpm);
  EXPECT_EQ(tpm->module_id(), "i-0123456789abcdef0-tpm0123456789abcdef");
  EXPECT_EQ(KindOf(verifier.Verify(TestData("enclave.cbor"), kNow + hours(1))), ErrorKind::kAuthentication);
}

TEST_F(VerifierTest, SignerIsATrustedRoots) {
  const crypto::TestChain other(kNow);
  EXPECT_EQ(KindOf(VerifierOf(other).Verify(Document().Signed(), kNow)), ErrorKind::kAuthentication);
  // Signed by a key that the document's certificate does not have.
  TestDocument document = Document();
  document.signer = other.leaf;
  EXPECT_EQ(Verify(document), ErrorKind::kAuthentication);
  document.signer = chain_.intermediate;
  EXPECT_EQ(Verify(document), ErrorKind::kAuthentication);
  // A certificate of another root under the trusted root's bundle.
  document = Document();
  document.signer = other.leaf;
  document["certificate"] = Cbor::String(other.leaf.der());
  EXPECT_EQ(Verify(document), ErrorKind::kAuthentication);
  document["cabundle"] = Cbor::Array({Cbor::String(other.root.der()), Cbor::String(other.intermediate.der())});
  EXPECT_EQ(Verify(document), ErrorKind::kAuthentication);
  document = Document();
  document["cabundle"] = Cbor::Array({Cbor::String(chain_.root.der())});
  EXPECT_EQ(Verify(document), ErrorKind::kAuthentication);
}

TEST_F(VerifierTest, SignatureCoversPayloadAndHeaders) {
  const TestDocument document = Document();
  const std::vector<Bytes> parts = document.Parts(document.Payload());
  TestDocument changed = document;
  changed["nonce"] = Cbor::String(AsBytes("another nonce"));
  std::vector<Bytes> forged = parts;
  forged[2] = Cbor::String(changed.Payload());
  EXPECT_EQ(KindOf(verifier_.Verify(Cbor::Array(forged), kNow)), ErrorKind::kAuthentication);
  // The same headers in other bytes.
  forged = parts;
  forged[0] = Cbor::String(Cbor::IndefiniteMap({{Cbor::Unsigned(1), Cbor::Negative(34)}}));
  EXPECT_EQ(KindOf(verifier_.Verify(Cbor::Array(forged), kNow)), ErrorKind::kAuthentication);
  // Right over other bytes than the Sig_structure.
  forged = parts;
  forged[3] = Cbor::String(chain_.leaf.SignEs384(document.Payload()));
  EXPECT_EQ(KindOf(verifier_.Verify(Cbor::Array(forged), kNow)), ErrorKind::kAuthentication);
  forged[3] = Cbor::String(Bytes(kEs384SignatureSize, 0));
  EXPECT_EQ(KindOf(verifier_.Verify(Cbor::Array(forged), kNow)), ErrorKind::kAuthentication);
}

TEST_F(VerifierTest, DocumentIsFresh) {
  const auto made = [&](Timestamp timestamp) { return Verify(TestDocument(chain_, timestamp, RecipientKey())); };
  EXPECT_EQ(made(kNow - minutes(5)), std::nullopt);
  EXPECT_EQ(made(kNow - minutes(5) - milliseconds(1)), ErrorKind::kAuthentication);
  EXPECT_EQ(made(kNow + minutes(5)), std::nullopt);
  EXPECT_EQ(made(kNow + minutes(5) + milliseconds(1)), ErrorKind::kAuthentication);
  const Verifier patient(crypto::CertificateRoots::FromPem(chain_.root.pem()).value(), hours(2));
  EXPECT_TRUE(patient.Verify(Document().Signed(), kNow + hours(2)));
  EXPECT_EQ(KindOf(patient.Verify(Document().Signed(), kNow + hours(2) + milliseconds(1))), ErrorKind::kAuthentication);
}

TEST_F(VerifierTest, ChainIsValidNowAndWhenTheDocumentWasMade) {
  crypto::CertificateSpec spec = crypto::TestChain::LeafSpec(kNow);
  spec.not_before = kNow + minutes(1);
  const auto young = crypto::TestCertificate::Issue(spec, &chain_.intermediate);
  const auto made = [&](const crypto::TestCertificate& leaf, Timestamp timestamp) {
    TestDocument document(chain_, timestamp, RecipientKey());
    document["certificate"] = Cbor::String(leaf.der());
    document.signer = leaf;
    return Verify(document);
  };
  EXPECT_EQ(made(young, kNow + minutes(2)), std::nullopt) << "our clock is behind the hypervisor's";
  EXPECT_EQ(made(young, kNow), ErrorKind::kAuthentication);
  spec.not_before = kNow - hours(1);
  spec.not_after = kNow - minutes(1);
  const auto expired = crypto::TestCertificate::Issue(spec, &chain_.intermediate);
  EXPECT_EQ(made(expired, kNow - minutes(2)), ErrorKind::kAuthentication) << "an older document revives nothing";
}

TEST_F(VerifierTest, RecipientsKeyIsRsa) {
  const auto with_key = [&](ByteView spki) { return Verify(TestDocument(chain_, kNow, spki)); };
  EXPECT_EQ(with_key(crypto::NewRsaSpki(3072)), std::nullopt);
  EXPECT_EQ(with_key(crypto::NewRsaSpki(4096)), std::nullopt);
  EXPECT_EQ(with_key(crypto::NewRsaSpki(1024)), ErrorKind::kInvalid);
  EXPECT_EQ(with_key(crypto::GenerateKeyPair(crypto::KeyType::kP384).spki), ErrorKind::kInvalid);
  Bytes longer = RecipientKey();
  longer.push_back(0);
  EXPECT_EQ(with_key(longer), ErrorKind::kInvalid);
  TestDocument document = Document();
  document["public_key"] = Cbor::Null();
  EXPECT_EQ(Verify(document), ErrorKind::kInvalid);
  document.Remove("public_key");
  EXPECT_EQ(Verify(document), ErrorKind::kInvalid);
}

// Every bit of the frame and the signature; of the payload, where each costs a chain's verification, one of each byte.
TEST_F(VerifierTest, EveryChangedBitIsFound) {
  const Bytes document = Document().Signed();
  constexpr size_t kHead = 12, kTail = kEs384SignatureSize + 2;
  for (size_t at = 0; at < document.size(); ++at) {
    const bool in_payload = at >= kHead && at < document.size() - kTail;
    for (size_t bit = in_payload ? at % 8 : 0; bit < 8; bit += in_payload ? 8 : 1) {
      Bytes changed = document;
      changed[at] ^= static_cast<uint8_t>(1 << bit);
      ASSERT_FALSE(verifier_.Verify(changed, kNow)) << at << " " << bit;
    }
  }
}

TEST_F(VerifierTest, CutShortOrLonger) {
  Bytes document = Document().Signed();
  for (size_t size = 0; size < document.size(); ++size) {
    ASSERT_EQ(KindOf(verifier_.Verify(ByteView(document).first(size), kNow)), ErrorKind::kInvalid) << size;
  }
  document.push_back(0);
  EXPECT_EQ(KindOf(verifier_.Verify(document, kNow)), ErrorKind::kInvalid);
}

TEST_F(VerifierTest, ServesManyThreads) {
  const Bytes document = Document().Signed();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) EXPECT_TRUE(verifier_.Verify(document, kNow));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kagimori::attest
