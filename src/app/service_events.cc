#include "app/service_events.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "audit/event.h"
#include "crypto/random.h"
#include "wire/json_writer.h"

namespace kagimori::app {
namespace {

constexpr std::string_view kDeploymentAccount = "000000000000";

Result<> Append(std::string_view text, const ByteArray<16>& id, audit::Log* log) {
  KAGIMORI_ASSIGN_OR_RETURN(audit::EventLine line, audit::EventLine::Create(text, id));
  KAGIMORI_RETURN_IF_ERROR(log->Append({&line, 1}));
  return {};
}

// Each an object, or empty.
struct EventDetails {
  std::string_view response_elements = {};
  std::string_view service_event_details = {};
};

keys::ServiceEvent MakeKeyEvent(std::string_view name, const keys::Key& key, const EventDetails& details,
                                Timestamp now) {
  keys::ServiceEvent line{.id = crypto::RandomUuid(), .line = {}};
  const std::string account = key.name.account.ToString();
  const audit::Resource resource{.account_id = account, .arn = key.arn};
  audit::Event event{
      .identity = {.type = audit::IdentityType::kInternal, .account_id = account, .invoked_by = "AWS Internal"},
      .time = now,
      .event_source = "kms.amazonaws.com",
      .event_name = name,
      .region = key.name.region.name(),
      .source_ip = "AWS Internal",
      .user_agent = "AWS Internal",
      .response_elements_json = details.response_elements,
      .has_request_id = false,
      .event_id = line.id,
      .read_only = false,
      .resources = {&resource, 1},
      .type = audit::EventType::kAwsServiceEvent,
      .recipient_account_id = account,
      .service_event_details_json = details.service_event_details};
  audit::AppendJson(event, &line.line);
  return line;
}

}  // namespace

keys::ServiceEvent MakeDeleteKeyEvent(const keys::Key& key, Timestamp now) {
  std::string elements = "{\"keyId\":";
  wire::AppendJsonString(key.arn, &elements);
  elements.push_back('}');
  return MakeKeyEvent("DeleteKey", key, {.response_elements = elements}, now);
}

keys::ServiceEvent MakeMaterialEvent(const keys::Key& key, keys::ScheduledMaterial::Happening happening,
                                     Timestamp now) {
  using Happening = keys::ScheduledMaterial::Happening;
  std::string details = "{";
  if (happening != Happening::kExpired) {
    details.append("\"rotationType\":\"");
    details.append(happening == Happening::kRotatedOnDemand ? "ON_DEMAND" : "AUTOMATIC").append("\",");
  }
  details.append("\"keyId\":");
  wire::AppendJsonString(key.name.id.ToString(), &details);
  details.push_back('}');
  const std::string_view name = happening == Happening::kExpired ? "DeleteExpiredKeyMaterial" : "RotateKey";
  return MakeKeyEvent(name, key, {.service_event_details = details}, now);
}

keys::ServiceEvent MakeExpiredParameterEvent(const parameters::Parameter& parameter, Timestamp now) {
  keys::ServiceEvent line{.id = crypto::RandomUuid(), .line = {}};
  const std::string account = parameter.name.account.ToString();
  const std::string arn = parameter.name.Arn();
  const audit::Resource resource{.account_id = account, .type = "AWS::SSM::Parameter", .arn = arn};
  std::string details = "{\"name\":";
  wire::AppendJsonString(parameter.name.name, &details);
  details.append(",\"reason\":\"Expiration\"}");
  const audit::Event event{
      .identity = {.type = audit::IdentityType::kInternal, .account_id = account, .invoked_by = "AWS Internal"},
      .time = now,
      .event_source = "ssm.amazonaws.com",
      .event_name = "DeleteParameter",
      .region = parameter.name.region.name(),
      .source_ip = "AWS Internal",
      .user_agent = "AWS Internal",
      .has_request_id = false,
      .event_id = line.id,
      .read_only = false,
      .resources = {&resource, 1},
      .type = audit::EventType::kAwsServiceEvent,
      .recipient_account_id = account,
      .service_event_details_json = details};
  audit::AppendJson(event, &line.line);
  return line;
}

Result<> AppendServiceEvents(std::span<const keys::ServiceEvent> events, audit::Log* log,
                             keys::OutboxDelivery* outbox) {
  std::vector<audit::EventLine> lines;
  lines.reserve(events.size());
  for (const keys::ServiceEvent& event : events) {
    KAGIMORI_ASSIGN_OR_RETURN(audit::EventLine line, audit::EventLine::Create(event.line, event.id));
    lines.push_back(line);
  }
  KAGIMORI_ASSIGN_OR_RETURN(const audit::Anchor head, log->Append(lines));
  for (const keys::ServiceEvent& event : events) outbox->Delivered(event.id, head.sequence);
  return {};
}

Result<> AppendAdministrationEvent(const AdministrativeCall& call, Timestamp now, audit::Log* log) {
  std::string principal = "uid:" + std::to_string(call.peer_uid);
  audit::Event event{
      .identity = {.type = audit::IdentityType::kAwsService, .principal_id = principal, .invoked_by = principal},
      .time = now,
      .event_source = "administration.kagimori",
      .event_name = call.name,
      .region = "us-east-1",
      .source_ip = "administration socket",
      .user_agent = "kagimori",
      .error_code = call.error.empty() ? std::string_view() : std::string_view("AdministrationFailed"),
      .error_message = call.error,
      .request_parameters_json = call.parameters_json,
      .response_elements_json = call.response_json,
      .has_request_id = false,
      .event_id = crypto::RandomUuid(),
      .read_only = call.read_only,
      .resources = {},
      .recipient_account_id = kDeploymentAccount};
  std::string line;
  audit::AppendJson(event, &line);
  KAGIMORI_RETURN_IF_ERROR(Append(line, event.event_id, log));
  return call.read_only ? Result<>() : log->Sync();
}

Result<> AppendTermEvent(std::string_view name, seal::TermId term, Timestamp now, audit::Log* log) {
  const std::string parameters = "{\"term\":" + std::to_string(term) + "}";
  return AppendAdministrationEvent({.name = name, .parameters_json = parameters, .peer_uid = geteuid(), .error = {}},
                                   now, log);
}

Result<> AppendScrubEvent(std::string_view name, const seal::ScrubReport& report, Timestamp now, audit::Log* log) {
  constexpr size_t kMostNamed = 20;
  std::string parameters = "{\"revision\":" + std::to_string(report.revision) +
                           ",\"findings\":" + std::to_string(report.finding_count) + ",\"first\":[";
  for (size_t i = 0; i < report.findings.size() && i < kMostNamed; ++i) {
    if (i > 0) parameters.push_back(',');
    wire::AppendJsonString(report.findings[i].text, &parameters);
  }
  parameters += "]}";
  return AppendAdministrationEvent(
      {.name = name,
       .parameters_json = parameters,
       .peer_uid = geteuid(),
       .error = name == "AcceptDamage" ? std::string_view() : "the store does not hold what it should"},
      now, log);
}

}  // namespace kagimori::app
