#ifndef KAGIMORI_POLICY_PATTERN_H_
#define KAGIMORI_POLICY_PATTERN_H_

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/request_context.h"

namespace kagimori::policy {

// Whether a text matches. kUnknown: nobody can say, because a policy variable has more than one value, or because the
// pattern is made to take time.
enum class Match : uint8_t { kNo, kYes, kUnknown };

// What a pattern is matched as, once its variables have values.
struct Token {
  enum class Kind : uint8_t { kText, kOne, kAny };
  Kind kind = Kind::kText;
  std::string_view text;  // of kText
};

// `*` is any run of characters, `?` one character (a code point of UTF-8). Linear, but where a `?` stands between two
// `*`; there kMatchBudget bounds what is tried, and kUnknown is the answer when it is used up. Without
// variables a text of up to 500 bytes never uses it up.
inline constexpr size_t kMatchBudget = size_t{1} << 18;
Match MatchTokens(std::span<const Token> tokens, std::string_view text);

// A text of a policy: literal characters, wildcards, policy variables. Movable, not copyable: tokens point into pieces.
class Pattern {
 public:
  struct Options {
    bool wildcards = true;    // else `*` and `?` are characters
    bool variables = false;   // "${aws:username}", "${aws:PrincipalTag/team, 'none'}", "${*}", "${?}", "${$}"
    bool fold_case = false;   // ASCII letters; REQUIRES: no wildcards
    int variables_after = 0;  // so many colons must come before a variable; what looks like one earlier is text
  };
  // The error is for the operator: a variable without an end, a name or a well-formed default.
  static std::expected<Pattern, std::string> Parse(std::string_view text, Options options);

  Pattern(Pattern&&) noexcept = default;
  Pattern& operator=(Pattern&&) noexcept = default;
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  // A variable without a value and without a default matches nothing. Values are text: a wildcard in one is a
  // character.
  Match Matches(std::string_view text, const RequestContext& context) const;
  // REQUIRES: !has_variables(), and a text of up to 500 bytes.
  bool MatchesPlain(std::string_view text) const;

  // As Matches, after the pattern, its values put in, and the text have been split at their first five colons: each of
  // the six parts has to match.
  Match MatchesArn(std::string_view text, const RequestContext& context) const;

  bool has_variables() const { return has_variables_; }
  bool matches_all() const { return tokens_.size() == 1 && tokens_[0].kind == Token::Kind::kAny; }

 private:
  struct Piece {
    enum class Kind : uint8_t { kText, kOne, kAny, kVariable };
    explicit Piece(Kind k) : kind(k) {}

    Kind kind;
    std::string text;  // of kText; of a kVariable its default
    bool has_default = false;
    std::optional<ConditionKey> key;  // of kVariable
  };
  class Parser;

  explicit Pattern(bool fold_case) : fold_case_(fold_case) {}
  Match MatchesResolved(std::span<const Token> tokens, std::string_view text) const;
  // Calls match(tokens) with the variables' values put in.
  template <class Matcher>
  Match WithValues(const RequestContext& context, Matcher&& match) const;

  std::vector<Piece> pieces_;
  std::vector<Token> tokens_;  // where there are no variables
  bool has_variables_ = false;
  bool fold_case_ = false;
};

// A pattern for the operators of ARNs. Source: "IAM JSON policy elements: Condition operators".
class ArnPattern {
 public:
  static std::expected<ArnPattern, std::string> Parse(std::string_view text, bool variables);

  // Also where a value has a colon: it then stays within the part in which its variable stands, unless the pattern has
  // no six parts of its own. Nothing when `text` is no ARN.
  std::optional<Match> Matches(std::string_view text, const RequestContext& context) const;

 private:
  std::vector<Pattern> parts_;  // six, or the whole as one
};

// The six parts of an ARN; nothing when there are fewer than five colons.
std::optional<std::array<std::string_view, 6>> SplitArnParts(std::string_view text);

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_PATTERN_H_
