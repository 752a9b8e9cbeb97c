#include "iam/rules.h"

#include <algorithm>
#include <cctype>

#include "shapes/patterns.h"

namespace kagimori::iam {
namespace {

bool Alphanumeric(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 && (c & 0x80) == 0; }

bool Made(std::string_view text, std::string_view others) {
  return !text.empty() &&
         std::ranges::all_of(text, [&](char c) { return Alphanumeric(c) || others.find(c) != others.npos; });
}

bool IsName(std::string_view text) { return Made(text, "_+=,.@-"); }

bool Visible(std::string_view text, char last) {
  return std::ranges::all_of(text, [&](char c) { return c >= '!' && c <= last; });
}

bool IsPath(std::string_view text) {
  if (text == "/") return true;
  return text.size() >= 3 && text.front() == '/' && text.back() == '/' && Visible(text, '~');
}
bool IsPathPrefix(std::string_view text) { return text.starts_with('/') && Visible(text, '\x7F'); }

// ((/[A-Za-z0-9\.,\+@=_-]+)*)/
bool IsPolicyPath(std::string_view text) {
  if (!text.starts_with('/') || !text.ends_with('/') || text.find("//") != text.npos) return false;
  return text == "/" || Made(text, "/.,+@=_-");
}

bool IsDocument(std::string_view text) { return shapes::Matches(shapes::Pattern::kPolicy, text); }

// [\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*. REQUIRES: UTF-8.
bool IsDescription(std::string_view text) {
  if (!text.empty() && !IsDocument(text)) return false;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\xC2' && static_cast<uint8_t>(text[i + 1]) < 0xA1) return false;
  }
  return text.find('\x7F') == text.npos;
}

bool IsVersionId(std::string_view text) {
  if (text.size() < 2 || text[0] != 'v' || text[1] < '1' || text[1] > '9') return false;
  text.remove_prefix(2);
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') text.remove_prefix(1);
  if (text.empty()) return true;
  return text[0] == '.' && (text.size() == 1 || Made(text.substr(1), "-"));
}

bool IsMarker(std::string_view text) { return !text.empty() && shapes::Matches(shapes::Pattern::kLatin1, text); }
bool IsWord(std::string_view text) { return Made(text, "_"); }

// Letters, digits and separators of any script: what is beyond ASCII is taken as it comes.
bool IsTagText(std::string_view text) {
  constexpr std::string_view kSigns = " _.:/=+-@";
  return std::ranges::all_of(text, [&](char c) {
    return static_cast<uint8_t>(c) >= 0x80 || Alphanumeric(c) || kSigns.find(c) != kSigns.npos;
  });
}
bool IsTagKey(std::string_view text) { return !text.empty() && IsTagText(text); }

shapes::TextRule Rule(int64_t min, int64_t max, std::string_view pattern = {},
                      bool (*matches)(std::string_view) = nullptr) {
  return {.min = min, .max = max, .pattern = pattern, .matches = matches, .secret = true};
}

constexpr std::string_view kNamePattern = R"([\w+=,.@-]+)";
constexpr std::string_view kPathPattern = R"((\u002F)|(\u002F[\u0021-\u007E]+\u002F))";

}  // namespace

const shapes::TextRule kUserName = Rule(1, 64, kNamePattern, &IsName);
const shapes::TextRule kExistingUserName = Rule(1, 128, kNamePattern, &IsName);
const shapes::TextRule kGroupName = Rule(1, 128, kNamePattern, &IsName);
const shapes::TextRule kRoleName = Rule(1, 64, kNamePattern, &IsName);
const shapes::TextRule kPolicyName = Rule(1, 128, kNamePattern, &IsName);
const shapes::TextRule kPath = Rule(1, 512, kPathPattern, &IsPath);
const shapes::TextRule kPathPrefix = Rule(1, 512, R"(\u002F[\u0021-\u007F]*)", &IsPathPrefix);
const shapes::TextRule kPolicyPath = Rule(1, 512, R"(((/[A-Za-z0-9\.,\+@=_-]+)*)/)", &IsPolicyPath);
const shapes::TextRule kDocument = Rule(1, 131072, R"([\u0009\u000A\u000D\u0020-\u00FF]+)", &IsDocument);
const shapes::TextRule kRoleDescription =
    Rule(0, 1000, R"([\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*)", &IsDescription);
const shapes::TextRule kPolicyDescription = Rule(0, 1000);
const shapes::TextRule kArn = Rule(20, 2048);
const shapes::TextRule kVersionId = Rule(0, 131072, R"(v[1-9][0-9]*(\.[A-Za-z0-9-]*)?)", &IsVersionId);
const shapes::TextRule kMarker = Rule(1, 320, R"([\u0020-\u00FF]+)", &IsMarker);
const shapes::TextRule kAccessKeyId = Rule(16, 128, R"([\w]+)", &IsWord);
const shapes::TextRule kTagKey = Rule(1, 128, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]+)", &IsTagKey);
const shapes::TextRule kTagValue = Rule(0, 256, R"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", &IsTagText);
const shapes::TextRule kProviderUrl = Rule(1, 255);
const shapes::TextRule kClientId = Rule(1, 255);
const shapes::TextRule kThumbprint = Rule(40, 40);
const shapes::TextRule kActionName = Rule(3, 128);
const shapes::TextRule kResourceName = Rule(1, 2048);

}  // namespace kagimori::iam
