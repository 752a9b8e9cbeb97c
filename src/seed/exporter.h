#ifndef KAGIMORI_SEED_EXPORTER_H_
#define KAGIMORI_SEED_EXPORTER_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "seal/wrapping_key.h"
#include "seed/declaration.h"
#include "seed/services.h"

namespace kagimori::seed {

// Every customer's key of every account and Region.
Result<std::vector<keys::KeyName>> AllKeys(const Services& services);

// Writes keys as a file that Apply takes, in another deployment or in this one: all of their materials, sealed, with
// everything else that is known of them. What cannot be taken along (grants to somebody who is gone) stands in a
// comment. Each key's audit record is in the log before anything of it is given out.
class Exporter {
 public:
  struct Options {
    const seal::WrappingKey* wrapping_key = nullptr;  // never null
    uint32_t uid = 0;
    bool skip_others = false;  // a key that cannot be exported is left out, with a comment; else it ends the export
    std::function<bool()> stopping = [] { return false; };
    std::function<Result<>(std::string_view text)> sink;
  };
  struct Counts {
    size_t keys = 0;
    size_t materials = 0;
    size_t grants = 0;
    size_t left_out = 0;  // keys and grants
  };

  Exporter(const Services& services, const Options& options) : services_(services), options_(options) {}
  // Blocking, for long. kInvalid: a key cannot be exported, or the file would be longer than Apply takes.
  Result<Counts> Run(const std::vector<keys::KeyName>& names);

 private:
  Result<> ExportKey(const keys::KeyName& name);
  Result<DeclaredKey> Declare(const keys::Key& key);
  Result<> AddMaterials(const keys::Key& key, DeclaredKey* declared) const;
  Result<> AddGrants(const keys::Key& key, DeclaredKey* declared);
  Result<> Write(std::string_view text);
  Result<> GiveOut();
  void LeaveOut(std::string_view text);

  const Services& services_;
  const Options& options_;
  Counts counts_;
  std::string comments_;  // of the key at hand
  size_t written_ = 0;
  std::string pending_;  // text whose records are not known to be on stable storage
};

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_EXPORTER_H_
