#ifndef KAGIMORI_GATEWAY_OPERATION_RUNNER_H_
#define KAGIMORI_GATEWAY_OPERATION_RUNNER_H_

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "gateway/callers.h"
#include "gateway/json_protocol.h"
#include "gateway/request_scope.h"
#include "keys/state_table.h"
#include "kms/errors.h"
#include "kms/grant_rules.h"
#include "kms/operation.h"
#include "kms/request_facts.h"
#include "kms/work_cost.h"
#include "net/offload.h"
#include "shapes/codec.h"
#include "wire/json_structure.h"

namespace kagimori::gateway {

// How often an operation is resolved and run again because something it was based on changed meanwhile. From the second
// try on it has its turn (turnstile.h), and loses only to first tries of others, of which each client has one.
inline constexpr int kMaxAttempts = 1000;

// What the end of steps 6 to 11 is: a body to send and what is to be committed before it, or an error.
struct Prepared {
  std::string body;
  std::optional<keys::Change> change;
};
using PreparedOrError = std::expected<Prepared, shapes::ApiError>;

// Steps 12 to 15 for an answer or an error, in pipeline.cc. True: done. False: a conflict; run again.
Task<bool> Finish(RequestScope& scope, PreparedOrError prepared, bool last_attempt);

// Step 9: usage first, then state.
template <class Op>
std::optional<shapes::ApiError> CheckUsageAndState(const typename Op::Inputs& inputs) {
  std::optional<shapes::ApiError> refused;
  if constexpr (requires { Op::kUsage; }) {
    Op::ForEachKey(inputs, [&](const keys::Key& key) {
      if (!refused && key.usage != Op::kUsage)
        refused = kms::WrongUsage(key, shapes::Describe(Op::Api::kOperation).name);
    });
  }
  Op::ForEachKey(inputs, [&](const keys::Key& key) {
    if (!refused) refused = keys::CheckState(Op::Api::kOperation, key);
  });
  return refused;
}

// The end of step 8, where the request's quota depends on more than its operation: it counts once its key is known and
// its caller allowed, and not again when it is tried again. False: the quota is used up.
template <class Op>
bool CountAgainstQuota(RequestScope& scope, const typename Op::Request& request, const typename Op::Inputs& inputs) {
  constexpr QuotaBasis kBasis = BasisOf(Op::Api::kOperation);
  if (scope.services().quotas == nullptr || kBasis == QuotaBasis::kOperation) return true;
  if (std::exchange(scope.counted, true)) return true;
  if constexpr (kBasis == QuotaBasis::kPairSpec) {
    return scope.TakeFrom(QuotaGroup::Of(request.key_pair_spec));
  } else {
    bool within = true;
    std::optional<QuotaGroup> taken;  // ReEncrypt with two keys of one kind is one request
    Op::ForEachKey(inputs, [&](const keys::Key& key) {
      const QuotaGroup group = QuotaGroup::Of(key.spec);
      if (within && group != taken) within = scope.TakeFrom(group);
      taken = group;
    });
    return within;
  }
}

// Part of step 7: who is to read the answer. Null: nobody in particular.
using Recipient = std::shared_ptr<const attest::VerifiedRecipient>;
Task<std::expected<Recipient, shapes::ApiError>> VerifyRecipient(RequestScope& scope,
                                                                 const shapes::RecipientInfo& recipient);

// Where the operation's computation belongs, with what it works on in hand.
template <class Op, class Ready>
kms::WorkCost CostOf(const Ready& ready, const typename Op::Request& request) {
  if constexpr (requires { Op::CostOf(ready, request); }) {
    return Op::CostOf(ready, request);
  } else {
    return kms::WorkCost::kCheap;
  }
}

// What an operation answers, typed as yet.
template <class Op>
using ReplyOrError = std::expected<kms::Reply<typename Op::Api>, shapes::ApiError>;

// Step 11, on the core or on a worker.
template <class Op, class Ready>
Task<ReplyOrError<Op>> Run(RequestScope& scope, kms::Trail& trail, const kms::Call& call, Ready ready,
                           const typename Op::Request& request) {
  using Outcome = kms::Outcome<typename Op::Api>;
  std::optional<Outcome> outcome;
  const kms::WorkCost cost = CostOf<Op>(ready, request);
  if (cost == kms::WorkCost::kCheap) {
    outcome.emplace(Op::Run(call, std::move(ready), request, trail));
  } else {
    WorkerPool* pool = cost == kms::WorkCost::kLong ? scope.services().long_work : scope.services().key_generation;
    auto work = [&] { return Op::Run(call, std::move(ready), request, trail); };
    outcome = co_await net::Offload(pool, work);
    if (!outcome) co_return std::unexpected(shapes::Errors::Throttling());
  }
  if (!*outcome) co_return std::unexpected((*outcome).error().error());
  co_return **std::move(outcome);
}

// The answer as it goes out, and as the audit record shows it.
template <class Op>
PreparedOrError Encode(RequestScope& scope, ReplyOrError<Op> reply) {
  if (!reply) return std::unexpected(std::move(reply).error());
  Prepared prepared{.body = {}, .change = std::move(reply->change)};
  shapes::EncodeResponse(reply->response, &prepared.body);
  if (!scope.read_only) {
    scope.response_elements.clear();
    shapes::AppendResponseElements<typename Op::Api>(reply->response, scope.trail.key_arn, &scope.response_elements);
  }
  return prepared;
}

// Steps 7 to 11, at one snapshot of the store. `facts`, `trail`: the scope's, or those of a call that a service makes
// for the scope's caller. REQUIRES: both outlive this.
template <class Op>
Task<ReplyOrError<Op>> Perform(RequestScope& scope, const authz::CallFacts& facts, kms::Trail& trail,
                               const typename Op::Request& request, const Recipient& recipient) {
  const Services& services = scope.services();
  kms::Call call{.caller = scope.caller(),
                 .region = *scope.region,
                 .now = services.clock->Service(),
                 .markers = kms::Markers(*services.hierarchy, scope.caller().account),
                 .sm2 = services.sm2,
                 .limits = scope.limits(),
                 .recipient = recipient.get()};
  keys::Resolver resolver(services.keys, &scope.core().keys, &scope.core().aliases, call.account(), call.region,
                          call.now);
  const kms::RequestFacts<typename Op::Request> operation(request, recipient.get(), !facts.via_service.empty());
  kms::Session session{.call = call,
                       .resolver = resolver,
                       .authorizer = *services.authorizer,
                       .asking = {.call = facts, .operation = operation},
                       .grants = *services.grants,
                       .grants_view = scope.core().grants,
                       .trail = trail,
                       .loaded = *services.loaded_keys,
                       .loaded_view = scope.core().loaded_keys,
                       .usage = *services.usage,
                       .counts = *services.key_counts,
                       .quotas = *services.resource_quotas};

  // 7 and 8: resolve, authorize
  auto inputs = co_await Op::Resolve(session, request);
  if (!inputs) co_return std::unexpected(inputs.error().error());
  if (!CountAgainstQuota<Op>(scope, request, *inputs)) co_return std::unexpected(shapes::Errors::Throttling());
  // 9
  if (std::optional<shapes::ApiError> refused = CheckUsageAndState<Op>(*inputs))
    co_return std::unexpected(*std::move(refused));
  if constexpr (requires { Op::CheckKey(request, *inputs); }) {
    if (auto refused = Op::CheckKey(request, *inputs)) co_return std::unexpected(refused->error());
  }
  // 10
  if constexpr (requires { request.dry_run; }) {
    if (request.dry_run.value_or(false)) co_return std::unexpected(shapes::Errors::DryRunOperation());
  }
  // 11
  if constexpr (requires { typename Op::Ready; }) {
    std::optional<typename Op::Ready> ready = Op::ReadyNow(session, *inputs);
    if (!ready) {
      Result<typename Op::Ready> loaded = co_await Op::MakeReady(session, std::move(*inputs));
      if (!loaded) co_return std::unexpected(kms::NotReady(std::move(loaded).error(), trail));
      ready.emplace(std::move(*loaded));
    }
    ReplyOrError<Op> done = co_await Run<Op>(scope, trail, call, std::move(*ready), request);
    co_return done;
  } else {
    ReplyOrError<Op> done = co_await Run<Op>(scope, trail, call, std::move(*inputs), request);
    co_return done;
  }
}

// Steps 6 to 15 of a request whose signature is verified.
template <class Op>
Task<void> RunOperation(RequestScope& scope, wire::JsonDocument document) {
  using Request = typename Op::Request;
  // 6
  std::expected<Request, shapes::ApiError> request = shapes::DecodeRequest<Request>(document);
  {
    wire::JsonDocument read = std::move(document);
  }  // its tokens go back to the pool before anything waits
  if (!request) {
    co_await Finish(scope, std::unexpected(std::move(request).error()), true);
    co_return;
  }
  if constexpr (requires { Op::Check(*request); }) {
    if (auto refused = Op::Check(*request)) {
      shapes::AppendRequestParameters(*request, &scope.request_parameters);
      co_await Finish(scope, std::unexpected(refused->error()), true);
      co_return;
    }
  }
  if constexpr (requires { request->grant_tokens->size(); }) {
    if (auto refused = kms::CheckGrantTokens(*scope.services().hierarchy, request->grant_tokens)) {
      shapes::AppendRequestParameters(*request, &scope.request_parameters);
      co_await Finish(scope, std::unexpected(*std::move(refused)), true);
      co_return;
    }
  }
  if constexpr (requires { Op::FillDefaults(*request); }) Op::FillDefaults(*request);
  shapes::AppendRequestParameters(*request, &scope.request_parameters);

  Recipient recipient;
  if constexpr (requires { request->recipient; }) {
    if (request->recipient) {
      std::expected<Recipient, shapes::ApiError> verified = co_await VerifyRecipient(scope, *request->recipient);
      if (!verified) {
        co_await Finish(scope, std::unexpected(std::move(verified).error()), true);
        co_return;
      }
      recipient = *std::move(verified);
    }
  }

  Turnstile::Guard turn;
  for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
    if (attempt == 2) turn = co_await scope.services().contended->Enter(scope.contended);
    if (attempt > 1) {
      Result<bool> there = co_await RefreshCaller(scope);
      if (!there) {
        shapes::ApiError failed = kms::Internal(std::move(there).error(), scope.trail);
        co_await Finish(scope, std::unexpected(std::move(failed)), true);
        co_return;
      }
      if (!*there) {
        co_await Finish(scope, std::unexpected(shapes::Errors::UnrecognizedClient()), true);
        co_return;
      }
    }
    scope.trail = {};
    const authz::CallFacts facts = scope.Facts();
    ReplyOrError<Op> reply = co_await Perform<Op>(scope, facts, scope.trail, *request, recipient);
    PreparedOrError prepared = Encode<Op>(scope, std::move(reply));
    bool done = co_await Finish(scope, std::move(prepared), attempt == kMaxAttempts);
    if (done) co_return;
  }
}

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_OPERATION_RUNNER_H_
