#include "sigv4/authorization.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "sigv4/canonical.h"
#include "sigv4/text.h"
#include "sigv4/time.h"

namespace kagimori::sigv4 {
namespace {

constexpr int64_t kMaxExpirySeconds = 604'800;  // a week, as X-Amz-Expires has it

std::unexpected<AuthFailure> Refuse(FailureKind kind, std::string message) {
  return std::unexpected(AuthFailure{kind, std::move(message)});
}

// What a client sent, made fit for an error message.
std::string Printable(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return copy;
}

// The fields that matter here, found in one walk over the head.
struct Fields {
  std::string_view authorization, x_amz_date, date, token;
  bool has_token = false;
  bool has_target = false;
  bool repeated = false;  // one that decides something is there twice, so that two readers might take different ones

  explicit Fields(const net::RequestHead& head) {
    bool has_authorization = false, has_x_amz_date = false, has_host = false;
    const auto first = [this](bool* seen) {
      repeated = repeated || *seen;
      return !std::exchange(*seen, true);
    };
    for (const net::HeaderField& field : head.fields) {
      switch (field.name.size()) {
        case 4:
          if (EqualIgnoringCase(field.name, "host")) {
            first(&has_host);
          } else if (date.empty() && EqualIgnoringCase(field.name, "date")) {
            date = field.value;
          }
          break;
        case 10:
          if (EqualIgnoringCase(field.name, "x-amz-date") && first(&has_x_amz_date)) x_amz_date = field.value;
          break;
        case 12:
          if (EqualIgnoringCase(field.name, "x-amz-target")) first(&has_target);
          break;
        case 13:
          if (EqualIgnoringCase(field.name, "authorization") && first(&has_authorization)) authorization = field.value;
          break;
        case 20:
          if (EqualIgnoringCase(field.name, "x-amz-security-token") && first(&has_token)) token = field.value;
          break;
        default:
          break;
      }
    }
  }
};

// A signature's parts as they were sent, from either form. Empty is missing.
struct Parts {
  std::string_view algorithm, credential, signed_headers, signature, time;
};

// Reads "AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…"; commas, spaces or both between the parts. The
// first part without '=' goes to `malformed`.
Parts ReadAuthorization(std::string_view header, std::string_view* malformed) {
  // By hand: find_first_of costs half a microsecond here.
  const auto is_separator = [](char c) { return c == ',' || c == ' ' || c == '\t'; };
  const auto take = [&header, &is_separator] {
    size_t start = 0;
    while (start < header.size() && is_separator(header[start])) ++start;
    size_t end = start;
    while (end < header.size() && !is_separator(header[end])) ++end;
    const std::string_view part = header.substr(start, end - start);
    header.remove_prefix(end);
    return part;
  };
  Parts parts;
  parts.algorithm = take();
  for (std::string_view part = take(); !part.empty(); part = take()) {
    const size_t equal = part.find('=');
    if (equal == std::string_view::npos) {
      if (malformed->empty()) *malformed = part;
      continue;
    }
    const std::string_view name = part.substr(0, equal);
    const std::string_view value = part.substr(equal + 1);
    if (name == "Credential") parts.credential = value;
    if (name == "SignedHeaders") parts.signed_headers = value;
    if (name == "Signature") parts.signature = value;
  }
  return parts;
}

// A header whose scheme is not AWS's own counts as none.
bool IsAwsScheme(std::string_view authorization) { return authorization.starts_with("AWS4-"); }

Checked<Parts> HeaderParts(const Fields& fields) {
  // A pair without '=' is reported first: real services do so for headers that lack everything else, too.
  std::string_view malformed;
  Parts parts = ReadAuthorization(fields.authorization, &malformed);
  if (!malformed.empty()) {
    return Refuse(FailureKind::kIncomplete,
                  fmt::format("'{}' not a valid key=value pair (missing equal-sign) in Authorization header: '{}'.",
                              Printable(malformed), Printable(fields.authorization)));
  }
  parts.time = fields.x_amz_date.empty() ? fields.date : fields.x_amz_date;
  std::string missing;
  if (parts.credential.empty()) missing += "Authorization header requires 'Credential' parameter. ";
  if (parts.signature.empty()) missing += "Authorization header requires 'Signature' parameter. ";
  if (parts.signed_headers.empty()) missing += "Authorization header requires 'SignedHeaders' parameter. ";
  if (parts.time.empty()) {
    missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
  }
  if (missing.empty()) return parts;
  return Refuse(FailureKind::kIncomplete, missing + "Authorization=" + Printable(fields.authorization));
}

Checked<Parts> QueryParts(const wire::QueryParameters& query) {
  Parts parts;
  const std::pair<std::string_view, std::string_view*> wanted[] = {{"X-Amz-Algorithm", &parts.algorithm},
                                                                   {"X-Amz-Credential", &parts.credential},
                                                                   {kSignatureParameter, &parts.signature},
                                                                   {"X-Amz-SignedHeaders", &parts.signed_headers},
                                                                   {"X-Amz-Date", &parts.time}};
  std::string missing;
  for (const auto& [name, part] : wanted) {
    *part = query.Get(name).value_or("");
    if (part->empty()) missing += fmt::format("AWS query-string parameters must include '{}'. ", name);
  }
  if (missing.empty()) return parts;
  return Refuse(FailureKind::kIncomplete, missing + "Re-examine the query-string parameters.");
}

struct SignedTime {
  Timestamp at;
  std::array<char, 16> text;  // in the basic format
};

Checked<SignedTime> ReadTime(std::string_view text) {
  SignedTime time;
  if (const auto basic = ParseBasicTime(text); basic.has_value()) {
    time.at = *basic;
    text.copy(time.text.data(), time.text.size());
    return time;
  }
  if (const auto http = ParseHttpDate(text); http.has_value()) {
    time.at = *http;
    FormatBasic(*http).copy(time.text.data(), time.text.size());
    return time;
  }
  return Refuse(FailureKind::kIncomplete, fmt::format("Date must be in ISO-8601 'basic format'. Got '{}'. See "
                                                      "http://en.wikipedia.org/wiki/ISO_8601",
                                                      Printable(text)));
}

// How long a presigned request asks to be good; the texts are S3's, whose parameter it is.
Checked<std::optional<std::chrono::seconds>> ReadExpiry(const wire::QueryParameters& query) {
  const auto text = query.Get("X-Amz-Expires");
  if (!text) return std::nullopt;
  int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), seconds);
  if (error == std::errc::result_out_of_range || (error == std::errc() && seconds > kMaxExpirySeconds)) {
    return Refuse(FailureKind::kIncomplete,
                  "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less "
                  "than 604800 seconds");
  }
  if (error != std::errc() || end != text->data() + text->size()) {
    return Refuse(FailureKind::kIncomplete, "X-Amz-Expires should be a number");
  }
  if (seconds < 1) return Refuse(FailureKind::kIncomplete, "X-Amz-Expires must be non-negative");
  return std::chrono::seconds(seconds);
}

// Both limits belong to the window. Compared in whole seconds, in which the texts print the times.
Checked<void> CheckTime(Timestamp signed_at, Timestamp now, std::chrono::minutes window,
                        std::optional<std::chrono::seconds> expiry) {
  const Timestamp time{now.millis - now.millis % 1000};
  const bool shortened = expiry && *expiry < window;
  const std::chrono::seconds age = shortened ? *expiry : window;
  if (signed_at < time - age) {
    const std::string limit = shortened ? fmt::format("{} sec.", age.count()) : fmt::format("{} min.", window.count());
    return Refuse(FailureKind::kInvalid,
                  fmt::format("Signature expired: {} is now earlier than {} ({} - {})", FormatBasic(signed_at),
                              FormatBasic(time - age), FormatBasic(time), limit));
  }
  if (signed_at > time + window) {
    return Refuse(FailureKind::kInvalid,
                  fmt::format("Signature not yet current: {} is still later than {} ({} + {} min.)",
                              FormatBasic(signed_at), FormatBasic(time + window), FormatBasic(time), window.count()));
  }
  return {};
}

bool IsSigned(std::string_view list, std::string_view lower_name) {
  while (!list.empty()) {
    if (EqualIgnoringCase(TakePart(&list, ';'), lower_name)) return true;
  }
  return false;
}

Checked<void> CheckSignedHeaders(std::string_view list, const Fields& fields) {
  const std::pair<std::string_view, std::string_view> wanted[] = {
      {"host", "Host"},
      {fields.has_target ? "x-amz-target" : "", "X-Amz-Target"},
      {fields.has_token ? "x-amz-security-token" : "", "X-Amz-Security-Token"}};
  for (const auto& [name, shown] : wanted) {
    if (!name.empty() && !IsSigned(list, name)) {
      return Refuse(FailureKind::kInvalid,
                    fmt::format("'{}' must be a 'SignedHeader' in the AWS Authorization.", shown));
    }
  }
  return {};
}

struct Scope {
  std::string_view access_key_id, date, region, service, terminator;
  std::string_view whole;  // all but the access key id
};

// keyid/date/region/service/term; slashes at the end do not count.
std::optional<Scope> SplitCredential(std::string_view credential) {
  credential = credential.substr(0, credential.find_last_not_of('/') + 1);
  if (std::ranges::count(credential, '/') != 4) return std::nullopt;
  Scope scope;
  scope.access_key_id = TakePart(&credential, '/');
  scope.whole = credential;
  scope.date = TakePart(&credential, '/');
  scope.region = TakePart(&credential, '/');
  scope.service = TakePart(&credential, '/');
  scope.terminator = credential;
  return scope;
}

// `time`: the signature's, in the basic format. All that is wrong comes in one message.
Checked<Region> CheckScope(const Scope& scope, const Expectation& expectation, std::string_view time) {
  const std::optional<Region> region = Region::Parse(scope.region);
  std::string wrong;
  if (!region) {
    wrong += expectation.protocol == Protocol::kJson
                 ? std::string("Credential should be scoped to a valid region. ")
                 : fmt::format("Credential should be scoped to a valid region, not '{}'. ", Printable(scope.region));
  }
  if (scope.service != expectation.service) {
    wrong += fmt::format("Credential should be scoped to correct service: '{}'. ", expectation.service);
  }
  if (scope.terminator != kTerminator) {
    wrong += fmt::format("Credential should be scoped with a valid terminator: '{}', not '{}'. ", kTerminator,
                         Printable(scope.terminator));
  }
  if (const std::string_view date = time.substr(0, 8); scope.date != date) {
    wrong += fmt::format(
        "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}', from "
        "'{}'.",
        Printable(scope.date), date, time);
  }
  if (wrong.empty()) return *region;
  return Refuse(FailureKind::kInvalid, std::move(wrong));
}

// The query's parameters when the request carries its signature there. A query that cannot be read carries none; as
// part of a request signed by header it fails later, since it has no canonical form.
std::optional<wire::QueryParameters> PresignedQuery(const net::RequestHead& head) {
  const std::string_view text = wire::SplitTarget(head.target).query;
  if (text.empty()) return std::nullopt;
  auto query = wire::QueryParameters::ParseUrlQuery(text);
  if (!query || !query->Get("X-Amz-Algorithm")) return std::nullopt;
  return *std::move(query);
}

// The session token: a field's, or a presigned request's parameter; the same in both if both are there.
Checked<std::string_view> SessionToken(const Fields& fields, const std::optional<wire::QueryParameters>& query) {
  if (!query) return fields.token;
  const auto parameter = query->Get("X-Amz-Security-Token");
  if (!parameter) return fields.token;
  if (fields.has_token && fields.token != *parameter) return std::unexpected(InvalidSessionToken());
  return *parameter;
}

}  // namespace

Checked<ParsedSignature> ParseAuthorization(const net::RequestHead& head, const Expectation& expectation,
                                            Timestamp now) {
  const Fields fields(head);
  std::optional<wire::QueryParameters> query = PresignedQuery(head);
  if (query && !fields.authorization.empty()) {
    return Refuse(FailureKind::kInvalid,
                  "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.");
  }
  if (!query && !IsAwsScheme(fields.authorization)) {
    return Refuse(FailureKind::kMissingToken, expectation.protocol == Protocol::kJson
                                                  ? "Missing Authentication Token"
                                                  : "Request is missing Authentication Token");
  }
  if (fields.repeated) return std::unexpected(SignatureMismatch());

  KAGIMORI_ASSIGN_OR_RETURN(const Parts parts, query ? QueryParts(*query) : HeaderParts(fields));
  KAGIMORI_ASSIGN_OR_RETURN(const SignedTime time, ReadTime(parts.time));
  std::optional<std::chrono::seconds> expiry;
  if (query) {
    KAGIMORI_ASSIGN_OR_RETURN(expiry, ReadExpiry(*query));
  }
  KAGIMORI_RETURN_IF_ERROR(CheckTime(time.at, now, expectation.window, expiry));
  KAGIMORI_RETURN_IF_ERROR(CheckSignedHeaders(parts.signed_headers, fields));
  if (parts.algorithm != kAlgorithm) {
    return Refuse(FailureKind::kIncomplete, fmt::format("Unsupported AWS 'algorithm': '{}' (only {} for now). ",
                                                        Printable(parts.algorithm), kAlgorithm));
  }
  const std::optional<Scope> scope = SplitCredential(parts.credential);
  if (!scope) {
    return Refuse(FailureKind::kIncomplete, fmt::format("Credential must have exactly 5 slash-delimited elements, e.g. "
                                                        "keyid/date/region/service/term, got '{}'",
                                                        Printable(parts.credential)));
  }
  KAGIMORI_ASSIGN_OR_RETURN(const Region region, CheckScope(*scope, expectation, {time.text.data(), time.text.size()}));
  if (scope->access_key_id.empty()) return std::unexpected(UnknownAccessKey());
  KAGIMORI_ASSIGN_OR_RETURN(const std::string_view token, SessionToken(fields, query));

  return ParsedSignature{.form = query ? Form::kPresigned : Form::kHeader,
                         .region = region,
                         .service = expectation.service,
                         .access_key_id = scope->access_key_id,
                         .scope = scope->whole,
                         .date = scope->date,
                         .time = time.text,
                         .signed_at = time.at,
                         .session_token = token,
                         .signed_headers = parts.signed_headers,
                         .signature = parts.signature,
                         .query = std::move(query)};
}

ClaimedScope PeekScope(const net::RequestHead& head) {
  const Fields fields(head);
  const std::optional<wire::QueryParameters> query = PresignedQuery(head);
  std::string_view malformed;
  std::string_view credential;
  if (query) {
    credential = query->Get("X-Amz-Credential").value_or("");
  } else if (IsAwsScheme(fields.authorization)) {
    credential = ReadAuthorization(fields.authorization, &malformed).credential;
  }
  const std::optional<Scope> scope = SplitCredential(credential);
  if (!scope) return {};
  return {std::string(scope->access_key_id), std::string(scope->region), std::string(scope->service)};
}

}  // namespace kagimori::sigv4
