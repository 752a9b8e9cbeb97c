#include "crypto/certificate_chain.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "crypto/testing/certificate_issuer.h"

namespace kagimori::crypto {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr Timestamp kNow{1'800'000'000'000};

CertificateRoots Roots(const TestCertificate& root) {
  Result<CertificateRoots> roots = CertificateRoots::FromPem(root.pem());
  EXPECT_TRUE(roots) << roots.error().text;
  return *roots;
}

std::optional<ErrorKind> KindOf(const Result<VerifiedCertificate>& result) {
  return result ? std::nullopt : std::optional(result.error().kind);
}

class CertificateChain : public testing::Test {
 protected:
  // The chain with a certificate of `spec` in the place of one of its own.
  Result<VerifiedCertificate> WithIntermediate(const CertificateSpec& spec) {
    const auto intermediate = TestCertificate::Issue(spec, &chain_.root);
    const auto leaf = TestCertificate::Issue(TestChain::LeafSpec(kNow), &intermediate);
    return Roots(chain_.root).VerifyChain(leaf.der(), std::vector<Bytes>{chain_.root.der(), intermediate.der()}, kNow);
  }
  Result<VerifiedCertificate> WithLeaf(const CertificateSpec& spec) {
    const auto leaf = TestCertificate::Issue(spec, &chain_.intermediate);
    return Roots(chain_.root).VerifyChain(leaf.der(), chain_.issuers(), kNow);
  }
  Result<VerifiedCertificate> Verify(std::vector<Bytes> issuers, Timestamp at = kNow) {
    return Roots(chain_.root).VerifyChain(chain_.leaf.der(), issuers, at);
  }

  const TestChain chain_{kNow};
};

TEST_F(CertificateChain, IsVerified) {
  EXPECT_TRUE(Verify(chain_.issuers()));
  EXPECT_TRUE(WithIntermediate(TestChain::CaSpec("intermediate", kNow)));
  EXPECT_TRUE(WithLeaf(TestChain::LeafSpec(kNow)));
  const auto leaf = TestCertificate::Issue(TestChain::LeafSpec(kNow), &chain_.root);
  EXPECT_TRUE(Roots(chain_.root).VerifyChain(leaf.der(), std::vector<Bytes>{chain_.root.der()}, kNow))
      << "no intermediate";
}

TEST_F(CertificateChain, EndsAtATrustedRoot) {
  const TestChain other(kNow);
  EXPECT_EQ(KindOf(Roots(other.root).VerifyChain(chain_.leaf.der(), chain_.issuers(), kNow)),
            ErrorKind::kAuthentication);
  // The trusted root's name and place, but not its key.
  EXPECT_EQ(KindOf(Roots(chain_.root)
                       .VerifyChain(other.leaf.der(), std::vector<Bytes>{chain_.root.der(), other.issuers()[1]}, kNow)),
            ErrorKind::kAuthentication);
  const auto both = CertificateRoots::FromPem(other.root.pem() + "between the two\n" + chain_.root.pem());
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->VerifyChain(chain_.leaf.der(), chain_.issuers(), kNow));
  EXPECT_TRUE(both->VerifyChain(other.leaf.der(), other.issuers(), kNow));
}

TEST_F(CertificateChain, IssuersAreThePathInOrder) {
  const Bytes root = chain_.root.der(), intermediate = chain_.intermediate.der();
  EXPECT_EQ(KindOf(Verify({})), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(Verify({root})), ErrorKind::kAuthentication) << "a gap";
  EXPECT_EQ(KindOf(Verify({intermediate})), ErrorKind::kAuthentication) << "no root";
  EXPECT_EQ(KindOf(Verify({intermediate, root})), ErrorKind::kAuthentication) << "turned round";
  EXPECT_EQ(KindOf(Verify({root, intermediate, intermediate})), ErrorKind::kAuthentication) << "twice";
  EXPECT_EQ(KindOf(Verify({root, TestChain(kNow).intermediate.der(), intermediate})), ErrorKind::kAuthentication)
      << "a stranger";
  EXPECT_EQ(KindOf(Verify(std::vector<Bytes>(kMaxIssuers + 1, root))), ErrorKind::kInvalid);
}

TEST_F(CertificateChain, LongestPathIsVerified) {
  std::vector<TestCertificate> path{chain_.root};
  std::vector<Bytes> issuers{chain_.root.der()};
  while (issuers.size() <= kMaxIssuers) {
    const auto leaf = TestCertificate::Issue(TestChain::LeafSpec(kNow), &path.back());
    ASSERT_TRUE(Roots(chain_.root).VerifyChain(leaf.der(), issuers, kNow)) << issuers.size();
    path.push_back(TestCertificate::Issue(TestChain::CaSpec("ca " + std::to_string(path.size()), kNow), &path.back()));
    issuers.push_back(path.back().der());
  }
  const auto leaf = TestCertificate::Issue(TestChain::LeafSpec(kNow), &path.back());
  EXPECT_EQ(KindOf(Roots(chain_.root).VerifyChain(leaf.der(), issuers, kNow)), ErrorKind::kInvalid);
}

TEST_F(CertificateChain, EachIsValidAtThatTime) {
  const Timestamp begin = kNow - hours(1), end = kNow + hours(24);
  EXPECT_TRUE(Verify(chain_.issuers(), begin));
  EXPECT_TRUE(Verify(chain_.issuers(), end - milliseconds(1000)));
  EXPECT_EQ(KindOf(Verify(chain_.issuers(), begin - milliseconds(1000))), ErrorKind::kAuthentication);
  EXPECT_EQ(KindOf(Verify(chain_.issuers(), end + milliseconds(1000))), ErrorKind::kAuthentication);

  CertificateSpec intermediate = TestChain::CaSpec("intermediate", kNow), leaf = TestChain::LeafSpec(kNow);
  intermediate.not_after = leaf.not_after = kNow - hours(1);
  EXPECT_EQ(KindOf(WithIntermediate(intermediate)), ErrorKind::kAuthentication);
  EXPECT_EQ(KindOf(WithLeaf(leaf)), ErrorKind::kAuthentication);
  intermediate.not_after = leaf.not_after = kNow + hours(24);
  intermediate.not_before = leaf.not_before = kNow + hours(1);
  EXPECT_EQ(KindOf(WithIntermediate(intermediate)), ErrorKind::kAuthentication);
  EXPECT_EQ(KindOf(WithLeaf(leaf)), ErrorKind::kAuthentication);

  CertificateSpec root = TestChain::CaSpec("root", kNow);
  root.not_after = kNow - hours(1);
  const auto expired = TestCertificate::Issue(root);
  const auto under = TestCertificate::Issue(TestChain::LeafSpec(kNow), &expired);
  EXPECT_EQ(KindOf(Roots(expired).VerifyChain(under.der(), std::vector<Bytes>{expired.der()}, kNow)),
            ErrorKind::kAuthentication);
}

TEST_F(CertificateChain, IssuersAreCas) {
  const auto refused = [&](const char* basic_constraints, const char* key_usage) {
    CertificateSpec spec = TestChain::CaSpec("intermediate", kNow);
    spec.basic_constraints = basic_constraints;
    spec.key_usage = key_usage;
    return KindOf(WithIntermediate(spec)) == ErrorKind::kAuthentication;
  };
  EXPECT_TRUE(refused("critical,CA:FALSE", "critical,keyCertSign"));
  EXPECT_TRUE(refused("", "critical,keyCertSign"));
  EXPECT_TRUE(refused("critical,CA:TRUE", "critical,digitalSignature"));
  EXPECT_TRUE(refused("critical,CA:TRUE", ""));
  EXPECT_FALSE(refused("critical,CA:TRUE", "critical,keyCertSign"));
  // An end entity that signs another.
  const auto leaf = TestCertificate::Issue(TestChain::LeafSpec(kNow), &chain_.leaf);
  std::vector<Bytes> issuers = chain_.issuers();
  issuers.push_back(chain_.leaf.der());
  EXPECT_EQ(KindOf(Roots(chain_.root).VerifyChain(leaf.der(), issuers, kNow)), ErrorKind::kAuthentication);
}

TEST_F(CertificateChain, PathLengthIsKept) {
  CertificateSpec spec = TestChain::CaSpec("root", kNow);
  spec.basic_constraints = "critical,CA:TRUE,pathlen:0";
  const auto root = TestCertificate::Issue(spec);
  const auto intermediate = TestCertificate::Issue(TestChain::CaSpec("intermediate", kNow), &root);
  const auto leaf = TestCertificate::Issue(TestChain::LeafSpec(kNow), &intermediate);
  EXPECT_EQ(KindOf(Roots(root).VerifyChain(leaf.der(), std::vector<Bytes>{root.der(), intermediate.der()}, kNow)),
            ErrorKind::kAuthentication);
  spec = TestChain::CaSpec("intermediate", kNow);
  spec.basic_constraints = "critical,CA:TRUE,pathlen:0";
  EXPECT_TRUE(WithIntermediate(spec));
}

TEST_F(CertificateChain, LeafSignsAndIsNoCa) {
  const auto refused = [&](const auto& change) {
    CertificateSpec spec = TestChain::LeafSpec(kNow);
    change(spec);
    return KindOf(WithLeaf(spec)) == ErrorKind::kAuthentication;
  };
  EXPECT_FALSE(refused([](CertificateSpec& spec) { spec.basic_constraints = ""; }));
  EXPECT_FALSE(refused([](CertificateSpec& spec) { spec.key_usage = "digitalSignature,nonRepudiation"; }));
  EXPECT_TRUE(refused([](CertificateSpec& spec) { spec.key_usage = ""; }));
  EXPECT_TRUE(refused([](CertificateSpec& spec) { spec.key_usage = "critical,keyAgreement"; }));
  EXPECT_TRUE(refused([](CertificateSpec& spec) {
    spec.basic_constraints = "critical,CA:TRUE";
    spec.key_usage = "critical,digitalSignature,keyCertSign";
  }));
  EXPECT_TRUE(refused([](CertificateSpec& spec) { spec.curve = "P-256"; }));
  EXPECT_TRUE(refused([](CertificateSpec& spec) { spec.curve = "P-521"; }));
}

TEST_F(CertificateChain, NothingWeakOrUnknownIsAccepted) {
  CertificateSpec spec = TestChain::LeafSpec(kNow);
  spec.digest = "SHA1";
  EXPECT_EQ(KindOf(WithLeaf(spec)), ErrorKind::kAuthentication);
  spec.digest = "SHA256";
  EXPECT_TRUE(WithLeaf(spec));
  spec.more_extensions = {{NID_ms_ext_req, "critical,DER:0500"}};
  EXPECT_EQ(KindOf(WithLeaf(spec)), ErrorKind::kAuthentication) << "a critical extension that nobody knows";
  spec.more_extensions = {{NID_ms_ext_req, "DER:0500"}};
  EXPECT_TRUE(WithLeaf(spec));

  spec = TestChain::CaSpec("intermediate", kNow);
  spec.curve = "P-224";
  EXPECT_EQ(KindOf(WithIntermediate(spec)), ErrorKind::kAuthentication);
  spec.curve = "P-256";
  EXPECT_TRUE(WithIntermediate(spec));
}

TEST_F(CertificateChain, DamagedCertificatesAreRefused) {
  const CertificateRoots roots = Roots(chain_.root);
  const Bytes leaf = chain_.leaf.der();
  for (size_t bit = 0; bit < leaf.size() * 8; bit += 3) {  // in each byte, at every place
    Bytes changed = leaf;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_FALSE(roots.VerifyChain(changed, chain_.issuers(), kNow)) << bit;
  }
  for (size_t size = 0; size < leaf.size(); ++size) {
    ASSERT_EQ(KindOf(roots.VerifyChain(ByteView(leaf).first(size), chain_.issuers(), kNow)), ErrorKind::kInvalid);
  }
  Bytes longer = leaf;
  longer.push_back(0);
  EXPECT_EQ(KindOf(roots.VerifyChain(longer, chain_.issuers(), kNow)), ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(roots.VerifyChain(Bytes(kMaxCertificateSize + 1, 0x30), chain_.issuers(), kNow)),
            ErrorKind::kInvalid);
  EXPECT_EQ(KindOf(Verify({chain_.root.der(), Bytes{0x30, 0x00}})), ErrorKind::kInvalid);
}

TEST_F(CertificateChain, RootsAreSelfSignedCas) {
  const auto invalid = [](const std::string& pem) {
    const Result<CertificateRoots> roots = CertificateRoots::FromPem(pem);
    return !roots && roots.error().kind == ErrorKind::kInvalid;
  };
  const std::string root = chain_.root.pem();
  EXPECT_TRUE(invalid(""));
  EXPECT_TRUE(invalid("no certificate"));
  EXPECT_TRUE(invalid(chain_.intermediate.pem())) << "not self-signed";
  EXPECT_TRUE(invalid(root + chain_.leaf.pem()));
  EXPECT_TRUE(invalid(root + root.substr(0, root.size() / 2)));
  EXPECT_TRUE(invalid(root + "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
  CertificateSpec spec = TestChain::LeafSpec(kNow);
  EXPECT_TRUE(invalid(TestCertificate::Issue(spec).pem())) << "no CA";
  spec = TestChain::CaSpec("root", kNow);
  spec.key_usage = "";
  EXPECT_TRUE(invalid(TestCertificate::Issue(spec).pem()));
}

TEST_F(CertificateChain, RootsAreBounded) {
  std::string pem;
  for (size_t i = 0; i < kMaxRoots; ++i) pem += chain_.root.pem();
  EXPECT_TRUE(CertificateRoots::FromPem(pem));
  const auto kind_of = [](const std::string& text) {
    const Result<CertificateRoots> roots = CertificateRoots::FromPem(text);
    return roots ? std::nullopt : std::optional(roots.error().kind);
  };
  EXPECT_EQ(kind_of(pem + chain_.root.pem()), ErrorKind::kLimit);
  EXPECT_EQ(kind_of(std::string(size_t{1} << 20, 'x')), ErrorKind::kLimit);
}

TEST_F(CertificateChain, SignaturesByTheLeaf) {
  const Result<VerifiedCertificate> leaf = Verify(chain_.issuers());
  ASSERT_TRUE(leaf);
  const Bytes signature = chain_.leaf.SignEs384(AsBytes("message"));
  EXPECT_TRUE(leaf->VerifyEs384(AsBytes("message"), signature));
  EXPECT_FALSE(leaf->VerifyEs384(AsBytes("another"), signature));
  EXPECT_FALSE(leaf->VerifyEs384(AsBytes("message"), chain_.intermediate.SignEs384(AsBytes("message"))));
  for (size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes changed = signature;
    changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_FALSE(leaf->VerifyEs384(AsBytes("message"), changed)) << bit;
  }
  Bytes longer = signature;
  longer.push_back(0);
  EXPECT_FALSE(leaf->VerifyEs384(AsBytes("message"), longer));
  for (size_t size = 0; size < signature.size(); ++size) {
    ASSERT_FALSE(leaf->VerifyEs384(AsBytes("message"), ByteView(signature).first(size)));
  }
  EXPECT_FALSE(leaf->VerifyEs384(AsBytes("message"), Bytes(96, 0)));
  EXPECT_FALSE(leaf->VerifyEs384(AsBytes("message"), Bytes(96, 0xff)));
}

TEST_F(CertificateChain, ServesManyThreads) {
  const CertificateRoots roots = Roots(chain_.root);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Bytes signature = chain_.leaf.SignEs384(AsBytes("message"));
      for (int round = 0; round < 20; ++round) {
        const auto leaf = roots.VerifyChain(chain_.leaf.der(), chain_.issuers(), kNow);
        EXPECT_TRUE(leaf && leaf->VerifyEs384(AsBytes("message"), signature));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kagimori::crypto
