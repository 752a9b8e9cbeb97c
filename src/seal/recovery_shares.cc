#include "seal/recovery_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "crypto/random.h"
#include "crypto/secret_sharing.h"
#include "seal/record_codec.h"
#include "seal/written_form.h"

namespace kagimori::seal {
namespace {

constexpr size_t kTagSize = 3;
constexpr size_t kHeadSize = kTagSize + kTagSize + 1 + 1;  // owner, set, number, threshold
constexpr WrittenKind kWritten = {.letter = 'S',
                                  .name = "share of a recovery code",
                                  .body_size = kHeadSize + RecoveryCode::size(),
                                  .checksum_size = 4};
static_assert(kWritten.groups() * 20 == kWritten.payload_size() * 8);

std::unexpected<Error> Bad(std::string text) { return Fail(ErrorKind::kInvalid, std::move(text)); }

}  // namespace

Result<std::vector<secret::SecretBytes>> WriteRecoveryShares(const RecoveryCode& code, const ByteArray<16>& owner,
                                                             const ShareCounts& counts) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<crypto::SecretShare> shares,
                            crypto::ShareSecret(code, counts.threshold, counts.count));
  ByteArray<kTagSize> set;
  crypto::FillRandom(set);
  std::vector<secret::SecretBytes> written;
  for (const crypto::SecretShare& share : shares) {
    Bytes head(owner.begin(), owner.begin() + kTagSize);
    head.insert(head.end(), set.begin(), set.end());
    head.push_back(static_cast<uint8_t>(share.number));
    head.push_back(static_cast<uint8_t>(counts.threshold));
    written.push_back(WrittenForm::Write(kWritten, RecordCodec::Join(head, share.bytes)));
  }
  return written;
}

Result<> ShareCollector::Add(const secret::SecretBytes& text) {
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretBytes body, WrittenForm::Read(kWritten, text));
  const Bytes head = RecordCodec::Head(body, kHeadSize);
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 bytes, RecordCodec::ToKeyBehind(body, kHeadSize));
  const int number = head[2 * kTagSize];
  const int threshold = head[2 * kTagSize + 1];
  if (number < 1 || number > crypto::kMaxShares || threshold < 2 || threshold > crypto::kMaxShares) {
    return Bad("a share whose number or threshold cannot be");
  }
  if (!std::equal(owner_.begin(), owner_.begin() + kTagSize, head.begin())) {
    return Bad(fmt::format("share {} is another deployment's", number));
  }
  if (!shares_.empty() && (!std::equal(set_.begin(), set_.end(), head.begin() + kTagSize) || threshold != threshold_)) {
    return Bad(fmt::format("share {} is of another recovery code than the shares before it", number));
  }
  if (std::ranges::find(shares_, number, &Share::number) != shares_.end()) {
    return Bad(fmt::format("share {} was given already", number));
  }
  std::copy_n(head.begin() + kTagSize, kTagSize, set_.begin());
  threshold_ = threshold;
  shares_.push_back({.number = number, .bytes = std::move(bytes)});
  return {};
}

Result<RecoveryCode> ShareCollector::Join() const {
  if (shares_.empty()) return Bad("no share was given");
  if (missing() > 0) return Bad(fmt::format("{} of the {} shares that are needed", collected(), threshold_));
  std::vector<crypto::SecretShare> joined;
  for (const Share& share : shares_) {
    if (std::cmp_equal(joined.size(), threshold_)) break;
    joined.push_back({.number = share.number, .bytes = share.bytes.Clone()});
  }
  return crypto::JoinShares(joined);
}

bool LooksLikeShare(const secret::SecretBytes& text) { return WrittenForm::Begins(kWritten, text); }

Result<RecoveryCode> ReadRecoveryText(const secret::SecretBytes& text, const ByteArray<16>& owner) {
  if (text.size() > kMaxRecoveryText) return Fail(ErrorKind::kLimit, "the recovery code is too long");
  if (!LooksLikeShare(text)) return ParseRecoveryCode(text);
  ShareCollector shares(owner);
  const std::vector<secret::SecretBytes> lines = WrittenForm::Lines(text);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (auto added = shares.Add(lines[i]); !added) {
      return Bad(fmt::format("line {} with a share: {}", i + 1, added.error().text));
    }
  }
  return shares.Join();
}

}  // namespace kagimori::seal
