#include "seal/client_secret.h"

#include <memory>
#include <string_view>

#include "seal/envelope.h"

namespace kagimori::seal {
namespace {

constexpr uint8_t kFormat = 1;
constexpr std::string_view kLabel = "kagimori/import-token/1";

std::unexpected<Error> NotOurs() { return Fail(ErrorKind::kInvalid, "not a secret that was sealed for this client"); }

}  // namespace

Bytes SealForClient(const KeyHierarchy& hierarchy, AccountId account, ByteView open,
                    const secret::SecretBytes& secret) {
  const auto [term, key] = hierarchy.KeyForSealing(Purpose::kImportToken, account);
  Bytes head = {kFormat};
  AppendBe32(term, &head);
  AppendBe64(hierarchy.epoch(), &head);
  head.insert(head.end(), open.begin(), open.end());
  return SealEnvelope({.key = *key, .label = kLabel, .owner = hierarchy.store_id(), .binding = {}}, std::move(head),
                      secret);
}

Result<secret::SecretBytes> OpenFromClient(const KeyHierarchy& hierarchy, AccountId account, size_t open_size,
                                           ByteView sealed) {
  if (sealed.size() <= kClientSecretHead + open_size + kClientSecretTail || sealed[0] != kFormat ||
      ReadBe(sealed.subspan(5, 8)) != hierarchy.epoch())
    return NotOurs();
  const auto term = static_cast<TermId>(ReadBe(sealed.subspan(1, 4)));
  Result<std::shared_ptr<const crypto::HmacSha256Key>> key = hierarchy.PurposeKey(term, Purpose::kImportToken, account);
  if (!key) return NotOurs();
  Result<secret::SecretBytes> opened =
      OpenEnvelope({.key = **key, .label = kLabel, .owner = hierarchy.store_id(), .binding = {}},
                   kClientSecretHead + open_size, sealed);
  if (!opened) return NotOurs();
  return opened;
}

}  // namespace kagimori::seal
