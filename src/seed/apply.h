#ifndef KAGIMORI_SEED_APPLY_H_
#define KAGIMORI_SEED_APPLY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "seal/wrapping_key.h"
#include "seed/declaration.h"
#include "seed/services.h"

namespace kagimori::seed {

struct Counts {
  size_t unchanged = 0;    // keys that are, with all that the file says of them, as it says
  size_t differences = 0;  // ended, or of a dry run found
  size_t refused = 0;      // keys
};

// Makes the deployment be as a file says. Nothing that the file does not name is changed, and nothing is ever taken
// away. First everything is planned: where anything is refused, nothing is changed at all. Every change is a
// transaction of its own, with its audit record; one that was cut short, by a crash or an error, goes on with the next
// Apply.
class Apply {
 public:
  struct Options {
    const seal::WrappingKey* wrapping_key = nullptr;
    bool dry_run = false;
    uint32_t uid = 0;  // who applies, for the records
    std::function<bool()> stopping = [] { return false; };
    // A difference ("+ key …", "~ …"), what is as it should be ("= key …"), a refusal ("! key …: …"); a line each.
    // An error ends it.
    std::function<Result<>(std::string_view line)> tell = [](std::string_view) { return Result<>(); };
  };

  Apply(const Services& services, const Options& options) : services_(services), options_(options) {}
  // Blocking, for long. kInvalid: something is refused; the text says what, or how often it was told.
  Result<Counts> Run(const Declaration& declaration);

 private:
  Result<> CheckWrappingKey(const Declaration& declaration) const;
  Result<> Survey(const DeclaredKey& key);
  // A place among the keys of its account for one that will be made. kInvalid: there is none.
  Result<> TakePlace(const keys::KeyName& key);
  Result<> ApplyKey(const DeclaredKey& key);
  template <class Plan>
  Result<> Take(const DeclaredKey& key, const Plan& plan);
  Result<> Tell(std::string_view line) { return options_.tell(line); }

  const Services& services_;
  const Options& options_;
  Counts counts_;
  std::string first_refusal_;
  std::map<std::pair<AccountId, Region>, uint64_t> to_be_made_;  // keys
};

}  // namespace kagimori::seed

#endif  // KAGIMORI_SEED_APPLY_H_
