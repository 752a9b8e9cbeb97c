#include "app/audit_search.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <ranges>
#include <utility>

#include "audit/files.h"
#include "audit/line_reader.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

using Element = simdjson::dom::element;

bool IsUuid(std::string_view text) {
  constexpr std::string_view kShape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return text.size() == kShape.size() && std::ranges::equal(text, kShape, [](char c, char shape) {
           const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           return shape == '-' ? c == '-' : hex;
         });
}

// The text under a JSON pointer; empty: there is none.
std::string TextAt(Element root, const char* pointer) {
  std::string_view text;
  return root.at_pointer(pointer).get_string().get(text) == simdjson::SUCCESS ? std::string(text) : std::string();
}

Result<std::optional<std::string>> FindInFile(const std::filesystem::path& file, bool compressed, std::string_view id) {
  KAGIMORI_ASSIGN_OR_RETURN(audit::LineReader reader, audit::LineReader::Open(file, compressed));
  simdjson::dom::parser parser;
  std::optional<std::string> found;
  for (;;) {
    KAGIMORI_ASSIGN_OR_RETURN(const auto line, reader.Next());
    if (!line) return found;
    if (line->find(id) == line->npos) continue;
    Element event;
    if (parser.parse(simdjson::padded_string(*line)).get(event) != simdjson::SUCCESS) continue;
    if (TextAt(event, "/eventID") == id || TextAt(event, "/requestID") == id) found = std::string(*line);
  }
}

// The condition keys of a call, as the JSON object of GivenContext.
class ContextWriter {
 public:
  void Text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    Key(key);
    wire::AppendJsonString(value, &json_);
  }
  void Copy(std::string_view key, Element value) {
    Key(key);
    json_ += simdjson::to_string(value);
  }
  std::string Take() { return json_ + "}"; }

 private:
  void Key(std::string_view key) {
    separator_.Next(&json_);
    wire::AppendJsonString(key, &json_);
    json_.push_back(':');
  }
  std::string json_ = "{";
  wire::JsonSeparator separator_;
};

struct Parameter {
  const char* pointer;
  std::string_view key;
};
constexpr auto kParameters = std::to_array<Parameter>(
    {{"/requestParameters/signingAlgorithm", "kms:SigningAlgorithm"},
     {"/requestParameters/messageType", "kms:MessageType"},
     {"/requestParameters/macAlgorithm", "kms:MacAlgorithm"},
     {"/requestParameters/keyAgreementAlgorithm", "kms:KeyAgreementAlgorithm"},
     {"/requestParameters/keyPairSpec", "kms:DataKeyPairSpec"},
     {"/requestParameters/pendingWindowInDays", "kms:ScheduleKeyDeletionPendingWindowInDays"},
     {"/requestParameters/bypassPolicyLockoutSafetyCheck", "kms:BypassPolicyLockoutSafetyCheck"},
     {"/requestParameters/granteePrincipal", "kms:GranteePrincipal"},
     {"/requestParameters/retiringPrincipal", "kms:RetiringPrincipal"},
     {"/requestParameters/operations", "kms:GrantOperations"},
     {"/requestParameters/keySpec", "kms:KeySpec"},
     {"/requestParameters/keyUsage", "kms:KeyUsage"}});

void AddEncryptionContext(Element event, const char* pointer, ContextWriter* out) {
  simdjson::dom::object pairs;
  if (event.at_pointer(pointer).get_object().get(pairs) != simdjson::SUCCESS) return;
  for (const auto& [name, value] : pairs) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS)
      out->Text("kms:EncryptionContext:" + std::string(name), text);
  }
}

// Which side of a request an action is about: ReEncrypt names context and algorithm of each.
struct Side {
  std::string action;
  size_t resource = 0;  // place in the record's resources
  const char* context = "/requestParameters/encryptionContext";
  const char* algorithm = "/requestParameters/encryptionAlgorithm";
  const char* alias = "/requestParameters/keyId";
};

std::vector<Side> SidesOf(std::string_view event_name) {
  if (event_name != "ReEncrypt") return {{.action = "kms:" + std::string(event_name)}};
  return {{.action = "kms:ReEncryptFrom",
           .resource = 0,
           .context = "/requestParameters/sourceEncryptionContext",
           .algorithm = "/requestParameters/sourceEncryptionAlgorithm",
           .alias = "/requestParameters/sourceKeyId"},
          {.action = "kms:ReEncryptTo",
           .resource = 1,
           .context = "/requestParameters/destinationEncryptionContext",
           .algorithm = "/requestParameters/destinationEncryptionAlgorithm",
           .alias = "/requestParameters/destinationKeyId"}};
}

// Operations on data that say nothing of the algorithm mean this one, and policies see it.
bool HasEncryptionAlgorithm(std::string_view action) {
  constexpr auto kActions = std::to_array<std::string_view>(
      {"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey",
       "kms:GenerateDataKeyWithoutPlaintext", "kms:GenerateDataKeyPair", "kms:GenerateDataKeyPairWithoutPlaintext"});
  return std::ranges::find(kActions, action) != kActions.end();
}

std::string ContextOf(Element event, const Side& side) {
  ContextWriter out;
  out.Text("aws:SourceIp", TextAt(event, "/sourceIPAddress"));
  out.Text("aws:UserAgent", TextAt(event, "/userAgent"));
  out.Text("aws:CurrentTime", TextAt(event, "/eventTime"));
  out.Text("aws:SecureTransport", event.at_pointer("/tlsDetails").error() == simdjson::SUCCESS ? "true" : "false");
  out.Text("aws:TokenIssueTime", TextAt(event, "/userIdentity/sessionContext/attributes/creationDate"));
  for (const Parameter& parameter : kParameters) {
    Element value;
    if (event.at_pointer(parameter.pointer).get(value) != simdjson::SUCCESS || value.is_null()) continue;
    const bool new_key = parameter.key == "kms:KeySpec" || parameter.key == "kms:KeyUsage";
    if (!new_key || side.action == "kms:CreateKey") out.Copy(parameter.key, value);
  }
  AddEncryptionContext(event, side.context, &out);
  std::string algorithm = TextAt(event, side.algorithm);
  if (algorithm.empty() && HasEncryptionAlgorithm(side.action)) algorithm = "SYMMETRIC_DEFAULT";
  out.Text("kms:EncryptionAlgorithm", algorithm);
  const std::string key_id = TextAt(event, side.alias);
  if (const size_t alias = key_id.find("alias/"); alias != key_id.npos && key_id.find("key/") == key_id.npos)
    out.Text("kms:RequestAlias", std::string_view(key_id).substr(alias));
  return out.Take();
}

void AddAsked(Element event, AuditedCall* call) {
  const std::string source = TextAt(event, "/eventSource");
  const std::string region = TextAt(event, "/awsRegion");
  if (call->principal.empty()) {
    call->not_asked = "the record names no principal";
    return;
  }
  if (source == "sts.amazonaws.com" && call->event_name == "AssumeRole") {
    const std::string role = TextAt(event, "/requestParameters/roleArn");
    if (role.empty()) return;
    ContextWriter out;
    out.Text("aws:SourceIp", TextAt(event, "/sourceIPAddress"));
    out.Text("aws:CurrentTime", TextAt(event, "/eventTime"));
    out.Text("sts:RoleSessionName", TextAt(event, "/requestParameters/roleSessionName"));
    out.Text("sts:ExternalId", TextAt(event, "/requestParameters/externalId"));
    call->asked.push_back({.principal = call->principal,
                           .action = "sts:AssumeRole",
                           .resource = role,
                           .region = region,
                           .context = out.Take(),
                           .session_policy = {}});
    return;
  }
  if (source != "kms.amazonaws.com") {
    call->not_asked = "only calls of KMS and AssumeRole can be asked once more";
    return;
  }
  const bool keyless = IsKeylessAction("kms:" + call->event_name);
  for (const Side& side : SidesOf(call->event_name)) {
    std::string resource = "*";
    if (!keyless) resource = TextAt(event, ("/resources/" + std::to_string(side.resource) + "/ARN").c_str());
    if (resource.empty()) continue;
    call->asked.push_back({.principal = call->principal,
                           .action = side.action,
                           .resource = std::move(resource),
                           .region = region,
                           .context = ContextOf(event, side),
                           .session_policy = {}});
  }
  if (call->asked.empty()) call->not_asked = "the record names no key";
}

}  // namespace

Result<std::string> FindAuditEvent(const std::filesystem::path& folder, std::string_view id) {
  if (!IsUuid(id)) return Fail(ErrorKind::kInvalid, "an event id or request id is a UUID in lower case");
  KAGIMORI_ASSIGN_OR_RETURN(const audit::Listing listing, audit::List(folder));
  for (const auto& [number, forms] : listing.files | std::views::reverse) {
    const auto file = folder / (forms.plain ? audit::PlainName(number) : audit::CompressedName(number));
    KAGIMORI_ASSIGN_OR_RETURN(auto found, FindInFile(file, !forms.plain, id));
    if (found) return *std::move(found);
  }
  return Fail(ErrorKind::kNotFound, "no record in " + folder.string() + " has that event id or request id");
}

Result<AuditedCall> ReadAuditedCall(std::string_view line) {
  simdjson::dom::parser parser;
  Element event;
  if (parser.parse(simdjson::padded_string(line)).get(event) != simdjson::SUCCESS)
    return Fail(ErrorKind::kCorrupt, "the record cannot be read");
  AuditedCall call{.event_id = TextAt(event, "/eventID"),
                   .time = TextAt(event, "/eventTime"),
                   .event_name = TextAt(event, "/eventName"),
                   .principal = TextAt(event, "/userIdentity/arn"),
                   .error_code = TextAt(event, "/errorCode"),
                   .error_message = TextAt(event, "/errorMessage"),
                   .authorization = TextAt(event, "/additionalEventData/authorization"),
                   .asked = {},
                   .not_asked = {}};
  AddAsked(event, &call);
  return call;
}

}  // namespace kagimori::app
