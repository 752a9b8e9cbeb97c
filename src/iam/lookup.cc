#include "iam/lookup.h"

namespace kagimori::iam {

using identity::EntityKind;
using identity::ManagedPolicy;
using PolicyPtr = std::shared_ptr<const ManagedPolicy>;

namespace {

// Whose policy an ARN names; an error where it names none, or one of another account.
OrError<bool> IsOfAws(const Call& call, std::string_view arn) {
  const std::optional<identity::EntityArn> parsed = identity::ParseEntityArn(arn);
  if (!parsed || parsed->kind != EntityKind::kPolicy) {
    return ValidationError(fmt::format("ARN {} is not valid.", arn));
  }
  if (parsed->account && *parsed->account != call.id()) return AccessDenied("Policy is outside your own account.");
  return !parsed->account;
}

OrError<PolicyPtr> Find(const Call& call, std::string_view arn, std::string_view otherwise) {
  KAGIMORI_ASSIGN_OR_RETURN([[maybe_unused]] const bool of_aws, IsOfAws(call, arn));
  if (auto policy = call.account->FindPolicy(arn)) return policy;
  return NoSuchEntity(fmt::format("Policy {} {}", arn, otherwise));
}

}  // namespace

OrError<PolicyPtr> FindPolicy(const Call& call, std::string_view arn) { return Find(call, arn, "was not found."); }

OrError<PolicyPtr> FindOwnPolicy(const Call& call, std::string_view arn) {
  KAGIMORI_ASSIGN_OR_RETURN(const bool of_aws, IsOfAws(call, arn));
  if (of_aws) return AccessDenied("Policy is outside your own account.");
  return FindPolicy(call, arn);
}

OrError<PolicyPtr> FindAttachablePolicy(const Call& call, std::string_view arn) {
  return Find(call, arn, "does not exist or is not attachable.");
}

Access AccessToNew(const Call& call, std::string_view operation, EntityKind kind, std::string_view path,
                   std::string_view name) {
  std::string arn = identity::ArnOf(call.id(), kind, path, name);
  return {.action = fmt::format("iam:{}", operation), .resource = arn, .shown = arn};
}

Access AccessToPolicy(const Call& call, std::string_view operation, std::string_view arn) {
  Access access{
      .action = fmt::format("iam:{}", operation), .resource = std::string(arn), .shown = fmt::format("policy {}", arn)};
  if (auto policy = call.account->FindPolicy(arn)) access.resource_tags = policy->tags;
  return access;
}

Access AccessToList(const Call& call, std::string_view operation, EntityKind kind, std::string_view prefix) {
  std::string arn = identity::ArnOf(call.id(), kind, prefix, "");
  return {.action = fmt::format("iam:{}", operation), .resource = arn, .shown = arn};
}

Access AccessToAll(std::string_view operation) {
  return {.action = fmt::format("iam:{}", operation), .resource = "*", .shown = "*"};
}

OrError<std::string> UserNameOrCaller(const Call& call, const std::optional<std::string>& name) {
  if (name) return *name;
  if (call.caller.kind == identity::Principal::Kind::kUser) return call.caller.name;
  return ValidationError("Must specify userName when calling with non-User credentials");
}

}  // namespace kagimori::iam
