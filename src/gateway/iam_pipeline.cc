#include "gateway/iam_pipeline.h"

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "authz/caller_view.h"
#include "base/log.h"
#include "gateway/authenticate.h"
#include "gateway/callers.h"
#include "gateway/iam_authorization.h"
#include "gateway/query_protocol.h"
#include "gateway/request_scope.h"
#include "gateway/session_authentication.h"
#include "iam/operation.h"
#include "keys/change.h"
#include "secret/wiping_buffer.h"

namespace kagimori::gateway {
namespace {

using SnapshotPtr = std::shared_ptr<const identity::AccountSnapshot>;

// How often an operation is run again because the account's IAM changed meanwhile; from the second try on it has its
// turn (turnstile.h).
constexpr int kMaxAttempts = 100;
// Of a body to begin with. A result that holds a secret is smaller, so that its block never moves.
constexpr size_t kUsualBody = 8192;

// IAM is one for all Regions. What is signed for another Region is taken, too; it counts as this one.
Region IamRegion() { return *Region::Parse("us-east-1"); }

bool IsKnown(std::string_view action) { return iam::FindOperation(action) != nullptr; }

void LogFailure(const RequestScope& scope, const Error& error) {
  log::Error("a request failed", {{"request_id", std::string(scope.request_id())},
                                  {"operation", std::string(scope.operation)},
                                  {"error", Describe(error)}});
}

QueryError ServiceFailure() { return {500, "ServiceFailure", "Service Failure", wire::QueryFault::kReceiver}; }

QueryError FromApi(iam::ApiError error) { return {error.status, error.code, std::move(error.message)}; }

// An answer that is ready to go out, with what is to be committed before it.
struct Ready {
  std::string body;
  std::optional<identity::AccountChange> change;
};

Task<void> AnswerError(RequestScope& scope, QueryError error) {
  std::string line = scope.AuditLine(error.code, error.message);
  bool recorded = co_await scope.Record(line);
  if (!recorded) error = InternalFailure();
  AnswerQueryError(scope, iam::kNamespace, error);
}

// Steps 7 to 11, at one snapshot of the account.
Task<std::expected<Ready, QueryError>> Prepare(RequestScope& scope, const iam::Operation& operation,
                                               const iam::OperationCall& request) {
  // 7
  Result<> loaded = co_await LoadIamOfCaller(scope);
  if (!loaded) {
    LogFailure(scope, loaded.error());
    co_return std::unexpected(ServiceFailure());
  }
  iam::Call call{.caller = scope.caller(),
                 .account = scope.resolved->iam,
                 .now = scope.services().clock->Service(),
                 .hierarchy = *scope.services().hierarchy};
  // 8  everything that is asked for is allowed, or nothing is told
  const authz::CallerView caller(*scope.resolved);
  const authz::CallFacts facts = scope.Facts();
  const authz::GlobalContext global(facts);
  iam::OrError<std::vector<iam::Access>> asked = request.Ask(call);
  if (!asked) co_return std::unexpected(FromApi(std::move(asked).error()));
  for (const iam::Access& access : *asked) {
    if (std::optional<authz::Denial> denial = DenyIam(caller, global, access)) {
      scope.trail.decision = std::move(denial->explanation);
      co_return std::unexpected(QueryError{403, "AccessDenied", std::move(denial->message)});
    }
  }
  for (AccountId id : request.Accounts()) {
    Result<SnapshotPtr> other = co_await LoadAccount(scope.core(), id);
    if (!other) {
      LogFailure(scope, other.error());
      co_return std::unexpected(ServiceFailure());
    }
    call.others.emplace(id, *std::move(other));
  }
  // 11
  Ready ready;
  ready.body.reserve(kUsualBody);
  wire::XmlWriter xml(&ready.body);
  wire::OpenQueryResponse(operation.name, iam::kNamespace, operation.result, &xml);
  iam::ResultWriter out(&ready.body);
  iam::Outcome outcome = request.Run(call, out);
  if (!outcome) co_return std::unexpected(FromApi(std::move(outcome).error()));
  wire::CloseQueryResponse(operation.name, operation.result, scope.request_id(), &xml);
  ready.change = *std::move(outcome);
  if (!scope.read_only) scope.response_elements = out.TakeJson();
  co_return ready;
}

// Steps 12 to 15. True: done. False: a conflict; run again.
Task<bool> Finish(RequestScope& scope, Ready ready, bool last_attempt) {
  const Services& services = scope.services();
  std::string line = scope.AuditLine({}, {});
  if (ready.change) {
    const keys::OutboxEvent event{.id = scope.event_id(), .line = line};
    Result<store::Revision> committed =
        co_await services.directory->accounts().Commit(*ready.change, keys::OutboxPut(*services.hierarchy, event));
    if (!committed) {
      secret::WipeString(&ready.body);
      if (committed.error().kind == ErrorKind::kConflict && !last_attempt) co_return false;
      LogFailure(scope, committed.error());
      QueryError error = ServiceFailure();
      if (committed.error().kind == ErrorKind::kLimit)
        error = {409, "LimitExceeded", "The entity's policies are too large."};
      co_await AnswerError(scope, std::move(error));
      co_return true;
    }
    services.audit->NoteStoreRevision(*committed);
  }
  bool recorded = co_await scope.Record(line);
  if (recorded && ready.change) services.outbox->Delivered(scope.event_id(), services.audit->Head().sequence);
  if (!recorded) {
    secret::WipeString(&ready.body);
    AnswerQueryError(scope, iam::kNamespace, InternalFailure());
    co_return true;
  }
  scope.Answer(200, kXmlType, std::move(ready.body), {});
  co_return true;
}

Task<void> RunOperation(RequestScope& scope, const iam::Operation& operation, const iam::OperationCall& request) {
  Turnstile::Guard turn;
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    if (attempt == 2) {
      turn = co_await scope.services().contended->Enter(std::hash<AccountId>()(scope.caller().account));
    }
    if (attempt > 1) {
      Result<bool> there = co_await RefreshCaller(scope);
      if (!there) {
        LogFailure(scope, there.error());
        QueryError error = ServiceFailure();
        co_await AnswerError(scope, std::move(error));
        co_return;
      }
      if (!*there) {
        QueryError error = ToQueryError(Unauthenticated{sigv4::InvalidSessionToken()});
        co_await AnswerError(scope, std::move(error));
        co_return;
      }
    }
    scope.response_elements.clear();
    std::expected<Ready, QueryError> ready = co_await Prepare(scope, operation, request);
    if (!ready) {
      co_await AnswerError(scope, std::move(ready).error());
      co_return;
    }
    bool done = co_await Finish(scope, *std::move(ready), attempt == kMaxAttempts);
    if (done) co_return;
  }
}

Task<void> Serve(RequestScope& scope) {
  // 3 and 4  route; the parameters can be read
  std::expected<wire::QueryParameters, QueryError> parameters = ReadParameters(scope);
  if (!parameters) co_return AnswerUnverifiedQuery(scope, iam::kNamespace, parameters.error());
  std::expected<std::string_view, QueryError> action = ReadAction(*parameters, iam::kVersion, &IsKnown);
  if (!action) co_return AnswerUnverifiedQuery(scope, iam::kNamespace, action.error());
  const iam::Operation& operation = *iam::FindOperation(*action);
  scope.operation = operation.name;
  scope.read_only = operation.read_only;
  // 5  whose request it is
  std::expected<void, Unauthenticated> authenticated = co_await Authenticate(scope, sigv4::Protocol::kQuery);
  if (!authenticated) {
    co_return AnswerUnverifiedQuery(scope, iam::kNamespace, ToQueryError(authenticated.error()));
  }
  scope.region = IamRegion();
  if (!MayCallIam(scope.session.get())) {
    QueryError error = ToQueryError(Unauthenticated{sigv4::InvalidSessionToken()});
    co_await AnswerError(scope, std::move(error));
    co_return;
  }
  if (std::optional<QueryError> full = NoRoom(scope, operation.read_only)) {
    // Below the reserve the refusal itself is recorded; without any room that would only take the last of it.
    const bool recorded = scope.services().disk->stop() != DiskGuard::Stop::kEverything;
    if (!recorded) co_return AnswerQueryError(scope, iam::kNamespace, *full);
    co_await AnswerError(scope, *std::move(full));
    co_return;
  }
  if (scope.services().quarantine->Holds(scope.caller().account)) {
    log::Error("a call is refused: the account's records are damaged",
               {{"request_id", std::string(scope.request_id())}, {"account", scope.caller().account.ToString()}});
    co_await AnswerError(scope, ServiceFailure());
    co_return;
  }
  // 6  all violations in one message
  iam::Parameters in(*parameters);
  const std::unique_ptr<iam::OperationCall> request = operation.make(in);
  scope.request_parameters = in.AuditJson();
  if (std::string fault = in.Fault(); !fault.empty()) {
    QueryError error{400, "ValidationError", std::move(fault)};
    co_await AnswerError(scope, std::move(error));
    co_return;
  }
  co_await RunOperation(scope, operation, *request);
}

}  // namespace

Task<void> ServeIam(CoreState& core, std::unique_ptr<net::Exchange> exchange) {
  // Exceptions are for bugs and exhausted memory. The one that gets here leaves the request unanswered, which closes
  // its connection.
  try {
    RequestScope scope(&core, std::move(exchange), "iam");
    co_await Serve(scope);
  } catch (const std::exception& bug) {
    log::Error("a request ended in an exception", {{"what", bug.what()}});
  }
}

}  // namespace kagimori::gateway
