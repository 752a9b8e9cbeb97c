#ifndef KAGIMORI_KEYS_RECORDS_H_
#define KAGIMORI_KEYS_RECORDS_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "keys/key.h"
#include "keys/last_usage.h"

// Keys and aliases as the messages inside their sealed records, and back. Decoding takes nothing for granted: an
// unknown number or a wrong length is kCorrupt.
namespace kagimori::keys::records {

std::string EncodeHead(const Key& key);
// Fills everything of `key` that the head says; no material is loaded.
Result<> DecodeHead(std::string_view message, Key* key);

std::string EncodeText(std::string_view text);
Result<std::string> DecodeText(std::string_view message);

std::string EncodePolicy(std::string_view text, const policy::PrincipalBindings& bindings);
struct StoredPolicy {
  std::string text;
  policy::PrincipalBindings bindings;
};
Result<StoredPolicy> DecodePolicy(std::string_view message);

std::string EncodeTags(const std::vector<Tag>& tags);
Result<std::vector<Tag>> DecodeTags(std::string_view message);

std::string EncodeAliasNames(const std::vector<std::string>& names);
Result<std::vector<std::string>> DecodeAliasNames(std::string_view message);

std::string EncodeNotes(const std::vector<MaterialNote>& notes);
Result<std::vector<MaterialNote>> DecodeNotes(std::string_view message);

struct MaterialRecord {
  Bytes wrapped;
  Timestamp created;
};
std::string EncodeMaterial(const MaterialRecord& material);
Result<MaterialRecord> DecodeMaterial(std::string_view message);

std::string EncodeAlias(const Alias& alias);
// Fills all but version and revision. REQUIRES: alias->name has account and Region.
Result<> DecodeAlias(std::string_view message, Alias* alias);

std::string EncodeUsage(const LastUsage& usage);
Result<LastUsage> DecodeUsage(std::string_view message);

std::string EncodeDue(const KeyName& name);
Result<KeyName> DecodeDue(std::string_view message);

std::string EncodeOutbox(std::string_view line);
Result<std::string> DecodeOutbox(std::string_view message);

struct ClockState {
  Timestamp high_water;
  uint64_t uptime_seconds = 0;
  int64_t development_offset_millis = 0;
};
std::string EncodeClock(const ClockState& state);
Result<ClockState> DecodeClock(std::string_view message);

}  // namespace kagimori::keys::records

#endif  // KAGIMORI_KEYS_RECORDS_H_
