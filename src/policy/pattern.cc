#include "policy/pattern.h"

#include <string.h>

#include <algorithm>
#include <utility>

namespace kagimori::policy {
namespace {

constexpr size_t kNowhere = std::string_view::npos;

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

// The end of the character that starts at `pos`. REQUIRES: pos < text.size().
size_t CharacterEnd(std::string_view text, size_t pos) {
  do {
    ++pos;
  } while (pos < text.size() && IsContinuation(text[pos]));
  return pos;
}

// Tokens without kAny, from `pos` on: where they end, or kNowhere. Counts the tokens tried.
size_t MatchForward(std::span<const Token> run, std::string_view text, size_t pos, size_t* tried) {
  for (const Token& token : run) {
    ++*tried;
    if (token.kind == Token::Kind::kOne) {
      if (pos >= text.size()) return kNowhere;
      pos = CharacterEnd(text, pos);
    } else {
      if (!text.substr(pos).starts_with(token.text)) return kNowhere;
      pos += token.text.size();
    }
  }
  return pos;
}

// The same up to the text's end: where they start, or kNowhere.
size_t MatchBackward(std::span<const Token> run, std::string_view text) {
  for (auto token = run.rbegin(); token != run.rend(); ++token) {
    if (token->kind == Token::Kind::kOne) {
      if (text.empty()) return kNowhere;
      while (text.size() > 1 && IsContinuation(text.back())) text.remove_suffix(1);
      text.remove_suffix(1);
    } else {
      if (!text.ends_with(token->text)) return kNowhere;
      text.remove_suffix(token->text.size());
    }
  }
  return text.size();
}

// Where the run, found as early as possible from `pos` on, ends. Takes what it tries off the budget and gives up at
// zero.
size_t FindRun(std::span<const Token> run, std::string_view text, size_t pos, size_t* budget) {
  if (run.size() == 1 && run[0].kind == Token::Kind::kText) {
    const std::string_view needle = run[0].text;
    if (needle.empty()) return pos;
    const void* found = ::memmem(text.data() + pos, text.size() - pos, needle.data(), needle.size());
    return found == nullptr ? kNowhere : static_cast<const char*>(found) - text.data() + needle.size();
  }
  for (; pos < text.size() && *budget > 0; pos = CharacterEnd(text, pos)) {
    size_t tried = 0;
    const size_t end = MatchForward(run, text, pos, &tried);
    if (end != kNowhere) return end;
    *budget -= std::min(*budget, tried);
  }
  return kNowhere;
}

// Of two that both have to match.
Match Both(Match a, Match b) {
  if (a == Match::kNo || b == Match::kNo) return Match::kNo;
  return a == Match::kUnknown ? a : b;
}

bool EqualsFoldedBoth(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

Match MatchTokens(std::span<const Token> tokens, std::string_view text) {
  const auto answer = [](bool matches) { return matches ? Match::kYes : Match::kNo; };
  size_t least = 0;
  for (const Token& token : tokens) least += token.kind == Token::Kind::kOne ? 1 : token.text.size();
  if (least > text.size()) return Match::kNo;

  const auto next_star = [&](size_t from) {
    while (from < tokens.size() && tokens[from].kind != Token::Kind::kAny) ++from;
    return from;
  };
  size_t star = next_star(0);
  size_t tried = 0;
  size_t pos = MatchForward(tokens.first(star), text, 0, &tried);
  if (pos == kNowhere) return Match::kNo;
  if (star == tokens.size()) return answer(pos == text.size());
  size_t budget = kMatchBudget;
  while (true) {
    const size_t begin = star + 1;
    star = next_star(begin);
    const auto run = tokens.subspan(begin, star - begin);
    if (star == tokens.size()) {
      const size_t start = MatchBackward(run, text);
      return answer(start != kNowhere && start >= pos);
    }
    if (!run.empty()) pos = FindRun(run, text, pos, &budget);
    if (budget == 0) return Match::kUnknown;
    if (pos == kNowhere) return Match::kNo;
  }
}

// Splits a text into pieces.
class Pattern::Parser {
 public:
  Parser(Options options, Pattern* out) : options_(options), out_(out) {}

  std::expected<void, std::string> Run(std::string_view text) {
    while (!text.empty()) {
      if (options_.variables && colons_ >= options_.variables_after && text.starts_with("${")) {
        const size_t end = text.find('}');
        if (end == kNowhere) return std::unexpected("a policy variable without an end");
        if (!Variable(text.substr(2, end - 2)))
          return std::unexpected("no policy variable: \"" + std::string(text.substr(0, end + 1)) + "\"");
        text.remove_prefix(end + 1);
        continue;
      }
      if (text.front() == ':') ++colons_;
      Character(text.front());
      text.remove_prefix(1);
    }
    return {};
  }

 private:
  using Kind = Piece::Kind;

  void Character(char c) {
    if (options_.wildcards && c == '*') {
      if (out_->pieces_.empty() || out_->pieces_.back().kind != Kind::kAny) out_->pieces_.push_back(Piece(Kind::kAny));
    } else if (options_.wildcards && c == '?') {
      out_->pieces_.push_back(Piece(Kind::kOne));
    } else {
      Literal(c);
    }
  }

  void Literal(char c) {
    if (out_->pieces_.empty() || out_->pieces_.back().kind != Kind::kText) out_->pieces_.push_back(Piece(Kind::kText));
    out_->pieces_.back().text.push_back(c);
  }

  // What stands between "${" and "}".
  bool Variable(std::string_view inside) {
    if (inside == "*" || inside == "?" || inside == "$") {
      Literal(inside.front());
      return true;
    }
    Piece piece(Kind::kVariable);
    if (const size_t comma = inside.find(','); comma != kNowhere) {
      std::string_view value = inside.substr(comma + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      if (value.size() < 2 || value.front() != '\'' || value.back() != '\'') return false;
      piece.text = value.substr(1, value.size() - 2);
      piece.has_default = true;
      inside = inside.substr(0, comma);
    }
    while (inside.ends_with(' ')) inside.remove_suffix(1);
    piece.key = ConditionKey::Parse(inside);
    if (!piece.key) return false;
    out_->has_variables_ = true;
    out_->pieces_.push_back(std::move(piece));
    return true;
  }

  Options options_;
  Pattern* out_;
  int colons_ = 0;
};

std::expected<Pattern, std::string> Pattern::Parse(std::string_view text, Options options) {
  Pattern pattern(options.fold_case);
  if (auto parsed = Parser(options, &pattern).Run(text); !parsed) return std::unexpected(std::move(parsed).error());
  pattern.pieces_.shrink_to_fit();
  if (!pattern.has_variables_) {
    for (const Piece& piece : pattern.pieces_) pattern.tokens_.push_back({Token::Kind(piece.kind), piece.text});
  }
  return pattern;
}

Match Pattern::MatchesResolved(std::span<const Token> tokens, std::string_view text) const {
  if (!fold_case_) return MatchTokens(tokens, text);
  for (const Token& token : tokens) {
    if (!EqualsFoldedBoth(token.text, text.substr(0, token.text.size()))) return Match::kNo;
    text.remove_prefix(token.text.size());
  }
  return text.empty() ? Match::kYes : Match::kNo;
}

bool Pattern::MatchesPlain(std::string_view text) const { return MatchesResolved(tokens_, text) == Match::kYes; }

template <class Matcher>
Match Pattern::WithValues(const RequestContext& context, Matcher&& match) const {
  constexpr size_t kFew = 16;
  std::array<Token, kFew> few;
  std::vector<Token> many;
  std::span<Token> tokens(few);
  if (pieces_.size() > kFew) {
    many.resize(pieces_.size());
    tokens = many;
  }
  tokens = tokens.first(pieces_.size());
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const Piece& piece = pieces_[i];
    if (piece.kind != Piece::Kind::kVariable) {
      tokens[i] = {Token::Kind(piece.kind), piece.text};
      continue;
    }
    const ConditionValues values = context.Find(*piece.key);
    if (piece.key->multi_valued() || values.absent()) {
      if (!piece.has_default) return Match::kNo;
      tokens[i] = {Token::Kind::kText, piece.text};
    } else {
      if (values.values().size() > 1) return Match::kUnknown;
      tokens[i] = {Token::Kind::kText, values.values()[0]};
    }
  }
  return match(std::span<const Token>(tokens));
}

Match Pattern::Matches(std::string_view text, const RequestContext& context) const {
  if (!has_variables_) return MatchesResolved(tokens_, text);
  return WithValues(context, [&](std::span<const Token> tokens) { return MatchesResolved(tokens, text); });
}

Match Pattern::MatchesArn(std::string_view text, const RequestContext& context) const {
  const auto values = SplitArnParts(text);
  if (!values) return Match::kNo;
  return WithValues(context, [&](std::span<const Token> tokens) {
    std::array<std::vector<Token>, 6> parts;
    size_t part = 0;
    for (Token token : tokens) {
      for (size_t colon; part < 5 && token.kind == Token::Kind::kText && (colon = token.text.find(':')) != kNowhere;) {
        parts[part++].push_back({Token::Kind::kText, token.text.substr(0, colon)});
        token.text.remove_prefix(colon + 1);
      }
      parts[part].push_back(token);
    }
    if (part < 5) return Match::kNo;
    Match all = Match::kYes;
    for (size_t i = 0; i < parts.size() && all != Match::kNo; ++i) all = Both(all, MatchTokens(parts[i], (*values)[i]));
    return all;
  });
}

std::optional<std::array<std::string_view, 6>> SplitArnParts(std::string_view text) {
  std::array<std::string_view, 6> parts;
  for (size_t i = 0; i < 5; ++i) {
    const size_t colon = text.find(':');
    if (colon == kNowhere) return std::nullopt;
    parts[i] = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  parts[5] = text;
  return parts;
}

namespace {

// The six parts of a pattern: colons within a policy variable are not counted.
std::vector<std::string_view> SplitPattern(std::string_view text, bool variables) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t i = 0; i < text.size() && parts.size() < 5; ++i) {
    if (variables && text.substr(i).starts_with("${")) {
      i = std::min(text.find('}', i), text.size() - 1);
    } else if (text[i] == ':') {
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace

std::expected<ArnPattern, std::string> ArnPattern::Parse(std::string_view text, bool variables) {
  ArnPattern arn;
  std::vector<std::string_view> parts = SplitPattern(text, variables);
  if (parts.size() != 6) parts = {text};
  for (const std::string_view part : parts) {
    auto pattern = Pattern::Parse(part, {.variables = variables});
    if (!pattern) return std::unexpected(std::move(pattern).error());
    arn.parts_.push_back(*std::move(pattern));
  }
  return arn;
}

std::optional<Match> ArnPattern::Matches(std::string_view text, const RequestContext& context) const {
  const auto values = SplitArnParts(text);
  if (!values) return std::nullopt;
  if (parts_.size() == 1) {
    // "*" alone is every ARN; other patterns without six parts can have them only through their variables.
    if (parts_[0].matches_all()) return Match::kYes;
    return parts_[0].has_variables() ? parts_[0].MatchesArn(text, context) : Match::kNo;
  }
  Match all = Match::kYes;
  for (size_t i = 0; i < 6 && all != Match::kNo; ++i) all = Both(all, parts_[i].Matches((*values)[i], context));
  return all;
}

}  // namespace kagimori::policy
