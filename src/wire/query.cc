#include "wire/query.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace kagimori::wire {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (char c : {'-', '_', '.', '~'}) table[static_cast<uint8_t>(c)] = true;
  return table;
}();

bool IsUtf8(std::string_view text) { return simdjson::validate_utf8(text.data(), text.size()); }

// Decodes `text` by way of `put`, a function of a char.
template <class Put>
bool PercentDecode(std::string_view text, PlusSign plus, Put put) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3) return false;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return false;
      put(static_cast<char>(high << 4 | low));
      i += 2;
    } else {
      put(text[i] == '+' && plus == PlusSign::kSpace ? ' ' : text[i]);
    }
  }
  return true;
}

}  // namespace

TargetParts SplitTarget(std::string_view target) {
  const size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {target, {}};
  return {target.substr(0, mark), target.substr(mark + 1)};
}

bool AppendPercentDecoded(std::string_view text, PlusSign plus, std::string* out) {
  return PercentDecode(text, plus, [out](char c) { out->push_back(c); });
}

void AppendPercentEncoded(std::string_view text, Slash slash, std::string* out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (kUnreserved[byte] || (c == '/' && slash == Slash::kKeep)) {
      out->push_back(c);
    } else {
      out->push_back('%');
      out->push_back(kHex[byte >> 4]);
      out->push_back(kHex[byte & 15]);
    }
  }
}

Result<QueryParameters> QueryParameters::ParseForm(std::string_view body, const QueryLimits& limits) {
  return Parse(body, PlusSign::kSpace, limits);
}

Result<QueryParameters> QueryParameters::ParseUrlQuery(std::string_view query, const QueryLimits& limits) {
  return Parse(query, PlusSign::kLiteral, limits);
}

Result<QueryParameters> QueryParameters::Parse(std::string_view text, PlusSign plus, const QueryLimits& limits) {
  if (text.size() > limits.max_bytes) return Fail(ErrorKind::kLimit, "query string too long");
  QueryParameters result;
  // Decoding never lengthens, so the views into this block stay good while it fills.
  result.decoded_.Reserve(text.size());
  const auto decode = [&](std::string_view part, std::string_view* decoded) {
    const size_t start = result.decoded_.size();
    if (!PercentDecode(part, plus, [&](char c) { result.decoded_.PushBack(c); })) return false;
    *decoded = {result.decoded_.data() + start, result.decoded_.size() - start};
    return true;
  };

  while (!text.empty()) {
    const std::string_view pair = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
    if (pair.empty()) continue;
    if (result.parameters_.size() == limits.max_parameters) return Fail(ErrorKind::kLimit, "too many query parameters");
    const size_t equal = pair.find('=');
    QueryParameter parameter;
    const bool readable = decode(pair.substr(0, equal), &parameter.name) &&
                          (equal == std::string_view::npos || decode(pair.substr(equal + 1), &parameter.value));
    if (!readable) return Fail(ErrorKind::kInvalid, "malformed percent-escape in a query string");
    if (!IsUtf8(parameter.name) || !IsUtf8(parameter.value)) {
      return Fail(ErrorKind::kInvalid, "a query parameter is no UTF-8");
    }
    result.parameters_.push_back(parameter);
  }
  return result;
}

std::optional<std::string_view> QueryParameters::Get(std::string_view name) const {
  const auto found = std::ranges::find(parameters_, name, &QueryParameter::name);
  if (found == parameters_.end()) return std::nullopt;
  return found->value;
}

}  // namespace kagimori::wire
