#include "keys/ciphertext.h"

#include <algorithm>

namespace kagimori::keys {

void CiphertextHeader::AppendTo(Bytes* out) const {
  out->push_back(kCiphertextVersion);
  for (int shift = 40; shift >= 0; shift -= 8) out->push_back(static_cast<uint8_t>(account.number() >> shift));
  out->push_back(static_cast<uint8_t>(key.kind));
  out->insert(out->end(), key.bytes.begin(), key.bytes.end());
  out->insert(out->end(), material.begin(), material.end());
  out->insert(out->end(), salt.begin(), salt.end());
}

std::optional<CiphertextView> ParseCiphertext(ByteView blob) {
  if (blob.size() <= kCiphertextOverhead || blob.size() > kMaxCiphertextSize || blob[0] != kCiphertextVersion)
    return std::nullopt;
  CiphertextView view;
  uint64_t account = ReadBe(blob.subspan(1, 6));
  if (account >= 1'000'000'000'000) return std::nullopt;
  view.header.account = AccountId::FromNumber(account);
  uint8_t kind = blob[7];
  if (kind != static_cast<uint8_t>(KeyId::Kind::kSingleRegion) &&
      kind != static_cast<uint8_t>(KeyId::Kind::kMultiRegion)) {
    return std::nullopt;
  }
  view.header.key.kind = static_cast<KeyId::Kind>(kind);
  std::ranges::copy(blob.subspan(8, 16), view.header.key.bytes.begin());
  std::ranges::copy(blob.subspan(24, 32), view.header.material.begin());
  std::ranges::copy(blob.subspan(56, 32), view.header.salt.begin());
  view.header_bytes = blob.first(kCiphertextHeaderSize);
  view.commitment = blob.subspan(kCiphertextHeaderSize, kCommitmentSize);
  view.sealed = blob.subspan(kCiphertextHeaderSize + kCommitmentSize);
  return view;
}

}  // namespace kagimori::keys
