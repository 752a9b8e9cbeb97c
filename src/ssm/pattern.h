#ifndef KAGIMORI_SSM_PATTERN_H_
#define KAGIMORI_SSM_PATTERN_H_

#include <memory>
#include <string_view>

#include "secret/secret_bytes.h"

namespace kagimori::ssm {

// AllowedPattern, by RE2: time linear in the value whatever the pattern, memory bounded. What RE2 lacks beside AWS's
// engine (back-references, look-around) counts as no pattern.
class AllowedPattern {
 public:
  // Null: it is no regular expression, or too large a one.
  static std::unique_ptr<AllowedPattern> Compile(std::string_view text);
  ~AllowedPattern();

  // The whole value, from its first character to its last.
  bool Matches(const secret::SecretBytes& value) const;

 private:
  struct State;
  explicit AllowedPattern(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_PATTERN_H_
