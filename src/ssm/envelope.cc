#include "ssm/envelope.h"

#include <utility>

#include "crypto/committed_key.h"
#include "crypto/random.h"
#include "secret/compare.h"

// Source: AWS Encryption SDK Developer Guide, "AWS Encryption SDK message format reference".
namespace kagimori::ssm {
namespace {

using crypto::CommittedKey;

constexpr uint8_t kFormat = 2;
constexpr uint8_t kFramed = 2;
constexpr uint32_t kFrameSize = 16384;  // more than any value has, so that there is one frame
constexpr uint32_t kFinalFrame = 0xFFFFFFFF;
constexpr size_t kTagSize = 16;
constexpr size_t kNonceSize = 12;
constexpr std::string_view kProvider = "aws-kms";
constexpr std::string_view kContextKey = "PARAMETER_ARN";
constexpr std::string_view kFrameLabel = "AWSKMSEncryptionClient Final Frame";

void AppendSized(ByteView bytes, Bytes* out) {
  AppendBe16(static_cast<uint16_t>(bytes.size()), out);
  out->insert(out->end(), bytes.begin(), bytes.end());
}
void Append(ByteView bytes, Bytes* out) { out->insert(out->end(), bytes.begin(), bytes.end()); }

// What a frame's tag covers beside its content: label, number and length, behind the message id.
Bytes FrameNote(size_t content) {
  Bytes note(AsBytes(kFrameLabel).begin(), AsBytes(kFrameLabel).end());
  AppendBe32(1, &note);
  AppendBe64(content, &note);
  return note;
}

Bytes ContextBytes(std::string_view parameter_arn) {
  Bytes context;
  AppendBe16(1, &context);
  AppendSized(AsBytes(kContextKey), &context);
  AppendSized(AsBytes(parameter_arn), &context);
  return context;
}

// Takes pieces from the front of a message; once one is not there, nothing is.
class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  ByteView Take(size_t size) {
    if (size > rest_.size()) good_ = false;
    if (!good_) return {};
    ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  uint64_t Number(size_t size) { return ReadBe(Take(size)); }
  ByteView Sized() { return Take(Number(2)); }
  ByteView Rest() { return std::exchange(rest_, {}); }
  size_t left() const { return rest_.size(); }
  bool good() const { return good_; }

 private:
  ByteView rest_;
  bool good_ = true;
};

}  // namespace

Bytes SealEnvelope(const EnvelopeKey& key, std::string_view parameter_arn, const secret::SecretBytes& value) {
  ByteArray<CommittedKey::kMessageIdSize> message_id;
  crypto::FillRandom(message_id);
  const CommittedKey committed = CommittedKey::Derive(key.plaintext, message_id);
  Bytes out = {kFormat};
  AppendBe16(CommittedKey::kSuite, &out);
  Append(message_id, &out);
  AppendSized(ContextBytes(parameter_arn), &out);
  AppendBe16(1, &out);  // data keys
  AppendSized(AsBytes(kProvider), &out);
  AppendSized(AsBytes(key.key_arn), &out);
  AppendSized(key.ciphertext, &out);
  out.push_back(kFramed);
  AppendBe32(kFrameSize, &out);
  Append(committed.commitment(), &out);
  const Bytes header = out;
  committed.Seal(0, {header}, secret::SecretBytes(), &out);

  AppendBe32(kFinalFrame, &out);
  AppendBe32(1, &out);
  Append(Bytes(kNonceSize - 4), &out);
  AppendBe32(1, &out);  // the nonce's end: the frame's number again
  AppendBe32(static_cast<uint32_t>(value.size()), &out);
  const Bytes note = FrameNote(value.size());
  committed.Seal(1, {message_id, note}, value, &out);
  return out;
}

std::optional<Envelope> ParseEnvelope(ByteView message, std::string_view parameter_arn) {
  Reader reader(message);
  Envelope envelope;
  bool good = reader.Number(1) == kFormat && reader.Number(2) == CommittedKey::kSuite;
  envelope.message_id = reader.Take(CommittedKey::kMessageIdSize);
  good = good && AsText(reader.Sized()) == AsText(ContextBytes(parameter_arn)) && reader.Number(2) == 1;
  good = good && AsText(reader.Sized()) == kProvider;
  if (!good) return std::nullopt;
  reader.Sized();  // the key's ARN, which KMS's ciphertext says as well
  envelope.data_key = reader.Sized();
  good = reader.Number(1) == kFramed && reader.Number(4) == kFrameSize;
  envelope.commitment = reader.Take(32);
  envelope.header = message.first(message.size() - reader.left());
  envelope.header_tag = reader.Take(kTagSize);
  good = good && reader.Number(4) == kFinalFrame && reader.Number(4) == 1;
  const ByteView nonce = reader.Take(kNonceSize);
  good = good && reader.good() && ReadBe(nonce.first(8)) == 0 && ReadBe(nonce.last(4)) == 1;
  const uint64_t content = reader.Number(4);
  envelope.sealed = reader.Rest();
  if (!good || !reader.good() || envelope.sealed.size() != content + kTagSize) return std::nullopt;
  return envelope;
}

Result<secret::SecretBytes> OpenEnvelope(const Envelope& envelope, const secret::SecretBytes& data_key) {
  if (data_key.size() != 32) return Fail(ErrorKind::kAuthentication, "a data key of another length");
  const CommittedKey committed = CommittedKey::Derive(data_key, envelope.message_id);
  if (!secret::Equal(ByteView(committed.commitment()), envelope.commitment))
    return Fail(ErrorKind::kAuthentication, "the data key is not the one that the message commits to");
  KAGIMORI_RETURN_IF_ERROR(committed.Open(0, {envelope.header}, envelope.header_tag));
  const Bytes note = FrameNote(envelope.sealed.size() - kTagSize);
  return committed.Open(1, {envelope.message_id, note}, envelope.sealed);
}

}  // namespace kagimori::ssm
