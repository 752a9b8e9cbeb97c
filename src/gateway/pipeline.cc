#include "gateway/pipeline.h"

#include <array>
#include <exception>
#include <string>
#include <utility>

#include "authz/caller_view.h"
#include "base/log.h"
#include "crypto/random.h"
#include "gateway/authenticate.h"
#include "gateway/managed_keys.h"
#include "gateway/operation_runner.h"
#include "gateway/request_scope.h"
#include "kms/operations.h"
#include "net/sleep.h"
#include "secret/wiping_buffer.h"
#include "shapes/codec.h"

namespace kagimori::gateway {
namespace {

using shapes::ApiError;
using shapes::Errors;

using Runner = Task<void> (*)(RequestScope&, wire::JsonDocument);
using RunnerTable = std::array<Runner, shapes::kOperationCount>;

Task<void> RunUnbuilt(RequestScope& scope, wire::JsonDocument) {
  std::string text = "Operation " + std::string(scope.operation) + " is not supported by this release.";
  co_await Finish(scope, std::unexpected(Errors::UnsupportedOperation(std::move(text))), true);
}

// Unknown failures become KMSInternalException with the request id and nothing else; the reason is for the operator.
void LogFailure(const RequestScope& scope, const Error& error) {
  log::Error("a request failed", {{"request_id", std::string(scope.request_id())},
                                  {"operation", std::string(scope.operation)},
                                  {"error", Describe(error)}});
}

// DescribeKey with the alias of a managed key makes KMS make it, for who may look at the account's keys.
Task<void> RunDescribeKey(RequestScope& scope, wire::JsonDocument document) {
  auto request = shapes::DecodeRequest<shapes::DescribeKeyRequest>(document);
  const keys::ManagedService* service = request ? NamesManagedKey(scope, request->key_id) : nullptr;
  if (service != nullptr) {
    const authz::CallFacts facts = scope.Facts();
    const authz::GlobalContext global(facts);
    const keys::KeyName any{
        .account = scope.caller().account, .region = *scope.region, .id = {.bytes = crypto::RandomUuid()}};
    const bool may = scope.services().authorizer->OnResource(facts, authz::PolicyAction<keys::action::DescribeKey>(),
                                                             any.Arn(), global, nullptr) == nullptr;
    if (may) {
      Result<> there = co_await EnsureManagedKey(scope, *service);
      if (!there) LogFailure(scope, there.error());
    }
  }
  co_await RunOperation<kms::DescribeKey>(scope, std::move(document));
}

// The list of built operations as a table by operation.
template <class... Operations>
constexpr RunnerTable TableOf(kms::OperationList<Operations...>) {
  RunnerTable table{};
  table.fill(&RunUnbuilt);
  ((table[static_cast<size_t>(Operations::Api::kOperation)] = &RunOperation<Operations>), ...);
  table[static_cast<size_t>(shapes::Operation::kDescribeKey)] = &RunDescribeKey;
  return table;
}
constexpr RunnerTable kRunners = TableOf(kms::BuiltOperations{});

std::string BodyOf(const ApiError& error) {
  std::string body;
  shapes::AppendErrorBody(error, &body);
  return body;
}

void AnswerUnverified(RequestScope& scope, const ApiError& error) {
  scope.AnswerUnverified(error.http_status(), kJsonType, BodyOf(error), error.name());
}

Task<void> AnswerError(RequestScope& scope, ApiError error) {
  if (scope.trail.failure) LogFailure(scope, *scope.trail.failure);
  std::string line = scope.AuditLine(error.name(), error.message());
  bool recorded = co_await scope.Record(line);
  if (!recorded) error = Errors::KmsInternal();
  scope.Answer(error.http_status(), kJsonType, BodyOf(error), error.name());
}

// Below the reserve the refusal itself is recorded; without any room that would only take the last of it.
Task<void> AnswerNoRoom(RequestScope& scope) {
  const DiskGuard& disk = *scope.services().disk;
  ApiError error = Errors::DependencyTimeout(std::string(disk.reason()));
  if (disk.stop() != DiskGuard::Stop::kEverything) {
    co_await AnswerError(scope, std::move(error));
  } else {
    scope.Answer(error.http_status(), kJsonType, BodyOf(error), error.name());
  }
}

// What a development server was told to do wrong. True: the request is answered.
Task<bool> GoWrong(RequestScope& scope, shapes::Operation operation) {
  Faults::Verdict verdict = scope.services().faults->Decide(operation);
  if (verdict.delay.count() > 0) co_await net::Sleep(scope.core().core, verdict.delay);
  if (!verdict.error) co_return false;
  co_await AnswerError(scope, *std::move(verdict.error));
  co_return true;
}

// Whether the request is within a quota that depends on nothing but its operation.
bool WithinQuota(RequestScope& scope, shapes::Operation operation) {
  if (scope.services().quotas == nullptr || BasisOf(operation) != QuotaBasis::kOperation) return true;
  return scope.TakeFrom(GroupOf(operation));
}

// The steps of a request in their order; each may end it.
Task<void> Serve(RequestScope& scope) {
  // 1  the scope is open: request id, time of arrival
  // 2  the server has read the body under the operation's limit (front.cc)
  // 3  route
  const shapes::OperationDescriptor* descriptor = shapes::FindOperation(scope.head().Get("x-amz-target"));
  if (descriptor != nullptr) {
    scope.operation = descriptor->name;
    scope.read_only = descriptor->read_only;
    scope.described = descriptor;
  }
  // 4  the body is one JSON object, from its first byte to its last
  auto document = wire::JsonDocument::Parse(scope.body());
  if (!document) co_return AnswerUnverified(scope, shapes::MalformedBody());
  if (descriptor == nullptr) co_return AnswerUnverified(scope, Errors::UnknownOperation());
  // 5  whose request it is
  std::expected<void, Unauthenticated> authenticated = co_await Authenticate(scope, sigv4::Protocol::kJson);
  if (!authenticated) co_return AnswerUnverified(scope, ToApiError(authenticated.error()));
  // As the disk fills changes stop first; use of keys goes on as long as it can be recorded.
  if (scope.services().disk->Refuses(descriptor->read_only)) {
    co_await AnswerNoRoom(scope);
    co_return;
  }
  // An account whose records are not what the ledger says is not served: a wrong answer would be worse.
  if (scope.services().quarantine->Holds(scope.caller().account)) {
    log::Error("a call is refused: the account's records are damaged",
               {{"request_id", std::string(scope.request_id())}, {"account", scope.caller().account.ToString()}});
    co_await AnswerError(scope, Errors::KmsInternal());
    co_return;
  }
  if (scope.services().faults != nullptr && scope.services().faults->any()) {
    const bool answered = co_await GoWrong(scope, descriptor->operation);
    if (answered) co_return;
  }
  if (!WithinQuota(scope, descriptor->operation)) {
    co_await AnswerError(scope, Errors::Throttling());
    co_return;
  }
  // 6 to 15  the operation (operation_runner.h, Finish)
  co_await kRunners[static_cast<size_t>(descriptor->operation)](scope, std::move(*document));
}

}  // namespace

Task<std::expected<Recipient, ApiError>> VerifyRecipient(RequestScope& scope, const shapes::RecipientInfo& recipient) {
  const Services& services = scope.services();
  // Guess: the texts. One for whatever is wrong with a document, so that it says nothing about the roots.
  if (!recipient.attestation_document || !recipient.key_encryption_algorithm)
    co_return std::unexpected(Errors::Validation("Recipient needs AttestationDocument and KeyEncryptionAlgorithm."));
  if (services.attestation == nullptr) {
    log::Warning("a request with a Recipient is refused: no attestation roots are configured",
                 {{"request_id", std::string(scope.request_id())}});
    co_return std::unexpected(Errors::Validation("The attestation document is not valid."));
  }
  auto work = [&] { return services.attestation->Verify(*recipient.attestation_document, services.clock->Wall()); };
  auto verified = co_await net::Offload(services.long_work, work);
  if (!verified) co_return std::unexpected(Errors::Throttling());
  if (!*verified) {
    log::Warning("an attestation document is refused",
                 {{"request_id", std::string(scope.request_id())}, {"error", Describe((*verified).error())}});
    co_return std::unexpected(Errors::Validation("The attestation document is not valid."));
  }
  co_return std::make_shared<const attest::VerifiedRecipient>(**std::move(verified));
}

Task<bool> Finish(RequestScope& scope, PreparedOrError prepared, bool last_attempt) {
  if (!prepared) {
    co_await AnswerError(scope, std::move(prepared).error());
    co_return true;
  }
  std::string line = scope.AuditLine({}, {});
  // 12  commit the change together with its audit event
  if (prepared->change) {
    if (scope.resolved->iam != nullptr)
      prepared->change->permitted_by.push_back(identity::StillAs(*scope.resolved->iam));
    Result<store::Revision> committed =
        co_await scope.services().committer->Commit(*prepared->change, {.id = scope.event_id(), .line = line});
    if (!committed && committed.error().kind == ErrorKind::kConflict && !last_attempt) {
      scope.contended = keys::ContentionOf(*prepared->change);
      co_return false;
    }
    if (!committed) {
      LogFailure(scope, committed.error());
      co_await AnswerError(scope, Errors::KmsInternal());
      co_return true;
    }
    scope.services().audit->NoteStoreRevision(*committed);
  }
  // 13  the record is in the chain, or there is no answer
  bool recorded = co_await scope.Record(line);
  if (recorded && prepared->change)
    scope.services().outbox->Delivered(scope.event_id(), scope.services().audit->Head().sequence);
  if (!recorded) {
    secret::WipeString(&prepared->body);
    ApiError error = Errors::KmsInternal();
    scope.Answer(error.http_status(), kJsonType, BodyOf(error), error.name());
    co_return true;
  }
  scope.NoteUse();
  // 14 and 15  the answer goes out; its memory is wiped behind it
  scope.Answer(200, kJsonType, std::move(prepared->body), {});
  co_return true;
}

Task<void> ServeKms(CoreState& core, std::unique_ptr<net::Exchange> exchange) {
  // Exceptions are for bugs and exhausted memory. The one that gets here leaves the request unanswered, which closes
  // its connection.
  try {
    RequestScope scope(&core, std::move(exchange), "kms");
    co_await Serve(scope);
  } catch (const std::exception& bug) {
    log::Error("a request ended in an exception", {{"what", bug.what()}});
  }
}

}  // namespace kagimori::gateway
