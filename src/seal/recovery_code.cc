#include "seal/recovery_code.h"

#include <string_view>

#include "crypto/digest.h"
#include "crypto/random.h"
#include "seal/record_codec.h"
#include "seal/written_form.h"

namespace kagimori::seal {
namespace {

constexpr std::string_view kSlotLabel = "kagimori/recovery-code/1";
constexpr WrittenKind kWritten = {
    .letter = 'R', .name = "recovery code", .body_size = RecoveryCode::size(), .checksum_size = 2};
static_assert(kWritten.groups() * 20 == kWritten.payload_size() * 8);

}  // namespace

RecoveryCode NewRecoveryCode() { return crypto::RandomSecretArray<RecoveryCode::size()>(); }

secret::SecretKey256 RecoverySlotKey(const RecoveryCode& code, const ByteArray<16>& owner, const ByteArray<32>& salt) {
  Bytes context(owner.begin(), owner.end());
  context.insert(context.end(), salt.begin(), salt.end());
  return crypto::DeriveCounterMode256(crypto::HmacSha256Key::Create(code), kSlotLabel, context);
}

secret::SecretBytes WriteRecoveryCode(const RecoveryCode& code) {
  return WrittenForm::Write(kWritten, RecordCodec::ToBytes(code));
}

Result<RecoveryCode> ParseRecoveryCode(const secret::SecretBytes& text) {
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes body, WrittenForm::Read(kWritten, text));
  return RecordCodec::ToKey(body);
}

}  // namespace kagimori::seal
