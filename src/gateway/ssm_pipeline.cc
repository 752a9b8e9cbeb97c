#include "gateway/ssm_pipeline.h"

#include <array>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "base/log.h"
#include "gateway/authenticate.h"
#include "gateway/callers.h"
#include "gateway/json_protocol.h"
#include "gateway/kms_for_ssm.h"
#include "gateway/request_scope.h"
#include "gateway/ssm_authorization.h"
#include "identity/account_table.h"
#include "keys/change.h"
#include "keys/outbox.h"
#include "secret/wiping_buffer.h"
#include "shapes/codec.h"
#include "shapes/ssm_operations.h"
#include "ssm/operations.h"

namespace kagimori::gateway {
namespace {

using shapes::ssm::OperationDescriptor;
using ssm::Errors;

// How often an operation is run again because something it was based on changed meanwhile; from the second try on it
// has its turn (turnstile.h).
constexpr int kMaxSsmAttempts = 100;

// An error as it goes out, whichever service's model it comes from.
struct WireError {
  const shapes::ErrorInfo* info;
  std::string message;
};
WireError ToWire(const shapes::ApiError& error) { return {&error.info(), error.message()}; }
WireError ToWire(const ssm::ApiError& error) { return {&error.info(), error.message()}; }
// What the operation's model lacks becomes InternalServerError.
WireError ToWire(const OperationDescriptor& operation, const ssm::ApiError& error) {
  if (operation.Allows(error.code())) return ToWire(error);
  return ToWire(Errors::InternalServerError());
}

std::string BodyOf(const WireError& error) {
  std::string body;
  shapes::AppendErrorBody(*error.info, error.message, &body);
  return body;
}

void Answer(RequestScope& scope, const WireError& error) {
  scope.Answer(error.info->http_status, kJsonType, BodyOf(error), error.info->name);
}

void AnswerUnverified(RequestScope& scope, const WireError& error) {
  scope.AnswerUnverified(error.info->http_status, kJsonType, BodyOf(error), error.info->name);
}

void LogFailure(const RequestScope& scope, const Error& error) {
  log::Error("a request failed", {{"request_id", std::string(scope.request_id())},
                                  {"operation", std::string(scope.operation)},
                                  {"error", Describe(error)}});
}

Task<void> AnswerError(RequestScope& scope, WireError error) {
  std::string line = scope.AuditLine(error.info->name, error.message);
  bool recorded = co_await scope.Record(line);
  if (!recorded) error = ToWire(Errors::InternalServerError());
  Answer(scope, error);
}

// Below the reserve the refusal itself is recorded; without any room that would only take the last of it.
Task<void> AnswerNoRoom(RequestScope& scope) {
  const DiskGuard& disk = *scope.services().disk;
  WireError error = ToWire(Errors::InternalServerError(std::string(disk.reason())));
  if (disk.stop() != DiskGuard::Stop::kEverything) {
    co_await AnswerError(scope, std::move(error));
  } else {
    Answer(scope, error);
  }
}

// An answer that is ready to go out, with what is to be committed before it.
struct Ready {
  std::string body;
  std::optional<parameters::Change> change;
};

// Steps 12 to 15. True: done. False: a conflict; run again.
Task<bool> Finish(RequestScope& scope, const OperationDescriptor& operation, Ready ready, const KmsForSsm& kms,
                  bool last_attempt) {
  const Services& services = scope.services();
  std::string line = scope.AuditLine({}, {});
  if (ready.change) {
    if (scope.resolved->iam != nullptr) ready.change->permitted_by.push_back(identity::StillAs(*scope.resolved->iam));
    const keys::OutboxEvent event{.id = scope.event_id(), .line = line};
    std::optional<store::Put> put = keys::OutboxPut(*services.hierarchy, event);
    Result<store::Revision> committed = co_await services.parameters->Commit(*ready.change, std::move(put));
    if (!committed) {
      secret::WipeString(&ready.body);
      const bool conflict = committed.error().kind == ErrorKind::kConflict;
      if (conflict && !last_attempt) co_return false;
      if (!conflict) LogFailure(scope, committed.error());
      const ssm::ApiError error =
          conflict ? Errors::TooManyUpdates(
                         "There are concurrent updates for a resource that supports one update at a time.")
                   : Errors::InternalServerError();
      WireError answer = ToWire(operation, error);
      co_await AnswerError(scope, std::move(answer));
      co_return true;
    }
    services.audit->NoteStoreRevision(*committed);
  }
  bool recorded = co_await scope.Record(line);
  if (recorded && ready.change) services.outbox->Delivered(scope.event_id(), services.audit->Head().sequence);
  if (!recorded || !kms.recorded()) {
    secret::WipeString(&ready.body);
    Answer(scope, ToWire(Errors::InternalServerError()));
    co_return true;
  }
  scope.Answer(200, kJsonType, std::move(ready.body), {});
  co_return true;
}

// Steps 7 to 15 once. False: a conflict; run again.
template <class Op>
Task<bool> Attempt(RequestScope& scope, const typename Op::Api::Request& request, bool last_attempt) {
  const OperationDescriptor& operation = shapes::ssm::Describe(Op::Api::kOperation);
  KmsForSsm kms(&scope);
  SsmPermissions permissions(&scope);
  ssm::Trail trail;
  ssm::Session session{.caller = scope.caller(),
                       .region = *scope.region,
                       .now = scope.services().clock->Service(),
                       .table = *scope.services().parameters,
                       .keys = kms,
                       .permissions = permissions,
                       .trail = trail};
  ssm::Outcome<typename Op::Api> outcome = co_await Op::Run(session, request);
  scope.parameters = std::move(trail.resources);
  if (trail.failure) LogFailure(scope, *trail.failure);
  if (!outcome) {
    WireError error = ToWire(operation, outcome.error());
    co_await AnswerError(scope, std::move(error));
    co_return true;
  }
  Ready ready{.body = {}, .change = std::move(outcome->change)};
  shapes::EncodeResponse(outcome->response, &ready.body);
  if (!scope.read_only) {
    scope.response_elements.clear();
    shapes::AppendAudited(outcome->response, &scope.response_elements);
  }
  bool done = co_await Finish(scope, operation, std::move(ready), kms, last_attempt);
  co_return done;
}

template <class Op>
Task<void> RunOperation(RequestScope& scope, wire::JsonDocument document) {
  using Request = typename Op::Api::Request;
  // 6
  std::expected<Request, shapes::ApiError> request = shapes::DecodeRequest<Request>(document);
  {
    wire::JsonDocument read = std::move(document);
  }  // its tokens go back to the pool before anything waits
  if (!request) {
    WireError error = ToWire(request.error());
    co_await AnswerError(scope, std::move(error));
    co_return;
  }
  shapes::AppendRequestParameters(*request, &scope.request_parameters);
  Turnstile::Guard turn;
  for (int attempt = 1; attempt <= kMaxSsmAttempts; ++attempt) {
    if (attempt == 2) {
      const size_t lane = std::hash<std::string>()(scope.parameters.empty() ? std::string() : scope.parameters.front());
      turn = co_await scope.services().contended->Enter(lane);
    }
    if (attempt > 1) {
      Result<bool> there = co_await RefreshCaller(scope);
      if (!there) LogFailure(scope, there.error());
      if (!there || !*there) {
        WireError error = there ? ToWire(shapes::Errors::UnrecognizedClient()) : ToWire(Errors::InternalServerError());
        co_await AnswerError(scope, std::move(error));
        co_return;
      }
    }
    scope.trail = {};
    bool done = co_await Attempt<Op>(scope, *request, attempt == kMaxSsmAttempts);
    if (done) co_return;
  }
}

using Runner = Task<void> (*)(RequestScope&, wire::JsonDocument);

// The operations as a table by operation.
template <class... Operations>
constexpr auto TableOf(ssm::OperationList<Operations...>) {
  static_assert(sizeof...(Operations) == shapes::ssm::kOperationCount);
  std::array<Runner, shapes::ssm::kOperationCount> table{};
  ((table[static_cast<size_t>(Operations::Api::kOperation)] = &RunOperation<Operations>), ...);
  return table;
}
constexpr auto kRunners = TableOf(ssm::AllOperations{});

Task<void> Serve(RequestScope& scope) {
  // 3 and 4  route; the body is one JSON object, from its first byte to its last
  const OperationDescriptor* operation = shapes::ssm::FindOperation(scope.head().Get("x-amz-target"));
  if (operation != nullptr) {
    scope.operation = operation->name;
    scope.read_only = operation->read_only;
  }
  auto document = wire::JsonDocument::Parse(scope.body());
  if (!document) co_return AnswerUnverified(scope, ToWire(shapes::MalformedBody()));
  if (operation == nullptr) co_return AnswerUnverified(scope, ToWire(Errors::UnknownOperation()));
  // 5  whose request it is
  std::expected<void, Unauthenticated> authenticated = co_await Authenticate(scope, sigv4::Protocol::kJson);
  if (!authenticated) co_return AnswerUnverified(scope, ToWire(ToApiError(authenticated.error())));
  if (scope.services().disk->Refuses(operation->read_only)) {
    co_await AnswerNoRoom(scope);
    co_return;
  }
  if (scope.services().quarantine->Holds(scope.caller().account)) {
    log::Error("a call is refused: the account's records are damaged",
               {{"request_id", std::string(scope.request_id())}, {"account", scope.caller().account.ToString()}});
    WireError error = ToWire(Errors::InternalServerError());
    co_await AnswerError(scope, std::move(error));
    co_return;
  }
  // 6 to 15
  co_await kRunners[static_cast<size_t>(operation->operation)](scope, std::move(*document));
}

}  // namespace

Task<void> ServeSsm(CoreState& core, std::unique_ptr<net::Exchange> exchange) {
  // Exceptions are for bugs and exhausted memory. The one that gets here leaves the request unanswered, which closes
  // its connection.
  try {
    RequestScope scope(&core, std::move(exchange), "ssm");
    co_await Serve(scope);
  } catch (const std::exception& bug) {
    log::Error("a request ended in an exception", {{"what", bug.what()}});
  }
}

}  // namespace kagimori::gateway
