#include "net/tls.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "net/testing/raw_client.h"
#include "net/testing/test_server.h"

namespace kagimori::net {
namespace {

using testing::RawClient;
using testing::TestServer;

// A folder with a fresh self-signed P-256 certificate; Write makes another one with that serial number.
class Credentials {
 public:
  Credentials() {
    char name[] = "/tmp/kagimori-tls-XXXXXX";
    folder_ = mkdtemp(name);
    Write(1);
  }
  ~Credentials() { std::filesystem::remove_all(folder_); }

  TlsFiles files() const { return {folder_ + "/chain.pem", folder_ + "/key.pem"}; }

  void Write(long serial) const {
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509* x509 = certificate.get();
    X509_set_version(x509, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x509), serial);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key.get());
    X509_NAME* subject = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(x509, subject);
    X509_sign(x509, key.get(), EVP_sha256());
    FILE* chain = std::fopen(files().certificate_chain.c_str(), "w");
    PEM_write_X509(chain, x509);
    std::fclose(chain);
    FILE* out = std::fopen(files().private_key.c_str(), "w");
    PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(out);
  }

 private:
  std::string folder_;
};

// A blocking TLS client.
class TlsClient {
 public:
  TlsClient(uint16_t port, int max_version = TLS1_3_VERSION, const char* groups = nullptr, const char* alpn = nullptr)
      : raw_(port), context_(SSL_CTX_new(TLS_client_method())) {
    SSL_CTX_set_min_proto_version(context_, TLS1_VERSION);
    SSL_CTX_set_security_level(context_, 0);
    SSL_CTX_set_max_proto_version(context_, max_version);
    if (groups) SSL_CTX_set1_groups_list(context_, groups);
    ssl_ = SSL_new(context_);
    if (alpn)
      SSL_set_alpn_protos(ssl_, reinterpret_cast<const unsigned char*>(alpn), static_cast<unsigned>(strlen(alpn)));
    SSL_set_fd(ssl_, raw_.fd());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }

  bool connected() const { return connected_; }
  SSL* ssl() { return ssl_; }
  long Serial() const { return ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(ssl_))); }
  bool Send(const std::string& bytes) { return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) > 0; }
  // Reads until `end` is seen or the connection ends.
  std::string ReadUntil(const std::string& end) {
    std::string all;
    char chunk[16384];
    int n;
    while (all.find(end) == std::string::npos && (n = SSL_read(ssl_, chunk, sizeof chunk)) > 0) {
      all.append(chunk, static_cast<size_t>(n));
    }
    return all;
  }

 private:
  RawClient raw_;
  SSL_CTX* context_;
  SSL* ssl_;
  bool connected_ = false;
};

void Describe(Core&, std::unique_ptr<Exchange> exchange) {
  const TlsInfo* tls = exchange->head().tls;
  ASSERT_NE(tls, nullptr);
  exchange->Respond(200, "",
                    std::string(tls->version) + " " + std::string(tls->cipher_suite) + " " +
                        std::string(tls->key_exchange) + " " + std::to_string(exchange->body().size()) + ".");
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto loaded = TlsContext::Load(credentials_.files());
    ASSERT_TRUE(loaded.has_value()) << kagimori::Describe(loaded.error());
    context_ = *std::move(loaded);
  }

  Credentials credentials_;
  std::unique_ptr<TlsContext> context_;
};

const std::string kPost = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc";

TEST_F(TlsTest, HybridKeyExchangeByDefault) {
  TestServer server({}, 1, context_.get(), Describe);
  TlsClient client(server.port());
  ASSERT_TRUE(client.connected());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client.Send(kPost));
    EXPECT_TRUE(client.ReadUntil(".").ends_with("\r\n\r\nTLSv1.3 TLS_AES_256_GCM_SHA384 X25519MLKEM768 3."));
  }
}

TEST_F(TlsTest, OlderClientsGetEcdheAndAead) {
  TestServer server({}, 1, context_.get(), Describe);
  TlsClient client(server.port(), TLS1_2_VERSION, "P-256");
  ASSERT_TRUE(client.connected());
  ASSERT_TRUE(client.Send(kPost));
  const std::string answer = client.ReadUntil(" 3.");
  EXPECT_NE(answer.find("TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384 "), std::string::npos) << answer;
  EXPECT_EQ(SSL_session_reused(client.ssl()), 0);
}

TEST_F(TlsTest, OldVersionsAndForeignProtocolsAreRefused) {
  TestServer server({}, 1, context_.get(), Describe);
  EXPECT_FALSE(TlsClient(server.port(), TLS1_1_VERSION).connected());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_3_VERSION, "P-521").connected());
  EXPECT_FALSE(TlsClient(server.port(), TLS1_3_VERSION, nullptr, "\x02h2").connected());
  RawClient plain(server.port());
  plain.Send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(plain.ReadToEnd().find("HTTP/1.1"), std::string::npos);
  TlsClient both(server.port(), TLS1_3_VERSION, nullptr, "\x02h2\x08http/1.1");
  EXPECT_TRUE(both.connected());
  EXPECT_EQ(server.server().counters().handshake_failures, 4u);
}

TEST_F(TlsTest, LargeBodiesBothWays) {
  const std::string large(3 << 20, 'r');
  TestServer server({}, 1, context_.get(), [&](Core&, std::unique_ptr<Exchange> exchange) {
    exchange->Respond(200, "", large + std::to_string(exchange->body().size()) + ".");
  });
  TlsClient client(server.port());
  ASSERT_TRUE(client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + std::string(90'000, 'x')));
  const std::string answer = client.ReadUntil("90000.");
  EXPECT_GT(answer.size(), large.size());
  ASSERT_TRUE(client.Send(kPost + kPost));
  EXPECT_GT(client.ReadUntil("3.").size(), 0u);
}

TEST_F(TlsTest, PipelinedRequestsInOneRecordAreAllAnswered) {
  TestServer server({}, 1, context_.get(), [](Core& core, std::unique_ptr<Exchange> exchange) {
    core.Post([exchange = std::move(exchange)] { exchange->Respond(200, "", std::string(exchange->head().target)); });
  });
  TlsClient client(server.port());
  std::string burst;
  for (int i = 0; i < 900; ++i) burst += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  ASSERT_TRUE(client.Send(burst + "GET /last HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_TRUE(client.ReadUntil("/last").ends_with("/last"));
}

TEST_F(TlsTest, ASilentHandshakeIsCut) {
  ServerLimits limits;
  limits.head_timeout = std::chrono::milliseconds(80);
  TestServer server(limits, 1, context_.get(), Describe);
  RawClient client(server.port());
  EXPECT_TRUE(client.Closed());
  EXPECT_EQ(server.server().counters().timeouts, 1u);
}

TEST_F(TlsTest, ReloadShowsTheNewCertificateToNewConnections) {
  TestServer server({}, 1, context_.get(), Describe);
  TlsClient old(server.port());
  EXPECT_EQ(old.Serial(), 1);
  credentials_.Write(2);
  ASSERT_TRUE(context_->Reload().has_value());
  TlsClient fresh(server.port());
  EXPECT_EQ(fresh.Serial(), 2);
  ASSERT_TRUE(old.Send(kPost));
  EXPECT_TRUE(old.ReadUntil(".").ends_with(" 3."));
}

TEST_F(TlsTest, AFailedReloadKeepsTheOldCertificate) {
  const Timestamp expiry = context_->certificate_expiry();
  std::filesystem::remove(credentials_.files().private_key);
  const auto reloaded = context_->Reload();
  ASSERT_FALSE(reloaded.has_value());
  EXPECT_EQ(reloaded.error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(context_->certificate_expiry(), expiry);
  TestServer server({}, 1, context_.get(), Describe);
  EXPECT_TRUE(TlsClient(server.port()).connected());
}

TEST_F(TlsTest, AKeyThatDoesNotFitIsRefused) {
  Credentials other;
  EXPECT_FALSE(TlsContext::Load({credentials_.files().certificate_chain, other.files().private_key}).has_value());
}

TEST_F(TlsTest, ShutdownFinishesWhatIsUnderWay) {
  std::promise<std::unique_ptr<Exchange>> handed;
  TestServer server({}, 1, context_.get(),
                    [&](Core&, std::unique_ptr<Exchange> exchange) { handed.set_value(std::move(exchange)); });
  TlsClient client(server.port());
  ASSERT_TRUE(client.Send(kPost));
  std::unique_ptr<Exchange> exchange = handed.get_future().get();
  auto done = server.Shutdown(std::chrono::milliseconds(10'000));
  server.core().Post([exchange = std::move(exchange)] { exchange->Respond(200, "", "done."); });
  EXPECT_TRUE(client.ReadUntil("done.").ends_with("done."));
  char byte;
  EXPECT_EQ(SSL_read(client.ssl(), &byte, 1), 0);
  EXPECT_EQ(SSL_get_shutdown(client.ssl()) & SSL_RECEIVED_SHUTDOWN, SSL_RECEIVED_SHUTDOWN);
}

}  // namespace
}  // namespace kagimori::net
