#include "ssm/names.h"

#include <algorithm>
#include <charconv>

namespace kagimori::ssm {
namespace {

constexpr std::string_view kMalformed =
    "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of "
    "sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 "
    "symbols .-_";
constexpr std::string_view kMalformedPath =
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash "
    "\"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the "
    "following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if "
    "specified, must use the forward slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_.";
constexpr std::string_view kTooManyLevels =
    "A hierarchy can have a maximum of 15 levels. For more information, see Requirements and constraints for parameter "
    "names in the Amazon Web Services Systems Manager User Guide.";

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool StartsWithFolded(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() && std::ranges::equal(text.substr(0, lower.size()), lower, [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         });
}

// Sub-paths of name characters, none empty, with slashes between and maybe one before them.
bool IsWellFormed(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  bool empty = true;
  for (char c : name) {
    if (c == '/' ? empty : !IsNameCharacter(c)) return false;
    empty = c == '/';
  }
  return !empty;
}

std::string_view FirstElement(std::string_view name) { return name.substr(name.starts_with('/') ? 1 : 0); }

size_t LevelsOf(std::string_view name) {
  return static_cast<size_t>(std::ranges::count(name, '/')) + (name.starts_with('/') ? 0 : 1);
}

std::string_view Trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// arn:partition:ssm:region:account:parameter/name
bool TakeArn(std::string_view* text, Reference* reference) {
  std::string_view fields[5];
  std::string_view rest = *text;
  for (std::string_view& field : fields) {
    const size_t colon = rest.find(':');
    if (colon == rest.npos) return false;
    field = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  }
  reference->region = Region::Parse(fields[3]);
  reference->account = AccountId::Parse(fields[4]);
  constexpr std::string_view kType = "parameter/";
  if (fields[0] != "arn" || fields[2] != "ssm" || !reference->region || !reference->account ||
      fields[1] != reference->region->partition() || !rest.starts_with(kType)) {
    return false;
  }
  *text = rest.substr(kType.size() - 1);  // from the slash on
  return true;
}

bool IsNumber(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == text.npos; }

}  // namespace

OrError<std::string> NameToPut(std::string_view text, AccountId account, Region region) {
  const std::string_view name = Trimmed(text);
  const std::string_view first = FirstElement(name);
  const bool path = name.find('/') != name.npos;
  if (path && StartsWithFolded(first, "aws"))
    return Refuse(Errors::AccessDenied("No access to reserved parameter name: " + std::string(name) + "."));
  if (!path && (StartsWithFolded(name, "aws") || StartsWithFolded(name, "ssm")))
    return Invalid("Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
  if (!IsWellFormed(name) || StartsWithFolded(first, "ssm")) return Invalid(std::string(kMalformed));
  if (path && !name.starts_with('/'))
    return Invalid("Parameter name must be a fully qualified name.");  // guess: the text
  if (LevelsOf(name) > kMaxLevels) return Refuse(Errors::HierarchyLevelLimitExceeded(std::string(kTooManyLevels)));
  const parameters::ParameterName full{.account = account, .region = region, .name = std::string(name)};
  if (full.Arn().size() > kMaxArnSize) {
    // Guess: the text.
    return Invalid("Parameter name is too long: the parameter's ARN can have a maximum of 1011 characters.");
  }
  return full.name;
}

OrError<std::string> NameAlone(std::string_view text) {
  const std::string_view name = Trimmed(text);
  if (!IsWellFormed(name) || StartsWithFolded(FirstElement(name), "ssm")) return Invalid(std::string(kMalformed));
  return std::string(name);
}

OrError<Reference> ParseReference(std::string_view text) {
  Reference reference;
  std::string_view rest = Trimmed(text);
  if (rest.starts_with("arn:") && !TakeArn(&rest, &reference)) return Invalid(std::string(kMalformed));
  const size_t colon = rest.find(':');
  if (colon != rest.npos) {
    const std::string_view selector = rest.substr(colon + 1);
    // A label has no colon in it, and one that looks like a number names a version.
    if (selector.empty() || selector.size() > 100 || !std::ranges::all_of(selector, IsNameCharacter))
      return Invalid(std::string(kMalformed));
    reference.selector = rest.substr(colon);
    if (IsNumber(selector)) {
      uint64_t number = 0;
      const auto read = std::from_chars(selector.data(), selector.data() + selector.size(), number);
      reference.version = read.ec == std::errc() ? number : 0;  // version 0 is none
    } else {
      reference.label = selector;
    }
    rest = rest.substr(0, colon);
  }
  OrError<std::string> name = NameAlone(rest);
  if (!name) return std::unexpected(std::move(name).error());
  reference.name = *std::move(name);
  reference.either_form = reference.account && reference.name.find('/', 1) == std::string::npos;
  return reference;
}

bool IsPathText(std::string_view path) {
  if (!path.starts_with('/')) return false;
  if (path == "/") return true;
  if (path.ends_with('/')) path.remove_suffix(1);
  return IsWellFormed(path);
}

OrError<std::string> LevelOf(std::string_view path) {
  path = Trimmed(path);
  const std::string_view first = FirstElement(path);
  if (!IsPathText(path) || StartsWithFolded(first, "aws") || StartsWithFolded(first, "ssm"))
    return Invalid(std::string(kMalformedPath));
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path);
}

}  // namespace kagimori::ssm
