#ifndef KAGIMORI_ATTEST_DOCUMENT_H_
#define KAGIMORI_ATTEST_DOCUMENT_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace kagimori::attest {

enum class Platform : uint8_t {
  kNitroEnclave,  // its registers are in "pcrs"
  kNitroTpm,      // its registers are in "nitrotpm_pcrs"
};

// The payload of an attestation document, syntactically right; who signed it is verifier.h's question. Sources: "Nitro
// Enclaves Attestation Process" (aws-nitro-enclaves-nsm-api, docs/attestation_process.md, sections 2.2 and 3.2.2) and
// "Validate a NitroTPM Attestation Document" (Amazon EC2 User Guide).
struct AttestationDocument {
  Platform platform = Platform::kNitroEnclave;
  std::string module_id;          // printable ASCII without spaces
  Timestamp timestamp;            // when the hypervisor made it
  std::map<uint8_t, Bytes> pcrs;  // 1 to 32, by index; 32, 48 or 64 bytes
  Bytes certificate;              // DER, like all of ca_bundle
  std::vector<Bytes> ca_bundle;   // the root first
  std::optional<Bytes> public_key;
  std::optional<Bytes> user_data;
  std::optional<Bytes> nonce;
};

// kInvalid for everything that breaks the specification: a field that is missing, there twice, unknown, of another type
// or size.
Result<AttestationDocument> ParseAttestationDocument(ByteView payload);

}  // namespace kagimori::attest

#endif  // KAGIMORI_ATTEST_DOCUMENT_H_
