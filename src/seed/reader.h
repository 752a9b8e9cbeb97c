#ifndef KAGIMORI_SEED_READER_H_
#define KAGIMORI_SEED_READER_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "secret/wiping_buffer.h"
#include "seed/declaration.h"

namespace kagimori::seed {

// A file of keys with the policies that it names, as a command sends it to the server, which can open no file.
struct Bundle {
  std::string_view toml;
  std::map<std::string, std::string_view, std::less<>> policies;  // by policy_file, as the file writes it
};
// The number of parts, each behind its length [4]: the file, then name and content of every policy.
void AppendPart(std::string_view part, secret::WipingBuffer* out);
// Views into `packed`. kInvalid: it was not packed by AppendPart.
Result<Bundle> Unpack(std::string_view packed);

// The policy files that the text names, each once. kInvalid: it is no TOML.
Result<std::vector<std::string>> PolicyFilesOf(std::string_view toml);

struct Defaults {
  std::optional<AccountId> account;  // where the file names none
};
// `bundle` is hostile. kInvalid: with the line, the key and the member at fault. What the API's model says of each
// member holds afterwards, and of keys and aliases none is there twice; what depends on the deployment is for the plan.
Result<Declaration> Read(const Bundle& bundle, const Defaults& defaults);

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_READER_H_
