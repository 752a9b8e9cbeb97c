#include "audit/event.h"

#include <cstring>

#include "base/ids.h"
#include "wire/json_writer.h"

namespace kagimori::audit {
namespace {

using wire::AppendJsonString;

// Most events of one thread end within the same second.
std::string_view IsoSecond(Timestamp time) {
  struct Cached {
    int64_t second = INT64_MIN;
    std::string text;
  };
  thread_local Cached cached;
  int64_t second = time.millis >= 0 ? time.millis / 1000 : (time.millis - 999) / 1000;
  if (second != cached.second) {
    cached.text = FormatIso(time);
    cached.second = second;
  }
  return cached.text;
}

// The first kMaxTextBytes bytes, or fewer where that would cut a UTF-8 sequence.
std::string_view Bounded(std::string_view text) {
  if (text.size() <= kMaxTextBytes) return text;
  size_t end = kMaxTextBytes;
  while (end > kMaxTextBytes - 4 && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// `name` carries what stands before the value: `,"awsRegion":`.
void Member(std::string_view name, std::string_view value, std::string* out) {
  out->append(name);
  AppendJsonString(value, out);
}

// Members of an object that may all be missing; `separator` is empty for the first one written.
class Members {
 public:
  explicit Members(std::string* out) : out_(out) { out_->push_back('{'); }
  void Text(std::string_view quoted_name_and_colon, std::string_view value) {
    if (value.empty()) return;
    Name(quoted_name_and_colon);
    AppendJsonString(value, out_);
  }
  void Name(std::string_view quoted_name_and_colon) {
    separator_.Next(out_);
    out_->append(quoted_name_and_colon);
  }
  void End() { out_->push_back('}'); }

 private:
  std::string* out_;
  wire::JsonSeparator separator_;
};

// What CloudTrail prints of an identity of each type.
struct IdentityRule {
  std::string_view type;
  bool principal, arn, account, access_key, user_name, session;
};

constexpr IdentityRule RuleOf(IdentityType type) {
  switch (type) {
    case IdentityType::kRoot:
      return {"Root", true, true, true, true, false, true};
    case IdentityType::kIamUser:
      return {"IAMUser", true, true, true, true, true, true};
    case IdentityType::kAssumedRole:
      return {"AssumedRole", true, true, true, true, false, true};
    case IdentityType::kFederatedUser:
      return {"FederatedUser", true, true, true, true, false, true};
    case IdentityType::kWebIdentityUser:
      return {"WebIdentityUser", true, false, false, false, true, false};
    case IdentityType::kAwsService:
      return {"AWSService", false, false, false, false, false, false};
    case IdentityType::kAwsAccount:
      return {"AWSAccount", true, false, true, false, false, false};
    case IdentityType::kInternal:
      break;
  }
  return {"", false, false, true, false, false, false};
}

void AppendSession(const SessionContext& session, std::string* out) {
  Members context(out);
  if (!session.issuer_type.empty()) {
    context.Name("\"sessionIssuer\":");
    Members issuer(out);
    issuer.Text("\"type\":", session.issuer_type);
    issuer.Text("\"principalId\":", session.issuer_principal_id);
    issuer.Text("\"arn\":", session.issuer_arn);
    issuer.Text("\"accountId\":", session.issuer_account_id);
    issuer.Text("\"userName\":", session.issuer_user_name);
    issuer.End();
  }
  if (!session.web_id_federated_provider.empty()) {
    context.Name("\"webIdFederationData\":");
    Members federation(out);
    federation.Text("\"federatedProvider\":", session.web_id_federated_provider);
    federation.End();
  }
  context.Name("\"attributes\":{\"creationDate\":");
  AppendJsonString(IsoSecond(session.creation_date), out);
  out->append(session.mfa_authenticated ? ",\"mfaAuthenticated\":\"true\"}" : ",\"mfaAuthenticated\":\"false\"}");
  context.Text("\"sourceIdentity\":", session.source_identity);
  context.Text("\"ec2RoleDelivery\":", session.ec2_role_delivery);
  context.End();
}

void AppendIdentity(const UserIdentity& identity, std::string* out) {
  IdentityRule rule = RuleOf(identity.type);
  Members members(out);
  members.Text("\"type\":", rule.type);
  if (rule.principal) members.Text("\"principalId\":", identity.principal_id);
  if (rule.arn) members.Text("\"arn\":", identity.arn);
  if (rule.account) members.Text("\"accountId\":", identity.account_id);
  if (rule.access_key) members.Text("\"accessKeyId\":", identity.access_key_id);
  if (rule.user_name) members.Text("\"userName\":", identity.user_name);
  if (rule.session && identity.session != nullptr) {
    members.Name("\"sessionContext\":");
    AppendSession(*identity.session, out);
  }
  members.Text("\"identityProvider\":", identity.identity_provider);
  members.Text("\"invokedBy\":", identity.invoked_by);
  members.End();
}

void AppendAdditionalData(std::string_view json, std::string* out) {
  if (json.empty()) return;
  out->append(",\"additionalEventData\":");
  out->append(json.size() <= kMaxAdditionalDataBytes ? json : R"({"omitted":"larger than 28 KB"})");
}

void AppendResources(std::span<const Resource> resources, std::string* out) {
  out->append(",\"resources\":[");
  bool first = true;
  for (const Resource& resource : resources) {
    Member(first ? "{\"accountId\":" : ",{\"accountId\":", resource.account_id, out);
    Member(",\"type\":", resource.type, out);
    Member(",\"ARN\":", resource.arn, out);
    out->push_back('}');
    first = false;
  }
  out->push_back(']');
}

void AppendTls(const TlsDetails& tls, std::string* out) {
  out->append(",\"tlsDetails\":");
  Members members(out);
  members.Text("\"tlsVersion\":", tls.version);
  members.Text("\"cipherSuite\":", tls.cipher_suite);
  members.Text("\"clientProvidedHostHeader\":", Bounded(tls.host_header));
  members.Text("\"keyExchange\":", tls.key_exchange);
  members.End();
}

void Uuid(std::string_view before, const ByteArray<16>& id, std::string* out) {
  out->append(before);
  AppendUuid(id, out);
  out->push_back('"');
}

}  // namespace

// The order of members is part of the contract of FindEventId: after requestParameters, responseElements and
// additionalEventData, whose names a client may choose, comes eventID, and after it nothing with foreign names.
void AppendJson(const Event& event, std::string* out) {
  out->append("{\"eventVersion\":\"1.11\",\"userIdentity\":");
  AppendIdentity(event.identity, out);
  out->append(",\"eventTime\":\"");
  out->append(IsoSecond(event.time));
  Member("\",\"eventSource\":", event.event_source, out);
  Member(",\"eventName\":", event.event_name, out);
  Member(",\"awsRegion\":", event.region, out);
  Member(",\"sourceIPAddress\":", event.source_ip, out);
  Member(",\"userAgent\":", Bounded(event.user_agent), out);
  if (!event.error_code.empty()) {
    Member(",\"errorCode\":", Bounded(event.error_code), out);
    if (!event.error_message.empty()) Member(",\"errorMessage\":", Bounded(event.error_message), out);
  }
  out->append(",\"requestParameters\":");
  out->append(event.request_parameters_json.empty() ? "null" : event.request_parameters_json);
  out->append(",\"responseElements\":");
  out->append(event.response_elements_json.empty() ? "null" : event.response_elements_json);
  AppendAdditionalData(event.additional_event_data_json, out);
  if (event.type == EventType::kAwsServiceEvent && !event.service_event_details_json.empty()) {
    out->append(",\"serviceEventDetails\":");
    out->append(event.service_event_details_json);
  }
  if (event.has_request_id) Uuid(",\"requestID\":\"", event.request_id, out);
  Uuid(",\"eventID\":\"", event.event_id, out);
  out->append(event.read_only ? ",\"readOnly\":true" : ",\"readOnly\":false");
  AppendResources(event.resources, out);
  out->append(event.type == EventType::kAwsApiCall ? ",\"eventType\":\"AwsApiCall\",\"managementEvent\":true"
                                                   : ",\"eventType\":\"AwsServiceEvent\",\"managementEvent\":true");
  Member(",\"recipientAccountId\":", event.recipient_account_id, out);
  if (event.shared_event_id != nullptr) Uuid(",\"sharedEventID\":\"", *event.shared_event_id, out);
  out->append(",\"eventCategory\":\"Management\"");
  if (event.tls != nullptr) AppendTls(*event.tls, out);
  if (event.session_from_console) out->append(",\"sessionCredentialFromConsole\":\"true\"");
  out->push_back('}');
}

}  // namespace kagimori::audit
