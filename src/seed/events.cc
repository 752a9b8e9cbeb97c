#include "seed/events.h"

#include <optional>
#include <utility>

#include "audit/event.h"
#include "base/sync_wait.h"
#include "crypto/random.h"
#include "keys/grant_table.h"
#include "keys/stored_material.h"
#include "store/blocking.h"
#include "wire/json_writer.h"

namespace kagimori::seed {
namespace {

// What is cached of what a change touched.
void Forget(const keys::Change& change, keys::KeyTable* table) {
  for (const keys::KeyChange& key : change.keys) table->Forget(key.after.name);
  for (const keys::AliasChange& alias : change.aliases) table->aliases().Invalidate(alias.name);
  for (const keys::GrantChange& grant : change.grants)
    table->grants().Forget({.key = grant.after->key, .grantee = grant.after->grantee.form});
}

Result<> Append(const keys::ServiceEvent& event, audit::Log* log) {
  KAGIMORI_ASSIGN_OR_RETURN(audit::EventLine line, audit::EventLine::Create(event.line, event.id));
  KAGIMORI_RETURN_IF_ERROR(log->Append({&line, 1}));
  return {};
}

// A place for a key that is about to be made.
Result<> Reserve(const Services& services, const Step& step) {
  if (!step.makes_key) return {};
  const keys::Key& key = step.change.keys[0].after;
  KAGIMORI_RETURN_IF_ERROR(SyncWait(services.key_counts->Get(key.name.account, key.name.region)));
  if (services.key_counts->Reserve(key)) return {};
  return Fail(ErrorKind::kInvalid, kNoPlaceForKey);
}

}  // namespace

std::string JsonList(const std::vector<std::string>& texts) {
  std::string out = "[";
  wire::JsonSeparator separator;
  for (const std::string& text : texts) {
    separator.Next(&out);
    wire::AppendJsonString(text, &out);
  }
  return out + "]";
}

keys::ServiceEvent MakeEvent(const Services& services, std::string_view name, const keys::KeyName& key,
                             std::string_view details, uint32_t uid) {
  keys::ServiceEvent event{.id = crypto::RandomUuid(), .line = {}};
  const std::string account = key.account.ToString();
  const std::string arn = key.Arn();
  const std::string principal = "uid:" + std::to_string(uid);
  const audit::Resource resource{.account_id = account, .arn = arn};
  std::string parameters = "{\"keyId\":";
  wire::AppendJsonString(arn, &parameters);
  parameters.append(details).append("}");
  const audit::Event record{
      .identity = {.type = audit::IdentityType::kAwsService, .principal_id = principal, .invoked_by = principal},
      .time = services.clock->Wall(),
      .event_source = "administration.kagimori",
      .event_name = name,
      .region = key.region.name(),
      .source_ip = "administration socket",
      .user_agent = "kagimori",
      .request_parameters_json = parameters,
      .has_request_id = false,
      .event_id = event.id,
      .read_only = false,
      .resources = {&resource, 1},
      .recipient_account_id = account};
  audit::AppendJson(record, &event.line);
  return event;
}

Result<> Commit(const Services& services, const Step& step, uint32_t uid) {
  const keys::ServiceEvent event =
      MakeEvent(services, step.event, step.key, ",\"changed\":" + JsonList(step.what), uid);
  KAGIMORI_ASSIGN_OR_RETURN(
      store::Transaction transaction,
      keys::BuildTransaction(*services.hierarchy, step.change, {.id = event.id, .line = event.line}));
  KAGIMORI_RETURN_IF_ERROR(
      keys::PutMaterials(*services.hierarchy, step.key, step.materials_version, step.materials, &transaction));
  KAGIMORI_RETURN_IF_ERROR(Reserve(services, step));
  const Result<store::Revision> committed = store::CommitAndWait(*services.store, std::move(transaction));
  if (step.makes_key)
    services.key_counts->Settle(step.change.keys[0].after, committed ? std::optional(*committed) : std::nullopt);
  Forget(step.change, services.keys);
  if (!committed) return std::unexpected(committed.error());
  services.audit->NoteStoreRevision(*committed);
  KAGIMORI_RETURN_IF_ERROR(Append(event, services.audit));
  services.outbox->Delivered(event.id, services.audit->Head().sequence);
  return {};
}

Result<> Record(const Services& services, const keys::ServiceEvent& event) { return Append(event, services.audit); }

}  // namespace kagimori::seed
