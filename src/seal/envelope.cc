#include "seal/envelope.h"

#include "crypto/aead.h"
#include "crypto/hedged.h"

namespace kagimori::seal {
namespace {

Bytes BindingLength(std::string_view binding) {
  Bytes length;
  AppendBe32(static_cast<uint32_t>(binding.size()), &length);
  return length;
}

}  // namespace

Bytes SealEnvelope(const Envelope& envelope, Bytes head, const secret::SecretBytes& plaintext) {
  ByteArray<kSaltSize> salt =
      crypto::HedgedSalt({AsBytes(envelope.label), envelope.owner, AsBytes(envelope.binding), head}, plaintext);
  head.insert(head.end(), salt.begin(), salt.end());
  secret::SecretKey256 key = crypto::DeriveCounterMode256(envelope.key, envelope.label, head);
  Bytes length = BindingLength(envelope.binding);
  Bytes sealed = head;
  sealed.reserve(head.size() + plaintext.size() + crypto::kGcmTagSize);
  crypto::SealOnce(key, {envelope.owner, length, AsBytes(envelope.binding), head}, plaintext, &sealed);
  return sealed;
}

Result<secret::SecretBytes> OpenEnvelope(const Envelope& envelope, size_t head_size, ByteView sealed) {
  if (sealed.size() < head_size + kSaltSize + crypto::kGcmTagSize) {
    return Fail(ErrorKind::kCorrupt, "shorter than a sealed value");
  }
  ByteView head = sealed.first(head_size + kSaltSize);
  secret::SecretKey256 key = crypto::DeriveCounterMode256(envelope.key, envelope.label, head);
  Bytes length = BindingLength(envelope.binding);
  return crypto::OpenOnce(key, {envelope.owner, length, AsBytes(envelope.binding), head}, sealed.subspan(head.size()));
}

}  // namespace kagimori::seal
