// An attestation document as anybody may send it. The first byte of the input chooses: the rest is a whole document, or
// it is a payload, which is looked at only behind a signature otherwise. Nothing crashes, and what is parsed keeps the
// specification's bounds; without a signature nothing is ever verified.
#include <cstdint>
#include <cstdlib>

#include "attest/cose.h"
#include "attest/document.h"
#include "attest/verifier.h"
#include "crypto/testing/certificate_issuer.h"

namespace kagimori::attest {
namespace {

constexpr Timestamp kNow{1'800'000'000'000};

void Require(bool holds) {
  if (!holds) std::abort();
}

void TryDocument(ByteView input) {
  static const Verifier verifier(crypto::CertificateRoots::FromPem(crypto::TestChain(kNow).root.pem()).value());
  Require(!verifier.Verify(input, kNow));
  const Result<CoseSign1> message = ParseCoseSign1(input);
  if (!message) return;
  Require(message->signature.size() == kEs384SignatureSize && !message->payload.empty() &&
          message->payload.size() <= kMaxPayloadSize && SignedBytes(*message).size() > message->payload.size());
}

void TryPayload(ByteView input) {
  const Result<AttestationDocument> document = ParseAttestationDocument(input);
  if (!document) return;
  Require(!document->module_id.empty() && document->timestamp.millis > 0 && !document->pcrs.empty() &&
          !document->certificate.empty() && !document->ca_bundle.empty() &&
          document->ca_bundle.size() <= crypto::kMaxIssuers);
  for (const auto& [index, value] : document->pcrs) {
    Require(index < 32 && (value.size() == 32 || value.size() == 48 || value.size() == 64));
  }
  for (const auto& bytes : {document->public_key, document->user_data, document->nonce}) {
    Require(!bytes || bytes->size() <= 1024);
  }
}

}  // namespace
}  // namespace kagimori::attest

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const kagimori::ByteView input(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    kagimori::attest::TryDocument(input);
  } else {
    kagimori::attest::TryPayload(input);
  }
  return 0;
}
