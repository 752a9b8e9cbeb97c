#ifndef KAGIMORI_SSM_ENVELOPE_H_
#define KAGIMORI_SSM_ENVELOPE_H_

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

// The value of an advanced SecureString as a message of the AWS Encryption SDK (version 2, algorithm suite 0x0478, one
// frame), which the AWS Encryption SDK opens as well. Its one encrypted data key is KMS's.
namespace kagimori::ssm {

struct EnvelopeKey {
  const secret::SecretBytes& plaintext;  // 32 bytes
  ByteView ciphertext;                   // as KMS gave it
  std::string_view key_arn;
};
// The encryption context is {PARAMETER_ARN: `parameter_arn`}.
Bytes SealEnvelope(const EnvelopeKey& key, std::string_view parameter_arn, const secret::SecretBytes& value);

// A message taken apart. Views into it.
struct Envelope {
  ByteView header;      // everything before its tag
  ByteView message_id;  // 32 bytes
  ByteView data_key;    // encrypted, by KMS
  ByteView commitment;  // 32 bytes
  ByteView header_tag;
  ByteView sealed;  // the frame's ciphertext and tag
};
// Nothing: it is none that SealEnvelope made for that parameter.
std::optional<Envelope> ParseEnvelope(ByteView message, std::string_view parameter_arn);
// kAuthentication: the message is not what was sealed, or not under this data key.
Result<secret::SecretBytes> OpenEnvelope(const Envelope& envelope, const secret::SecretBytes& data_key);

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_ENVELOPE_H_
