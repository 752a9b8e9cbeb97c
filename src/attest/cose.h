#ifndef KAGIMORI_ATTEST_COSE_H_
#define KAGIMORI_ATTEST_COSE_H_

#include "base/bytes.h"
#include "base/result.h"

namespace kagimori::attest {

inline constexpr size_t kMaxPayloadSize = 16384;   // bytes, by the document's specification
inline constexpr size_t kEs384SignatureSize = 96;  // bytes of r || s

// A COSE_Sign1 structure (RFC 9052 section 4.2) of which nothing has been verified yet.
struct CoseSign1 {
  Bytes protected_headers;  // as they were written: the signature covers that
  Bytes payload;
  Bytes signature;
};

// Takes what Nitro hypervisors make and nothing else: tagged with 18 or not, the protected header alone, which says
// ES384 and nothing more, a payload, a signature of ES384's size, and no byte behind it. kInvalid otherwise.
Result<CoseSign1> ParseCoseSign1(ByteView document);

// What is signed: the Sig_structure of RFC 9052 section 4.4, without external data.
Bytes SignedBytes(const CoseSign1& message);

}  // namespace kagimori::attest

#endif  // KAGIMORI_ATTEST_COSE_H_
