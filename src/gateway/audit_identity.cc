#include "gateway/audit_identity.h"

namespace kagimori::gateway {
namespace {

audit::IdentityType TypeOf(identity::Principal::Kind kind) {
  switch (kind) {
    case identity::Principal::Kind::kRoot:
      return audit::IdentityType::kRoot;
    case identity::Principal::Kind::kUser:
      return audit::IdentityType::kIamUser;
    case identity::Principal::Kind::kRoleSession:
      return audit::IdentityType::kAssumedRole;
    case identity::Principal::Kind::kFederatedUser:
      return audit::IdentityType::kFederatedUser;
  }
  return audit::IdentityType::kInternal;
}

std::string_view IssuerType(const identity::SessionContent& content) {
  switch (content.kind) {
    case identity::SessionKind::kAssumedRole:
      return "Role";
    case identity::SessionKind::kFederatedUser:
      return content.issuer_name.empty() ? "Root" : "IAMUser";
    case identity::SessionKind::kUser:
    case identity::SessionKind::kRoot:
      break;
  }
  return {};
}

}  // namespace

audit::SessionContext SessionContextOf(const identity::Session& session) {
  const identity::SessionContent& content = session.content;
  return {.issuer_type = IssuerType(content),
          .issuer_principal_id = content.issuer_id,
          .issuer_arn = session.issuer_arn,
          .issuer_account_id = session.account_text,
          .issuer_user_name = content.issuer_name,
          .creation_date = content.issued,
          .mfa_authenticated = content.mfa_time.has_value(),
          .web_id_federated_provider = content.federated_provider,
          .source_identity = content.source_identity,
          .ec2_role_delivery = {}};
}

audit::UserIdentity IdentityOf(const identity::Credential& credential, std::string_view account,
                               const audit::SessionContext* context) {
  const identity::Principal& principal = *credential.principal;
  return {.type = TypeOf(principal.kind),
          .principal_id = principal.unique_id,
          .arn = principal.arn,
          .account_id = account,
          .access_key_id = credential.access_key_id,
          .user_name = principal.name,
          .session = context,
          .identity_provider = {},
          .invoked_by = {}};
}

audit::UserIdentity IdentityOf(const WebIdentity& identity) {
  return {.type = audit::IdentityType::kWebIdentityUser,
          .principal_id = identity.principal_id,
          .arn = {},
          .account_id = {},
          .access_key_id = {},
          .user_name = identity.subject,
          .session = nullptr,
          .identity_provider = identity.provider,
          .invoked_by = {}};
}

}  // namespace kagimori::gateway
