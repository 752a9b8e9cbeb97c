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

constexpr int kMaxSlots = 99;
constexpr mode_t kOthers = 0077;

fs::path Folder(const fs::path& data) { return data / "slots"; }
fs::path SlotPath(const fs::path& data, int number) { return Folder(data) / fmt::format("{:02}.slot", number); }
fs::path KeyPath(const fs::path& data, int number) { return Folder(data) / fmt::format("{:02}.key", number); }

// Exactly NN.slot, 01..99; a temporary file is not.
std::optional<int> ParseFileName(const std::string& name) {
  if (name.size() != 7 || !name.ends_with(".slot")) return std::nullopt;
  if (name[0] < '0' || name[0] > '9' || name[1] < '0' || name[1] > '9') return std::nullopt;
  int number = (name[0] - '0') * 10 + (name[1] - '0');
  return number == 0 ? std::nullopt : std::optional(number);
}

// Every number that a file has, also one that does not parse.
Result<std::vector<int>> Numbers(const fs::path& data) {
  std::vector<int> numbers;
  std::error_code error;
  fs::directory_iterator entry(Folder(data), error);
  if (error == std::errc::no_such_file_or_directory) return numbers;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (auto number = ParseFileName(entry->path().filename().string())) numbers.push_back(*number);
  }
  if (error) return Fail(ErrorKind::kIo, Folder(data).string() + ": " + error.message());
  std::ranges::sort(numbers);
  return numbers;
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

Result<int> FreeNumber(const fs::path& data) {
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<int> taken, Numbers(data));
  for (int number = 1; number <= kMaxSlots; ++number) {
    if (!std::ranges::binary_search(taken, number)) return number;
  }
  return Fail(ErrorKind::kLimit, "all slots are taken");
}

Result<secret::SecretKey256> ReadKeyFile(const fs::path& data, int number) {
  KAGIMORI_ASSIGN_OR_RETURN(File file, OpenForReading(KeyPath(data, number), kOthers));
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes bytes, RecordCodec::ReadAll(file.fd(), secret::SecretKey256::size()));
  return RecordCodec::ToKey(bytes);
}

using SlotKeySource = std::function<Result<secret::SecretKey256>(const SlotHeader&)>;

Result<secret::SecretKey256> Open(const fs::path& data, const Deployment& deployment, int number, SlotKind kind,
                                  const SlotKeySource& slot_key_of) {
  KAGIMORI_ASSIGN_OR_RETURN(Bytes file, ReadSlot(data, number));
  KAGIMORI_ASSIGN_OR_RETURN(SlotHeader header, DecodeAs(file, number));
  if (header.info.kind != kind) return Fail(ErrorKind::kInvalid, fmt::format("slot {} is of another kind", number));
  if (header.deployment_id != deployment.id) {
    return Fail(ErrorKind::kAuthentication, fmt::format("slot {} is another deployment's", number));
  }
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 slot_key, slot_key_of(header));
  auto root_key = OpenSlot(file, slot_key);
  if (!root_key && root_key.error().kind == ErrorKind::kAuthentication) {
    return Fail(ErrorKind::kAuthentication, fmt::format("slot {} does not open with this key", number));
  }
  return root_key;
}

Result<secret::SecretKey256> OpenAny(const fs::path& data, SlotKind kind,
                                     const std::function<Result<secret::SecretKey256>(int)>& open) {
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<SlotInfo> slots, ListSlots(data));
  std::optional<Error> first;
  for (const SlotInfo& slot : slots) {
    if (slot.kind != kind) continue;
    auto root_key = open(slot.number);
    if (root_key) return root_key;
    if (!first) first = std::move(root_key).error();
  }
  if (first) return std::unexpected(*std::move(first));
  return Fail(ErrorKind::kNotFound, "there is no slot of this kind");
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

Result<> CheckPassphrase(const secret::SecretBytes& passphrase) {
  if (passphrase.size() >= kMinPassphraseSize && passphrase.size() <= kMaxPassphraseSize) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("a passphrase has {} to {} bytes", kMinPassphraseSize, kMaxPassphraseSize));
}

}  // namespace

Result<SlotInfo> AddDevelopmentSlot(const fs::path& folder, const Deployment& deployment,
                                    const secret::SecretKey256& root_key, Timestamp now) {
  if (deployment.kind != DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid,
                "a development-file slot protects nothing and is for development deployments only");
  }
  KAGIMORI_RETURN_IF_ERROR(MakeFolder(Folder(folder)));
  KAGIMORI_ASSIGN_OR_RETURN(int number, FreeNumber(folder));
  SlotHeader header;
  header.info = {.number = number, .kind = SlotKind::kDevelopmentFile, .created = now, .argon2 = {0, 0, 0}};
  header.deployment_id = deployment.id;
  secret::SecretKey256 slot_key = crypto::RandomSecretArray<32>();
  KAGIMORI_RETURN_IF_ERROR(RecordCodec::WriteKeyFile(KeyPath(folder, number), slot_key));
  return Add(folder, header, slot_key, root_key, [&] { return OpenDevelopmentSlot(folder, deployment, number); });
}

Result<SlotInfo> AddPassphraseSlot(const fs::path& folder, const Deployment& deployment,
                                   const secret::SecretBytes& passphrase, const crypto::Argon2Parameters& argon2,
                                   const secret::SecretKey256& root_key, Timestamp now) {
  KAGIMORI_RETURN_IF_ERROR(CheckPassphrase(passphrase));
  KAGIMORI_RETURN_IF_ERROR(MakeFolder(Folder(folder)));
  KAGIMORI_ASSIGN_OR_RETURN(int number, FreeNumber(folder));
  SlotHeader header;
  header.info = {.number = number, .kind = SlotKind::kPassphrase, .created = now, .argon2 = argon2};
  header.deployment_id = deployment.id;
  crypto::FillRandom(header.kdf_salt);
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 slot_key,
                            crypto::StretchPassphrase(passphrase, header.kdf_salt, argon2));
  return Add(folder, header, slot_key, root_key,
             [&] { return OpenPassphraseSlot(folder, deployment, number, passphrase); });
}

Result<std::vector<SlotInfo>> ListSlots(const fs::path& folder) {
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<int> numbers, Numbers(folder));
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

Result<secret::SecretKey256> OpenDevelopmentSlot(const fs::path& folder, const Deployment& deployment, int number) {
  if (deployment.kind != DeploymentKind::kDevelopment) {
    return Fail(ErrorKind::kInvalid, "a development-file slot in a production deployment");
  }
  return Open(folder, deployment, number, SlotKind::kDevelopmentFile,
              [&](const SlotHeader&) { return ReadKeyFile(folder, number); });
}

Result<secret::SecretKey256> OpenPassphraseSlot(const fs::path& folder, const Deployment& deployment, int number,
                                                const secret::SecretBytes& passphrase) {
  return Open(folder, deployment, number, SlotKind::kPassphrase,
              [&](const SlotHeader& header) -> Result<secret::SecretKey256> {
                auto key = crypto::StretchPassphrase(passphrase, header.kdf_salt, header.info.argon2);
                // This program refuses to write such parameters.
                if (!key && key.error().kind == ErrorKind::kInvalid) {
                  return Fail(ErrorKind::kCorrupt, "a slot with parameters out of bounds");
                }
                return key;
              });
}

Result<secret::SecretKey256> OpenAnyDevelopmentSlot(const fs::path& folder, const Deployment& deployment) {
  return OpenAny(folder, SlotKind::kDevelopmentFile,
                 [&](int number) { return OpenDevelopmentSlot(folder, deployment, number); });
}

Result<secret::SecretKey256> OpenAnyPassphraseSlot(const fs::path& folder, const Deployment& deployment,
                                                   const secret::SecretBytes& passphrase) {
  return OpenAny(folder, SlotKind::kPassphrase,
                 [&](int number) { return OpenPassphraseSlot(folder, deployment, number, passphrase); });
}

Result<> RemoveSlot(const fs::path& folder, const Deployment& deployment, int number, int proven,
                    const secret::SecretBytes& passphrase, const secret::SecretKey256& root_key) {
  if (number == proven) return Fail(ErrorKind::kInvalid, "a slot cannot stand in for itself");
  if (number < 1 || number > kMaxSlots) return Fail(ErrorKind::kNotFound, "no such slot");
  KAGIMORI_ASSIGN_OR_RETURN(std::vector<int> numbers, Numbers(folder));
  if (!std::ranges::binary_search(numbers, number)) return Fail(ErrorKind::kNotFound, "no such slot");
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretKey256 other, OpenPassphraseSlot(folder, deployment, proven, passphrase));
  if (!Same(other, root_key)) return Fail(ErrorKind::kAuthentication, "the other slot holds another root key");
  KAGIMORI_RETURN_IF_ERROR(RemoveFileDurably(SlotPath(folder, number)));
  return RemoveFileDurably(KeyPath(folder, number));
}

}  // namespace kagimori::seal
