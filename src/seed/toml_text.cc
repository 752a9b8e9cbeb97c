#include "seed/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "seed/declaration.h"

namespace kagimori::seed {
namespace {

// Behind the string that begins at `at`.
size_t SkipString(std::string_view text, size_t at) {
  const char quote = text[at];
  const std::string three(3, quote);
  const bool several_lines = text.substr(at, 3) == three;
  for (at += several_lines ? 3 : 1; at < text.size(); ++at) {
    if (text[at] == '\\' && quote == '"') {
      ++at;
    } else if (several_lines && text.substr(at, 3) == three) {
      // One or two quotes more belong to the string.
      at += 3;
      for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
      return at;
    } else if (!several_lines && (text[at] == quote || text[at] == '\n')) {
      return text[at] == quote ? at + 1 : at;
    }
  }
  return text.size();
}

// The parser bounds how deep values lie in each other, but not the tables of a key like a.a.a.a, which are taken down
// by recursion. A file of keys has no use for more than a few dots in a line.
bool HasLongKey(std::string_view text) {
  constexpr int kMostDots = 16;
  int dots = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    while (at < text.size() && (text[at] == '"' || text[at] == '\'')) at = SkipString(text, at);
    if (at < text.size() && text[at] == '#') at = std::min(text.find('\n', at), text.size());
    if (at >= text.size()) break;
    if (text[at] == '\n') dots = 0;
    if (text[at] == '.' && ++dots > kMostDots) return true;
  }
  return false;
}

}  // namespace

Result<toml::table> ParseToml(std::string_view text) {
  if (text.size() > kMaxFileBytes)
    return Fail(ErrorKind::kInvalid, fmt::format("the file has more than {} bytes", kMaxFileBytes));
  if (HasLongKey(text)) return Fail(ErrorKind::kInvalid, "the file has a key of too many parts");
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return Fail(ErrorKind::kInvalid, fmt::format("line {}: {}", error.source().begin.line, error.description()));
  }
}

}  // namespace kagimori::seed
