#include "gateway/request_scope.h"

#include <boost/container/small_vector.hpp>

#include "audit/event.h"
#include "base/log.h"
#include "crypto/random.h"
#include "wire/json_writer.h"

namespace kagimori::gateway {
namespace {

// What a decision rested on, as one more member of the object (or of a new one).
std::string WithDecision(std::string_view object, std::string_view decision) {
  std::string out(object.empty() ? std::string_view("{") : object.substr(0, object.size() - 1));
  if (out.size() > 1) out.push_back(',');
  out.append("\"authorization\":");
  wire::AppendJsonString(decision, &out);
  out.push_back('}');
  return out;
}

constexpr size_t kUsualLine = 2048;  // bytes of an audit record; longer ones grow

std::string_view EventSource(std::string_view service) {
  if (service == "sts") return "sts.amazonaws.com";
  if (service == "ssm") return "ssm.amazonaws.com";
  return service == "iam" ? "iam.amazonaws.com" : "kms.amazonaws.com";
}

// CloudTrail leaves the suffix of this one name off.
std::string_view AuditedCode(std::string_view code) { return code == "AccessDeniedException" ? "AccessDenied" : code; }

}  // namespace

RequestScope::RequestScope(CoreState* core, std::unique_ptr<net::Exchange> exchange, std::string_view service)
    : core_(core),
      exchange_(std::move(exchange)),
      service_(service),
      started_(std::chrono::steady_clock::now()),
      request_id_(crypto::RandomUuid()),
      event_id_(crypto::RandomUuid()) {
  request_parameters.reserve(256);
  AppendUuid(request_id_, &request_id_text_);
}

// What a record is about: the request itself, or a call that a service makes for it.
struct RequestScope::Subject {
  std::string_view source;
  std::string_view operation;
  bool read_only;
  std::string_view request_parameters;
  std::string_view response_elements;
  const kms::Trail& trail;
  const std::vector<std::string>* parameters;
  const ByteArray<16>& request_id;
  const ByteArray<16>& event_id;
  std::string_view by_service;  // empty: the caller itself
};

std::string RequestScope::AuditLine(std::string_view code, std::string_view message) const {
  return LineOf({.source = EventSource(service_),
                 .operation = operation,
                 .read_only = read_only,
                 .request_parameters = request_parameters,
                 .response_elements = code.empty() ? std::string_view(response_elements) : std::string_view(),
                 .trail = trail,
                 .parameters = &parameters,
                 .request_id = request_id_,
                 .event_id = event_id_,
                 .by_service = {}},
                code, message);
}

std::string RequestScope::AuditLine(const ServiceCall& call, std::string_view code, std::string_view message) const {
  return LineOf({.source = EventSource("kms"),
                 .operation = call.described->name,
                 .read_only = call.described->read_only,
                 .request_parameters = call.request_parameters,
                 .response_elements = {},
                 .trail = call.trail,
                 .parameters = nullptr,
                 .request_id = call.request_id,
                 .event_id = call.event_id,
                 .by_service = call.service},
                code, message);
}

std::string RequestScope::LineOf(const Subject& subject, std::string_view code, std::string_view message) const {
  std::string account = (web_identity ? web_identity->account : caller().account).ToString();
  audit::SessionContext context;
  if (session != nullptr) context = SessionContextOf(*session);
  boost::container::small_vector<std::string, 2> accounts;
  boost::container::small_vector<audit::Resource, 2> resources;
  accounts.reserve(subject.trail.resources.size());  // the views below must not move
  for (const kms::Trail::Resource& resource : subject.trail.resources) {
    accounts.push_back(resource.account.ToString());
    resources.push_back({.account_id = accounts.back(), .arn = resource.arn()});
  }
  if (subject.parameters != nullptr) {
    for (const std::string& arn : *subject.parameters)
      resources.push_back({.account_id = account, .type = "AWS::SSM::Parameter", .arn = arn});
  }
  const bool direct = subject.by_service.empty();
  audit::TlsDetails tls;
  const net::TlsInfo* info = direct ? head().tls : nullptr;
  if (info != nullptr) {
    tls = {.version = info->version,
           .cipher_suite = info->cipher_suite,
           .host_header = head().Get("host"),
           .key_exchange = info->key_exchange};
  }
  audit::Event event{
      .identity = web_identity ? IdentityOf(*web_identity)
                               : IdentityOf(*credential, account, session != nullptr ? &context : nullptr),
      .time = services().clock->Wall(),
      .event_source = subject.source,
      .event_name = subject.operation,
      .region = region->name(),
      .source_ip = direct ? head().peer : subject.by_service,
      .user_agent = direct ? head().Get("user-agent") : subject.by_service,
      .error_code = AuditedCode(code),
      .error_message = message,
      .request_parameters_json = subject.request_parameters,
      .response_elements_json = subject.response_elements,
      .additional_event_data_json = subject.trail.additional_event_data_json,
      .request_id = subject.request_id,
      .event_id = subject.event_id,
      .read_only = subject.read_only,
      .resources = {resources.data(), resources.size()},
      .recipient_account_id = account,
      .tls = info != nullptr ? &tls : nullptr,
  };
  event.identity.invoked_by = subject.by_service;
  std::string additional;
  if (!subject.trail.decision.empty()) {
    additional = WithDecision(subject.trail.additional_event_data_json, subject.trail.decision);
    event.additional_event_data_json = additional;
  }
  std::string line;
  line.reserve(kUsualLine);
  audit::AppendJson(event, &line);
  return line;
}

authz::CallFacts RequestScope::Facts() const {
  return {.caller = resolved ? &*resolved : nullptr,
          .region = *region,
          .now = services().clock->Wall(),
          .source_ip = head().peer,
          .secure_transport = head().tls != nullptr,
          .user_agent = head().Get("user-agent"),
          .referer = head().Get("referer"),
          .via_service = {},
          .aliases_per_key = limits().aliases_per_key};
}

const keys::ResourceLimits& RequestScope::limits() const {
  return resolved ? services().resource_quotas->Of(resolved->principal->account) : keys::kAwsResourceLimits;
}

Task<bool> RequestScope::Record(std::string_view line) {
  Result<> logged = co_await core_->audit.Append(line, event_id_);
  if (!logged) {
    log::Error("an audit record could not be written; the request is answered with an error",
               {{"request_id", request_id_text_}, {"error", Describe(logged.error())}});
  }
  co_return logged.has_value();
}

bool RequestScope::TakeFrom(QuotaGroup group) {
  return services().quotas->Take(&core_->quotas, caller().account, *region, group, started_);
}

void RequestScope::NoteUse() { NoteUse(trail, *described, event_id_, request_id_); }
void RequestScope::NoteUse(const ServiceCall& call) {
  NoteUse(call.trail, *call.described, call.event_id, call.request_id);
}

void RequestScope::NoteUse(const kms::Trail& of, const shapes::OperationDescriptor& used_by,
                           const ByteArray<16>& event_id, const ByteArray<16>& request_id) {
  if (!used_by.tracked) return;
  const keys::LastUsage usage{.operation = used_by.operation,
                              .at = services().clock->Service(),
                              .event_id = event_id,
                              .request_id = request_id};
  for (const kms::Trail::Resource& resource : of.resources) {
    if (resource.key != nullptr) core_->usage->Note(resource.key->name, usage);
  }
}

void RequestScope::Answer(int status, std::string_view content_type, std::string body, std::string_view code) {
  std::string fields;
  fields.reserve(128);
  fields.append("x-amzn-RequestId: ")
      .append(request_id_text_)
      .append("\r\nContent-Type: ")
      .append(content_type)
      .append("\r\n");
  core_->stats.Count(service_, operation, code, std::chrono::steady_clock::now() - started_);
  exchange_->Respond(status, fields, std::move(body));
}

void RequestScope::AnswerUnverified(int status, std::string_view content_type, std::string body,
                                    std::string_view code) {
  core_->security.Count(code, head().peer);
  Answer(status, content_type, std::move(body), code);
}

}  // namespace kagimori::gateway
