#include "sigv4/canonical.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "sigv4/text.h"
#include "wire/query.h"

namespace kagimori::sigv4 {
namespace {

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

std::array<char, 64> Hex(const crypto::Sha256Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::array<char, 64> text;
  for (size_t i = 0; i < digest.size(); ++i) {
    text[2 * i] = kDigits[digest[i] >> 4];
    text[2 * i + 1] = kDigits[digest[i] & 15];
  }
  return text;
}

std::string_view View(const std::array<char, 64>& text) { return {text.data(), text.size()}; }

void AppendLower(std::string_view text, std::string* out) {
  for (; text.size() >= 8; text.remove_prefix(8)) {
    const uint64_t lower = ToLower8(Load8(text.data()));
    char chars[8];
    std::memcpy(chars, &lower, sizeof chars);
    out->append(chars, sizeof chars);
  }
  for (char c : text) out->push_back(ToLower(c));
}

// RFC 9110's token. A presigned request's list is percent-decoded and so could hold line ends, which must not reach the
// canonical request.
bool IsFieldName(std::string_view name) {
  static constexpr std::array<bool, 256> kToken = [] {
    std::array<bool, 256> table{};
    for (int c = 0x21; c < 0x7F; ++c) table[c] = true;
    for (char c : std::string_view("\"(),/:;<=>?@[\\]{}")) table[static_cast<uint8_t>(c)] = false;
    return table;
  }();
  return !name.empty() && std::ranges::all_of(name, [](char c) { return kToken[static_cast<uint8_t>(c)]; });
}

// The names of a SignedHeaders list, sorted as the canonical form wants them (every SDK sends them so).
class NameList {
 public:
  // False when there are too many, one is there twice or one is no name.
  bool Read(std::string_view list) {
    if (list.ends_with(';')) return false;
    bool sorted = true;
    while (!list.empty()) {
      if (size_ == names_.size()) return false;
      names_[size_] = TakePart(&list, ';');
      if (!IsFieldName(names_[size_])) return false;
      if (size_ > 0) sorted = sorted && CompareIgnoringCase(names_[size_ - 1], names_[size_]) < 0;
      ++size_;
    }
    if (sorted) return true;
    const auto less = [](std::string_view a, std::string_view b) { return CompareIgnoringCase(a, b) < 0; };
    std::sort(names_.begin(), names_.begin() + size_, less);
    const auto end = names_.begin() + size_;
    return std::adjacent_find(names_.begin(), end, EqualIgnoringCase) == end;
  }

  std::span<const std::string_view> names() const { return {names_.data(), size_}; }

 private:
  std::array<std::string_view, kMaxSignedHeaders> names_;
  size_t size_ = 0;
};

// False when a value holds a line end: the parser in front of us lets none through, but a forged line must not depend
// on that.
bool AppendHeaderLine(const net::RequestHead& head, std::string_view name, std::string* out) {
  AppendLower(name, out);
  char separator = ':';
  for (const net::HeaderField& field : head.fields) {
    if (!EqualIgnoringCase(field.name, name)) continue;
    if (std::memchr(field.value.data(), '\n', field.value.size()) != nullptr) return false;
    out->push_back(separator);
    AppendCanonicalValue(field.value, out);
    separator = ',';
  }
  if (separator == ':') out->push_back(':');
  out->push_back('\n');
  return true;
}

}  // namespace

void AppendCanonicalPath(std::string_view path, std::string* out) {
  // RFC 3986 section 5.2.4 with empty segments dropped, as botocore has it: only a trailing '/' itself is kept.
  std::vector<std::string_view> segments;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view segment = TakePart(&rest, '/');
    if (segment.empty() || segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  for (std::string_view segment : segments) {
    out->push_back('/');
    wire::AppendPercentEncoded(segment, wire::Slash::kEncode, out);
  }
  if (segments.empty() || path.ends_with('/')) out->push_back('/');
}

bool AppendCanonicalQuery(std::string_view query, std::string* out) {
  if (query.empty()) return true;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string decoded;
  const auto recode = [&decoded](std::string_view part, std::string* encoded) {
    decoded.clear();
    if (!wire::AppendPercentDecoded(part, wire::PlusSign::kLiteral, &decoded)) return false;
    wire::AppendPercentEncoded(decoded, wire::Slash::kEncode, encoded);
    return true;
  };
  while (!query.empty()) {
    std::string_view value = TakePart(&query, '&');
    if (value.empty()) continue;
    const std::string_view name = TakePart(&value, '=');
    auto& [encoded_name, encoded_value] = parameters.emplace_back();
    if (!recode(name, &encoded_name) || !recode(value, &encoded_value)) return false;
    if (encoded_name == kSignatureParameter) parameters.pop_back();
  }
  std::ranges::sort(parameters);
  for (const auto& [name, value] : parameters) {
    if (&name != &parameters.front().first) out->push_back('&');
    out->append(name).append("=").append(value);
  }
  return true;
}

void AppendCanonicalValue(std::string_view value, std::string* out) {
  while (!value.empty() && IsBlank(value.front())) value.remove_prefix(1);
  while (!value.empty() && IsBlank(value.back())) value.remove_suffix(1);
  if (std::memchr(value.data(), '\t', value.size()) == nullptr && value.find("  ") == std::string_view::npos) {
    out->append(value);
    return;
  }
  bool blank = false;
  for (char c : value) {
    if (!IsBlank(c)) {
      out->push_back(c);
    } else if (!blank) {
      out->push_back(' ');
    }
    blank = IsBlank(c);
  }
}

bool AppendCanonicalRequest(const net::RequestHead& head, std::string_view signed_headers,
                            const crypto::Sha256Digest& body_digest, std::string* out) {
  NameList list;
  if (!list.Read(signed_headers) || !head.target.starts_with('/')) return false;
  const wire::TargetParts target = wire::SplitTarget(head.target);
  out->append(head.method).push_back('\n');
  AppendCanonicalPath(target.path, out);
  out->push_back('\n');
  if (!AppendCanonicalQuery(target.query, out)) return false;
  out->push_back('\n');
  for (std::string_view name : list.names()) {
    if (!AppendHeaderLine(head, name, out)) return false;
  }
  for (std::string_view name : list.names()) {
    out->push_back(name.data() == list.names().front().data() ? '\n' : ';');
    AppendLower(name, out);
  }
  out->push_back('\n');
  out->append(View(Hex(body_digest)));
  return true;
}

std::array<char, 64> ComputeSignature(const crypto::HmacSha256Key& signing_key, std::string_view time,
                                      std::string_view scope, std::string_view canonical_request) {
  const std::array<char, 64> digest = Hex(crypto::Sha256(AsBytes(canonical_request)));
  return Hex(signing_key.Sign({AsBytes(kAlgorithm), AsBytes("\n"), AsBytes(time), AsBytes("\n"), AsBytes(scope),
                               AsBytes("\n"), AsBytes(View(digest))}));
}

}  // namespace kagimori::sigv4
