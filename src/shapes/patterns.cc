#include "shapes/patterns.h"

#include <array>
#include <cstddef>

#include "wire/utf16.h"

namespace kagimori::shapes {
namespace {

// Character classes as bits of one table. Java's \w and \s are ASCII.
enum Class : uint8_t {
  kLower = 1,
  kUpper = 2,
  kDigit = 4,
  kSpace = 8,
  kBase32 = 16,  // 2-7
  kHexLetter = 32,
};
constexpr uint8_t kAlphanumeric = kLower | kUpper | kDigit;

constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> classes{};
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<size_t>(c)] |= kLower;
  for (int c = 'a'; c <= 'f'; ++c) classes[static_cast<size_t>(c)] |= kHexLetter;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<size_t>(c)] |= kUpper;
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<size_t>(c)] |= kDigit;
  for (int c = '2'; c <= '7'; ++c) classes[static_cast<size_t>(c)] |= kBase32;
  for (char c : {' ', '\t', '\n', '\v', '\f', '\r'}) classes[static_cast<size_t>(c)] |= kSpace;
  return classes;
}();

bool In(char c, uint8_t classes, std::string_view others = "") {
  return (kClasses[static_cast<uint8_t>(c)] & classes) != 0 || others.find(c) != std::string_view::npos;
}

bool All(std::string_view text, uint8_t classes, std::string_view others = "") {
  for (char c : text) {
    if (!In(c, classes, others)) return false;
  }
  return true;
}

bool Some(std::string_view text, uint8_t classes, std::string_view others = "") {
  return !text.empty() && All(text, classes, others);
}

// Characters U+0020 - U+00FF and the ASCII ones of `others`. REQUIRES: UTF-8, so that those beyond ASCII are C2 xx and
// C3 xx.
bool Latin1(std::string_view text, std::string_view others) {
  for (size_t i = 0; i < text.size(); ++i) {
    auto byte = static_cast<uint8_t>(text[i]);
    if (byte == 0xC2 || byte == 0xC3) {
      ++i;
    } else if (byte >= 0x80 || (byte < 0x20 && others.find(text[i]) == std::string_view::npos)) {
      return false;
    }
  }
  return true;
}

bool TakePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

// ([a-z]+-){2,3}\d+ at the start of `text`, which it takes.
bool TakeRegion(std::string_view* text) {
  int groups = 0;
  while (true) {
    size_t letters = 0;
    while (letters < text->size() && In((*text)[letters], kLower)) ++letters;
    if (letters == 0) break;
    if (letters == text->size() || (*text)[letters] != '-') return false;
    text->remove_prefix(letters + 1);
    ++groups;
  }
  if (groups < 2 || groups > 3) return false;
  size_t digits = 0;
  while (digits < text->size() && In((*text)[digits], kDigit)) ++digits;
  text->remove_prefix(digits);
  return digits != 0;
}

bool Region(std::string_view text) { return TakeRegion(&text) && text.empty(); }

bool ClusterId(std::string_view text) {
  return TakePrefix(&text, "cluster-") && text.size() >= 11 && text.size() <= 16 &&
         All(text, kLower | kUpper | kBase32);
}

bool XksPath(std::string_view text) {
  constexpr std::string_view kTail = "/kms/xks/v";
  size_t at = text.rfind(kTail);
  if (at == std::string_view::npos) return false;
  std::string_view version = text.substr(at + kTail.size());
  std::string_view prefix = text.substr(0, at);
  if (version.empty() || version.size() > 2 || !All(version, kDigit)) return false;
  return prefix.empty() || (prefix.size() >= 2 && prefix[0] == '/' && All(prefix, kAlphanumeric, "/_-"));
}

bool VpceService(std::string_view text) {
  if (!TakePrefix(&text, "com") && !TakePrefix(&text, "eu")) return false;
  return TakePrefix(&text, ".amazonaws.vpce.") && TakeRegion(&text) && TakePrefix(&text, ".vpce-svc-") &&
         Some(text, kLower | kDigit);
}

// Characters beyond ASCII are taken for letters.
bool TagText(std::string_view text) {
  for (char c : text) {
    if (static_cast<uint8_t>(c) < 0x80 && !In(c, kAlphanumeric, " _.:/=+-@")) return false;
  }
  return true;
}

bool ParameterFilterKey(std::string_view text) {
  constexpr std::string_view kKeys[] = {"Name", "Type", "KeyId", "Path", "Label", "Tier", "DataType"};
  if (text.starts_with("tag:")) return text.size() > 4 && text.find('\n') == text.npos;
  for (std::string_view key : kKeys) {
    if (text == key) return true;
  }
  return false;
}

}  // namespace

bool Matches(Pattern pattern, std::string_view text) {
  switch (pattern) {
    case Pattern::kNone:
      return true;
    case Pattern::kAscii:
      return !text.empty() && wire::IsAscii(text);
    case Pattern::kName:
      return Some(text, kAlphanumeric, ":/_-");
    case Pattern::kHex:
      return Some(text, kDigit | kHexLetter);
    case Pattern::kAccount:
      return text.size() == 12 && All(text, kDigit);
    case Pattern::kClusterId:
      return ClusterId(text);
    case Pattern::kMaterialDescription:
      return Some(text, kAlphanumeric | kSpace, ":/_.-");
    case Pattern::kLatin1:
      return Latin1(text, "");
    case Pattern::kWord:
      return Some(text, kAlphanumeric, "_");
    case Pattern::kPolicy:
      return !text.empty() && Latin1(text, "\t\n\r");
    case Pattern::kPrincipal:
      return Some(text, kAlphanumeric, "_+=,.@:/-");
    case Pattern::kRegion:
      return Region(text);
    case Pattern::kXksKeyId:
      return Some(text, kAlphanumeric, "-_.");
    case Pattern::kXksAccessKey:
      return Some(text, kUpper | kBase32);
    case Pattern::kXksSecretKey:
      return Some(text, kAlphanumeric, "/+=");
    case Pattern::kXksEndpoint:
      return TakePrefix(&text, "https://") && Some(text, kAlphanumeric, ".-");
    case Pattern::kXksPath:
      return XksPath(text);
    case Pattern::kVpceService:
      return VpceService(text);
    case Pattern::kParameterKeyId:
      return Some(text, kAlphanumeric, ":/_-");
    case Pattern::kTagText:
      return TagText(text);
    case Pattern::kParameterFilterKey:
      return ParameterFilterKey(text);
  }
  return false;
}

std::string_view PatternText(Pattern pattern) {
  switch (pattern) {
    case Pattern::kNone:
      return "";
    case Pattern::kAscii:
      return R"(^\p{ASCII}+$)";
    case Pattern::kName:
      return R"(^[a-zA-Z0-9:/_-]+$)";
    case Pattern::kHex:
      return R"(^[a-f0-9]+$)";
    case Pattern::kAccount:
      return R"([0-9]{12})";
    case Pattern::kClusterId:
      return R"(cluster-[2-7a-zA-Z]{11,16})";
    case Pattern::kMaterialDescription:
      return R"(^[a-zA-Z0-9:/_\s.-]+$)";
    case Pattern::kLatin1:
      return R"([\u0020-\u00FF]*)";
    case Pattern::kWord:
      return R"([\w]+)";
    case Pattern::kPolicy:
      return R"([\u0009\u000A\u000D\u0020-\u00FF]+)";
    case Pattern::kPrincipal:
      return R"(^[\w+=,.@:/-]+$)";
    case Pattern::kRegion:
      return R"(^([a-z]+-){2,3}\d+$)";
    case Pattern::kXksKeyId:
      return R"(^[a-zA-Z0-9-_.]+$)";
    case Pattern::kXksAccessKey:
      return R"(^[A-Z2-7]+$)";
    case Pattern::kXksSecretKey:
      return R"(^[a-zA-Z0-9\/+=]+$)";
    case Pattern::kXksEndpoint:
      return R"(^https://[a-zA-Z0-9.-]+$)";
    case Pattern::kXksPath:
      return R"re(^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$)re";
    case Pattern::kVpceService:
      return R"re(^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$)re";
    case Pattern::kParameterKeyId:
      return R"(^([a-zA-Z0-9:/_-]+)$)";
    case Pattern::kTagText:
      return R"(^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$)";
    case Pattern::kParameterFilterKey:
      return R"(tag:.+|Name|Type|KeyId|Path|Label|Tier|DataType)";
  }
  return "";
}

}  // namespace kagimori::shapes
