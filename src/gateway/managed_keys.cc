#include "gateway/managed_keys.h"

#include <memory>
#include <string>
#include <utility>

#include "audit/event.h"
#include "crypto/random.h"
#include "wire/json_writer.h"

namespace kagimori::gateway {
namespace {

constexpr int kTries = 3;  // who loses to another maker finds the other's key

// CloudTrail's record of what no caller did: "AWS Internal" made a key.
std::string CreateKeyLine(const keys::Key& key, Timestamp now, const ByteArray<16>& event_id) {
  const std::string account = key.name.account.ToString();
  const audit::Resource resource{.account_id = account, .arn = key.arn};
  std::string elements = "{\"keyId\":";
  wire::AppendJsonString(key.arn, &elements);
  elements.push_back('}');
  const audit::Event event{
      .identity = {.type = audit::IdentityType::kInternal, .account_id = account, .invoked_by = "AWS Internal"},
      .time = now,
      .event_source = "kms.amazonaws.com",
      .event_name = "CreateKey",
      .region = key.name.region.name(),
      .source_ip = "AWS Internal",
      .user_agent = "AWS Internal",
      .response_elements_json = elements,
      .has_request_id = false,
      .event_id = event_id,
      .read_only = false,
      .resources = {&resource, 1},
      .type = audit::EventType::kAwsServiceEvent,
      .recipient_account_id = account};
  std::string line;
  audit::AppendJson(event, &line);
  return line;
}

Task<Result<>> Make(RequestScope& scope, const keys::ManagedService& service) {
  const Services& services = scope.services();
  keys::Key key{.name = {.account = scope.caller().account, .region = *scope.region, .id = {}}};
  const keys::Change change =
      keys::MakeManagedKey(service, scope.caller().account, *scope.region, services.clock->Service(), &key);
  const ByteArray<16> event_id = crypto::RandomUuid();
  const std::string line = CreateKeyLine(key, services.clock->Wall(), event_id);
  const keys::OutboxEvent event{.id = event_id, .line = line};
  Result<store::Revision> committed = co_await services.committer->Commit(change, event);
  if (!committed) co_return std::unexpected(std::move(committed).error());
  services.audit->NoteStoreRevision(*committed);
  Result<> logged = co_await scope.core().audit.Append(line, event_id);
  if (!logged) co_return std::unexpected(std::move(logged).error());
  services.outbox->Delivered(event_id, services.audit->Head().sequence);
  co_return Result<>();
}

}  // namespace

Task<Result<>> EnsureManagedKey(RequestScope& scope, const keys::ManagedService& service) {
  const AccountId account = scope.caller().account;
  keys::Resolver resolver(scope.services().keys, &scope.core().keys, &scope.core().aliases, account, *scope.region,
                          scope.services().clock->Service());
  for (int tries = 0; tries < kTries; ++tries) {
    keys::AliasName name{.account = account, .region = *scope.region, .name = std::string(service.alias)};
    Result<std::shared_ptr<const keys::Alias>> alias = co_await resolver.GetAlias(std::move(name));
    if (!alias) co_return std::unexpected(std::move(alias).error());
    if (*alias != nullptr) co_return Result<>();
    Result<> made = co_await Make(scope, service);
    if (made || made.error().kind != ErrorKind::kConflict) co_return made;
  }
  co_return Fail(ErrorKind::kUnavailable, "a managed key was made by others again and again");
}

const keys::ManagedService* NamesManagedKey(const RequestScope& scope, std::string_view key_id) {
  const size_t at = key_id.rfind(":alias/");
  if (at == key_id.npos) return keys::FindManagedService(key_id);
  const std::string_view alias = key_id.substr(at + 1);
  const keys::AliasName name{.account = scope.caller().account, .region = *scope.region, .name = std::string(alias)};
  return name.Arn() == key_id ? keys::FindManagedService(alias) : nullptr;
}

}  // namespace kagimori::gateway
