#ifndef KAGIMORI_APP_SEED_RUN_H_
#define KAGIMORI_APP_SEED_RUN_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "app/node.h"
#include "base/result.h"
#include "seal/wrapping_key.h"
#include "secret/wiping_buffer.h"

namespace kagimori::app {

// The TOML with its policy files, as it crosses the socket.
inline constexpr size_t kMaxSeedBytes = size_t{16} << 20;

// Reads a file of keys, and the policy files that it names, which stand relative to it. kInvalid: too large, no TOML.
Result<secret::WipingBuffer> ReadSeedFile(const std::filesystem::path& file);

struct SeedOptions {
  const seal::WrappingKey* wrapping_key = nullptr;
  bool dry_run = false;
  uint32_t uid = 0;
  std::function<bool()> stopping = [] { return false; };
  std::function<Result<>(std::string_view line)> tell = [](std::string_view) { return Result<>(); };
};
// Applies what ReadSeedFile gave to an open node. Gives {"unchanged":1,"differences":2}.
Result<std::string> ApplySeed(Node* node, std::string_view packed, const SeedOptions& options);

// What a server applies when it starts, read before it gives up the right to read files.
struct StartSeed {
  secret::WipingBuffer packed;
  std::optional<seal::WrappingKey> wrapping_key;
};
// Nothing: `file` is empty, and there is nothing to apply.
Result<std::optional<StartSeed>> ReadStartSeed(const std::filesystem::path& file,
                                               const std::filesystem::path& wrapping_key);
// With an audit record of its own, as the administration command has one. An error's text says what was applied.
Result<> ApplyAtStart(Node* node, const StartSeed& seed);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SEED_RUN_H_
