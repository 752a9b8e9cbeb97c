#include "seal/slots.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "crypto/random.h"
#include "seal/file.h"
#include "seal/record_codec.h"
#include "seal/slot_file.h"
#include "secret/compare.h"

namespace kagimori::seal {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kOthers = 0077;

fs::path Folder(const fs::path& data) { return data / "slots"; }
fs::path SlotPath(const fs::path& data, int number) { return Folder(data) / fmt::format("{:02}.slot", number); }
fs::path KeyPath(const fs::path& data, int number) { return Folder(data) / fmt::format("{:02}.key", number); }

// Exactly NN.slot, 01..16; a temporary file is not.
std::optional<int> ParseFileName(const std::string& name) {
  if (name.size() != 7 || !name.ends_with(".slot")) return std::nullopt;
  if (name[0] < '0' || name[0] > '9' || name[1] < '0' || name[1] > '9') return std::nullopt;
  int number = (name[0] - '0') * 10 + (name[1] - '0');
  return number < 1 || number > kMaxSlotNumber ? std::nullopt : std::optional(number);
}

Result<Bytes> ReadSlot(const fs::path& data, int number) {
  auto file = ReadWholeFile(SlotPath(data, number), kOthers, kSlotFileSize);
  if (!file && file.error().kind == ErrorKind::kLimit) return Fail(ErrorKind::kCorrupt, "a slot file is too long");
  return file;
}

// A slot that was renamed does not pass for another one.
Result<SlotHeader> DecodeAs(ByteView file, int number) {
  KAGIMORI_ASSIGN_OR_RETURN(SlotHeader header, DecodeSlotHeader(file));
  if (header.info.number != number) return Fail(ErrorKind::kCorrupt, "a slot file under another slot's name");
  return header;
}

Result<int> FreeNumber(const fs::path& data, SlotRoom room) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<int> taken, SlotNumbers(data));
  if (room == SlotRoom::kUsual && taken.size() >= kMaxSlots) {
    return Fail(ErrorKind::kLimit, fmt::format("there are {} slots, and there can be no more", taken.size()));
  }
  for (int number = 1; number <= kMaxSlotNumber; ++number) {
    if (!std::ranges::binary_search(taken, number)) return number;
  }
  return Fail(ErrorKind::kLimit, "all numbers of slots are taken");
}

Result<secret::SecretKey256> ReadKeyFile(const fs::path& data, int number) {
  KAGIMORI_ASSIGN_OR_RETURN(File file, OpenForReading(KeyPath(data, number), kOthers));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes bytes, RecordCodec::ReadAll(file.fd(), secret::SecretKey256::size()));
  return RecordCodec::ToKey(bytes);
}

// The key that a slot with this header is sealed under.
Result<secret::SecretKey256> SlotKey(const fs::path& data, const SlotHeader& header, const SlotSecret& secret) {
  switch (header.info.kind) {
    case SlotKind::kDevelopmentFile:
      return ReadKeyFile(data, header.info.number);
    case SlotKind::kPassphrase:
      return crypto::StretchPassphrase(secret.bytes, header.kdf_salt, header.info.argon2);
    case SlotKind::kRecoveryCode: {
      KAGIMORI_ASSIGN_OR_RETURN(const RecoveryCode code, RecordCodec::ToKey(secret.bytes));
      return RecoverySlotKey(code, header.deployment_id, header.kdf_salt);
    }
  }
  return Fail(ErrorKind::kInternal, "a slot of no kind");
}

bool Same(const secret::SecretKey256& a, const secret::SecretKey256& b) {
  return secret::Equal(RecordCodec::ToBytes(a), RecordCodec::ToBytes(b));
}

// Writes the slot and opens it again from the disk; what does not give the root key back does not stay.
Result<SlotInfo> Add(const fs::path& data, const SlotHeader& header, const secret::SecretKey256& slot_key,
                     const secret::SecretKey256& root_key,
                     const std::function<Result<secret::SecretKey256>()>& reopen) {
  fs::path path = SlotPath(data, header.info.number);
  KAGIMORI_RETURN_IF_ERROR(WriteFileDurably(path, EncodeSlot(header, slot_key, root_key)));
  auto opened = reopen();
  if (opened && Same(*opened, root_key)) return header.info;
  KAGIMORI_RETURN_IF_ERROR(RemoveFileDurably(path));
  if (!opened) return std::unexpected(std::move(opened).error());
  return Fail(ErrorKind::kIo, "a new slot gave another key back");
}

Result<> CheckSecret(const Deployment& deployment, const SlotSecret& secret) {
  switch (secret.kind) {
    case SlotKind::kDevelopmentFile:
      if (deployment.kind == DeploymentKind::kDevelopment) return {};
      return Fail(ErrorKind::kInvalid,
                  "a development-file slot protects nothing and is for development deployments only");
    case SlotKind::kPassphrase:
      if (secret.bytes.size() >= kMinPassphraseSize && secret.bytes.size() <= kMaxPassphraseSize) return {};
      return Fail(ErrorKind::kInvalid,
                  fmt::format("a passphrase has {} to {} bytes", kMinPassphraseSize, kMaxPassphraseSize));
    case SlotKind::kRecoveryCode:
      if (secret.bytes.size() == RecoveryCode::size()) return {};
      break;
  }
  return Fail(ErrorKind::kInvalid, "no secret of a slot");
}

}  // namespace

SlotSecret SlotSecret::Passphrase(secret::SecretBytes passphrase) {
  return {.kind = SlotKind::kPassphrase, .bytes = std::move(passphrase)};
}
SlotSecret SlotSecret::Recovery(const RecoveryCode& code) {
  return {.kind = SlotKind::kRecoveryCode, .bytes = RecordCodec::ToBytes(code)};
}
SlotSecret SlotSecret::DevelopmentFile() { return {.kind = SlotKind::kDevelopmentFile, .bytes = {}}; }

Result<SlotInfo> AddSlot(const fs::path& folder, const Deployment& deployment, const SlotSecret& secret,
                         const secret::SecretKey256& root_key, Timestamp now, const crypto::Argon2Parameters& argon2,
                         SlotRoom room) {
  KAGIMORI_RETURN_IF_ERROR(CheckSecret(deployment, secret));
  KAGIMORI_RETURN_IF_ERROR(MakeFolder(Folder(folder)));
  KAGIMORI_ASSIGN_OR_RETURN(const int number, FreeNumber(folder, room));
  SlotHeader header;
  header.info = {.number = number, .kind = secret.kind, .created = now, .argon2 = {0, 0, 0}};
  header.deployment_id = deployment.id;
  if (secret.kind == SlotKind::kPassphrase) header.info.argon2 = argon2;
  if (secret.kind == SlotKind::kDevelopmentFile) {
    KAGIMORI_RETURN_IF_ERROR(RecordCodec::WriteKeyFile(KeyPath(folder, number), crypto::RandomSecretArray<32>()));
  } else {
    crypto::FillRandom(header.kdf_salt);
  }
  KAGIMORI_ASSIGN_OR_RETURN(const secret::SecretKey256 slot_key, SlotKey(folder, header, secret));
  return Add(folder, header, slot_key, root_key, [&] { return OpenSlotNumber(folder, deployment, number, secret); });
}

Result<SlotInfo> AddDevelopmentSlot(const fs::path& folder, const Deployment& deployment,
                                    const secret::SecretKey256& root_key, Timestamp now) {
  return AddSlot(folder, deployment, SlotSecret::DevelopmentFile(), root_key, now);
}

Result<SlotInfo> AddPassphraseSlot(const fs::path& folder, const Deployment& deployment,
                                   const secret::SecretBytes& passphrase, const crypto::Argon2Parameters& argon2,
                                   const secret::SecretKey256& root_key, Timestamp now) {
  return AddSlot(folder, deployment, SlotSecret::Passphrase(passphrase.Clone()), root_key, now, argon2);
}

Result<std::vector<int>> SlotNumbers(const fs::path& folder) {
  std::vector<int> numbers;
  std::error_code error;
  fs::directory_iterator entry(Folder(folder), error);
  if (error == std::errc::no_such_file_or_directory) return numbers;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (auto number = ParseFileName(entry->path().filename().string())) numbers.push_back(*number);
  }
  if (error) return Fail(ErrorKind::kIo, Folder(folder).string() + ": " + error.message());
  std::ranges::sort(numbers);
  return numbers;
}

Result<std::vector<SlotInfo>> ListSlots(const fs::path& folder) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<int> numbers, SlotNumbers(folder));
  std::vector<SlotInfo> slots;
  for (int number : numbers) {
    auto file = ReadSlot(folder, number);
    Result<SlotHeader> header = file ? DecodeAs(*file, number) : std::unexpected(std::move(file).error());
    if (header) {
      slots.push_back(header->info);
    } else {
      log::Error("a slot cannot be read", {{"slot", std::to_string(number)}, {"error", Describe(header.error())}});
    }
  }
  return slots;
}

Result<secret::SecretKey256> OpenSlotNumber(const fs::path& folder, const Deployment& deployment, int number,
                                            const SlotSecret& secret) {
  if (secret.kind == SlotKind::kDevelopmentFile && deployment.kind != DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "a development-file slot in a production deployment");
  }
  KAGIMORI_ASSIGN_OR_RETURN(const Bytes file, ReadSlot(folder, number));
  KAGIMORI_ASSIGN_OR_RETURN(const SlotHeader header, DecodeAs(file, number));
  if (header.info.kind != secret.kind) {
    return Fail(ErrorKind::kInvalid, fmt::format("slot {} is of another kind", number));
  }
  if (header.deployment_id != deployment.id) {
    return Fail(ErrorKind::kAuthentication, fmt::format("slot {} is another deployment's", number));
  }
  auto slot_key = SlotKey(folder, header, secret);
  // This program refuses to write such parameters.
  if (!slot_key && slot_key.error().kind == ErrorKind::kInvalid) {
    return Fail(ErrorKind::kCorrupt, "a slot with parameters out of bounds");
  }
  if (!slot_key) return slot_key;
  auto root_key = OpenSlot(file, *slot_key);
  if (!root_key && root_key.error().kind == ErrorKind::kAuthentication) {
    return Fail(ErrorKind::kAuthentication, fmt::format("slot {} does not open with this key", number));
  }
  return root_key;
}

Result<secret::SecretKey256> OpenDevelopmentSlot(const fs::path& folder, const Deployment& deployment, int number) {
  return OpenSlotNumber(folder, deployment, number, SlotSecret::DevelopmentFile());
}

Result<secret::SecretKey256> OpenPassphraseSlot(const fs::path& folder, const Deployment& deployment, int number,
                                                const secret::SecretBytes& passphrase) {
  return OpenSlotNumber(folder, deployment, number, SlotSecret::Passphrase(passphrase.Clone()));
}

Result<OpenedSlot> OpenAnySlot(const fs::path& folder, const Deployment& deployment, const SlotSecret& secret,
                               const RootKeyCheck& check, int except) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<SlotInfo> slots, ListSlots(folder));
  std::optional<Error> first;
  std::vector<int> stale;
  for (const SlotInfo& slot : slots) {
    if (slot.kind != secret.kind || slot.number == except) continue;
    auto root_key = OpenSlotNumber(folder, deployment, slot.number, secret);
    if (!root_key) {
      if (!first) first = std::move(root_key).error();
      continue;
    }
    const Result<> checked = check ? check(*root_key) : Result<>();
    if (checked) return OpenedSlot{slot.number, *std::move(root_key), std::move(stale)};
    if (checked.error().kind != ErrorKind::kAuthentication) return std::unexpected(checked.error());
    stale.push_back(slot.number);
  }
  if (!stale.empty()) {
    return Fail(ErrorKind::kAuthentication,
                fmt::format("slot {} opens, but its root key is not this store's", stale[0]));
  }
  if (first) return std::unexpected(*std::move(first));
  // One that cannot be read may have been of this kind: the operator looks for a lost slot elsewhere than for none.
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<int> numbers, SlotNumbers(folder));
  for (int number : numbers) {
    if (std::ranges::find(slots, number, &SlotInfo::number) == slots.end()) {
      return Fail(ErrorKind::kCorrupt, fmt::format("slot {} is damaged, and there is no other of this kind", number));
    }
  }
  return Fail(ErrorKind::kNotFound, "there is no slot of this kind");
}

Result<secret::SecretKey256> OpenAnyDevelopmentSlot(const fs::path& folder, const Deployment& deployment) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenedSlot opened, OpenAnySlot(folder, deployment, SlotSecret::DevelopmentFile(), {}));
  return std::move(opened.root_key);
}

Result<secret::SecretKey256> OpenAnyPassphraseSlot(const fs::path& folder, const Deployment& deployment,
                                                   const secret::SecretBytes& passphrase) {
  KAGIMORI_ASSIGN_OR_RETURN(OpenedSlot opened,
                            OpenAnySlot(folder, deployment, SlotSecret::Passphrase(passphrase.Clone()), {}));
  return std::move(opened.root_key);
}

Result<int> RemoveSlot(const fs::path& folder, const Deployment& deployment, int number, const SlotSecret& proof,
                       const RootKeyCheck& check) {
  KAGIMORI_ASSIGN_OR_RETURN(const std::vector<int> numbers, SlotNumbers(folder));
  if (!std::ranges::binary_search(numbers, number)) return Fail(ErrorKind::kNotFound, "there is no such slot");
  auto proven = OpenAnySlot(folder, deployment, proof, check, number);
  if (!proven && (proven.error().kind == ErrorKind::kNotFound || proven.error().kind == ErrorKind::kAuthentication)) {
    return Fail(proven.error().kind, fmt::format("this opens no other slot than {}, and the last way in stays: {}",
                                                 number, proven.error().text));
  }
  if (!proven) return std::unexpected(std::move(proven).error());
  KAGIMORI_RETURN_IF_ERROR(RemoveReplacedSlots(folder, {number}));
  return proven->number;
}

// The slot first: a key without its slot opens nothing, a slot without its key is a riddle.
Result<> RemoveReplacedSlots(const fs::path& folder, const std::vector<int>& numbers) {
  Result<> first;
  for (int number : numbers) {
    for (const fs::path& file : {SlotPath(folder, number), KeyPath(folder, number)}) {
      Result<> removed = RemoveFileDurably(file);
      if (first && !removed) first = std::move(removed);
    }
  }
  return first;
}

}  // namespace kagimori::seal
