#ifndef KAGIMORI_SEAL_SLOT_FILE_H_
#define KAGIMORI_SEAL_SLOT_FILE_H_

#include "base/bytes.h"
#include "base/result.h"
#include "seal/slots.h"
#include "secret/secret_bytes.h"

namespace kagimori::seal {

// The bytes of a slot file (docs/storage-format.md, "Slots"): all of one size, whatever the kind. Pure; no files here.
inline constexpr size_t kSlotFileSize = 191;

struct SlotHeader {
  SlotInfo info;
  ByteArray<16> deployment_id{};
  ByteArray<32> kdf_salt{};  // Argon2id's; a recovery code's
};

// Seals the root key under `slot_key` (the stretched passphrase, the key file, RecoverySlotKey) behind the header.
Bytes EncodeSlot(const SlotHeader& header, const secret::SecretKey256& slot_key, const secret::SecretKey256& root_key);

// kCorrupt: not a whole slot file as EncodeSlot writes them. What it says is proven only when OpenSlot succeeds.
Result<SlotHeader> DecodeSlotHeader(ByteView file);

// kCorrupt as above; kAuthentication: another slot key, or a changed file.
Result<secret::SecretKey256> OpenSlot(ByteView file, const secret::SecretKey256& slot_key);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_SLOT_FILE_H_
