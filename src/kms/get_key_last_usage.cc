#include "kms/get_key_last_usage.h"

#include <utility>

namespace kagimori::kms {
namespace {

// By name: the API has a list of its own for the operations that count.
std::optional<shapes::KeyLastUsageTrackingOperation> TrackedAs(shapes::Operation operation) {
  using Traits = shapes::EnumTraits<shapes::KeyLastUsageTrackingOperation>;
  const std::string_view name = shapes::Describe(operation).name;
  for (size_t i = 0; i < Traits::kNames.size(); ++i) {
    if (Traits::kNames[i] == name) return static_cast<shapes::KeyLastUsageTrackingOperation>(i);
  }
  return std::nullopt;
}

}  // namespace

Task<Resolved<GetKeyLastUsage::Api, GetKeyLastUsage::Inputs>> GetKeyLastUsage::Resolve(Session& session,
                                                                                       const Request& request) {
  static const keys::AliasForms forms = FormsOf<Api>("KeyId");
  auto key = co_await ResolveKey<Api, Action>(session, request.key_id, forms, {});
  if (!key) co_return std::unexpected(std::move(key).error());
  Result<std::optional<keys::LastUsage>> usage = co_await session.usage.Find(key->resource().name);
  if (!usage) co_return std::unexpected(shapes::OpError<Api>::From(Internal(std::move(usage).error(), session.trail)));
  co_return Inputs{std::move(*key), *usage};
}

// A key's use is tracked from its creation on. Times are whole seconds, and the id is the bare one, as in the sample of
// the API reference.
Outcome<GetKeyLastUsage::Api> GetKeyLastUsage::Run(const Call&, Inputs inputs, const Request&, Trail&) {
  const keys::Key& key = inputs.key.resource();
  shapes::GetKeyLastUsageResponse response;
  response.key_id = key.name.id.ToString();
  response.key_creation_date = key.created;
  response.tracking_start_date = key.created;
  response.key_last_usage.emplace();
  if (inputs.usage) {
    response.key_last_usage->operation = TrackedAs(inputs.usage->operation);
    response.key_last_usage->timestamp = Timestamp{inputs.usage->at.seconds() * 1000};
    response.key_last_usage->cloud_trail_event_id = FormatUuid(inputs.usage->event_id);
    response.key_last_usage->kms_request_id = FormatUuid(inputs.usage->request_id);
  }
  return Reply<Api>{.response = std::move(response), .change = std::nullopt};
}

}  // namespace kagimori::kms
