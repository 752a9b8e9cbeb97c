#include "gateway/kms_for_ssm.h"

#include <utility>

#include "base/log.h"
#include "crypto/random.h"
#include "gateway/managed_keys.h"
#include "gateway/operation_runner.h"
#include "kms/decrypt.h"
#include "kms/encrypt.h"
#include "kms/generate_data_key.h"

namespace kagimori::gateway {
namespace {

using shapes::ErrorCode;
using ssm::Errors;

constexpr std::string_view kService = "ssm.amazonaws.com";

shapes::StringMap ContextOf(std::string parameter_arn) {
  return shapes::StringMap({{"PARAMETER_ARN", std::move(parameter_arn)}});
}

// "… (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException; Request ID: …)"
std::string WrappedText(const shapes::ApiError& error, const ByteArray<16>& request_id) {
  std::string text = error.message();
  text.append(text.empty() ? "" : " ")
      .append("(Service: AWSKMS; Status Code: ")
      .append(std::to_string(error.http_status()))
      .append("; Error Code: ")
      .append(error.name())
      .append("; Request ID: ");
  AppendUuid(request_id, &text);
  return text + ")";
}

void LogFailure(const RequestScope& scope, const Error& error) {
  log::Error("a call of KMS for a service failed",
             {{"request_id", std::string(scope.request_id())}, {"error", Describe(error)}});
}

}  // namespace

KmsForSsm::KmsForSsm(RequestScope* scope)
    : scope_(scope),
      via_service_("ssm." + std::string(scope->region->name()) + ".amazonaws.com"),
      lost_(std::make_shared<bool>(false)) {}

// A key that cannot be used is the parameter's fault; what KMS denies is denied; the rest is a failure.
ssm::ApiError KmsForSsm::Wrapped(const shapes::ApiError& error, const ByteArray<16>& request_id) {
  switch (error.code()) {
    case ErrorCode::kAccessDenied:
      return Errors::AccessDenied(WrappedText(error, request_id));
    case ErrorCode::kThrottling:
      return Errors::Throttling(error.message());
    case ErrorCode::kKmsInternal:
    case ErrorCode::kDependencyTimeout:
      return Errors::InternalServerError();
    default:
      return Errors::InvalidKeyId(WrappedText(error, request_id));
  }
}

template <class Op>
Task<ssm::OrError<typename Op::Api::Response>> KmsForSsm::Call(typename Op::Request request) {
  RequestScope::ServiceCall call{.service = kService,
                                 .described = &shapes::Describe(Op::Api::kOperation),
                                 .request_id = crypto::RandomUuid(),
                                 .event_id = crypto::RandomUuid()};
  if constexpr (requires { Op::FillDefaults(request); }) Op::FillDefaults(request);
  shapes::AppendRequestParameters(request, &call.request_parameters);
  authz::CallFacts facts = scope_->Facts();
  facts.via_service = via_service_;
  facts.source_ip = {};
  const Recipient nobody;
  ReplyOrError<Op> reply = co_await Perform<Op>(*scope_, facts, call.trail, request, nobody);
  if (call.trail.failure) LogFailure(*scope_, *call.trail.failure);
  std::string line =
      reply ? scope_->AuditLine(call, {}, {}) : scope_->AuditLine(call, reply.error().name(), reply.error().message());
  scope_->core().audit.Add(line, call.event_id, [lost = lost_](Result<> logged) {
    if (!logged) *lost = true;
  });
  if (!reply) co_return ssm::Refuse(Wrapped(reply.error(), call.request_id));
  scope_->NoteUse(call);
  co_return std::move(reply->response);
}

Task<std::optional<ssm::ApiError>> KmsForSsm::MakeDefaultKey(const std::string& key) {
  const keys::ManagedService* service = NamesManagedKey(*scope_, key);
  if (service == nullptr) co_return std::nullopt;
  Result<> there = co_await EnsureManagedKey(*scope_, *service);
  if (there) co_return std::nullopt;
  LogFailure(*scope_, there.error());
  co_return Errors::InternalServerError();
}

Task<ssm::OrError<Bytes>> KmsForSsm::Encrypt(std::string key, std::string parameter_arn,
                                             const secret::SecretBytes& plaintext) {
  std::optional<ssm::ApiError> failed = co_await MakeDefaultKey(key);
  if (failed) co_return ssm::Refuse(*std::move(failed));
  kms::Encrypt::Request request;
  request.key_id = std::move(key);
  request.plaintext = plaintext.Clone();
  request.encryption_context = ContextOf(std::move(parameter_arn));
  auto response = co_await Call<kms::Encrypt>(std::move(request));
  if (!response) co_return std::unexpected(std::move(response).error());
  co_return *std::move(response->ciphertext_blob);
}

Task<ssm::OrError<KmsForSsm::DataKey>> KmsForSsm::GenerateDataKey(std::string key, std::string parameter_arn) {
  std::optional<ssm::ApiError> failed = co_await MakeDefaultKey(key);
  if (failed) co_return ssm::Refuse(*std::move(failed));
  kms::GenerateDataKey::Request request;
  request.key_id = std::move(key);
  request.key_spec = shapes::DataKeySpec::kAes256;
  request.encryption_context = ContextOf(std::move(parameter_arn));
  auto response = co_await Call<kms::GenerateDataKey>(std::move(request));
  if (!response) co_return std::unexpected(std::move(response).error());
  DataKey made{.plaintext = *std::move(response->plaintext),
               .ciphertext = *std::move(response->ciphertext_blob),
               .key_arn = *std::move(response->key_id)};
  co_return made;
}

Task<ssm::OrError<secret::SecretBytes>> KmsForSsm::Decrypt(Bytes ciphertext, std::string parameter_arn) {
  kms::Decrypt::Request request;
  request.ciphertext_blob = std::move(ciphertext);
  request.encryption_context = ContextOf(std::move(parameter_arn));
  auto response = co_await Call<kms::Decrypt>(std::move(request));
  if (!response) co_return std::unexpected(std::move(response).error());
  co_return *std::move(response->plaintext);
}

}  // namespace kagimori::gateway
