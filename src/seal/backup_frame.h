#ifndef KAGIMORI_SEAL_BACKUP_FRAME_H_
#define KAGIMORI_SEAL_BACKUP_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "crypto/digest.h"
#include "seal/backup_header.h"
#include "seal/envelope.h"

namespace kagimori::seal {

// A backup's sealed parts (docs/backup-format.md); private to the files of seal/. As in the STREAM construction (Hoang,
// Reyhanitabar, Rogaway, Vizár, CRYPTO 2015) each is bound to its number and to whether it is the last one, and all to
// one header: a frame that is missing, doubled, moved or another backup's does not open.
enum class FrameType : uint8_t {
  kDeployment = 1,  // the first: the deployment record, sealed under the backup's key
  kRecords = 2,
  kEnd = 3,  // the last: totals, and the hash of everything before
};

inline constexpr std::string_view kFrameLabel = "kagimori/backup/1";
inline constexpr size_t kFrameHeadSize = 1 + 8 + 4;   // type ‖ number ‖ size of the plaintext
inline constexpr size_t kMaxFrameSize = 1024 * 1024;  // of the plaintext
inline constexpr size_t kFrameTarget = 256 * 1024;    // a frame of records is closed after the record that reaches it
inline constexpr size_t kEndSize = 8 + 8 + 8 + 32;

inline Bytes FrameHead(FrameType type, uint64_t number, size_t size) {
  Bytes head = {static_cast<uint8_t>(type)};
  AppendBe64(number, &head);
  AppendBe32(static_cast<uint32_t>(size), &head);
  return head;
}

// The views of an Envelope live here.
struct FrameSeal {
  FrameSeal(const crypto::HmacSha256Key& given, const BackupHeader& header, ByteView encoded_header)
      : key(given), id(header.id), hash(crypto::Sha256(encoded_header)) {}
  Envelope envelope() const { return {.key = key, .label = kFrameLabel, .owner = id, .binding = AsText(hash)}; }

  const crypto::HmacSha256Key& key;
  BackupId id;
  crypto::Sha256Digest hash;
};

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_BACKUP_FRAME_H_
