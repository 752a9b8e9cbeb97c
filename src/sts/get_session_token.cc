#include "sts/get_session_token.h"

#include "sts/issue.h"
#include "sts/own_session.h"
#include "sts/second_factor.h"

namespace kagimori::sts {

StsResult<GetSessionTokenRequest> ParseGetSessionToken(const wire::QueryParameters& parameters) {
  shapes::QueryMembers members(parameters);
  GetSessionTokenRequest request;
  request.duration_seconds = members.Integer("DurationSeconds", kMinOwnSeconds, kMaxOwnSeconds);
  request.second_factor = ReadSecondFactor(&members);
  if (auto valid = Violated(members); !valid) return std::unexpected(std::move(valid).error());
  return request;
}

std::string AuditGetSessionToken(const GetSessionTokenRequest& request) {
  AuditMembers members;
  members.Number("durationSeconds", request.duration_seconds);
  return members.Take();
}

StsResult<StsAnswer> GetSessionToken(const StsCall& call, const GetSessionTokenRequest& request) {
  if (call.caller->session() != nullptr) return AccessDenied("Cannot call GetSessionToken with session credentials");
  if (request.second_factor) return NoSecondFactor();
  identity::SessionContent content = OwnSession(call, request.duration_seconds);
  content.kind = content.issuer_name.empty() ? identity::SessionKind::kRoot : identity::SessionKind::kUser;
  return Issue(call, content,
               {.operation = "GetSessionToken", .principal_element = {}, .principal_id_element = {}, .others = {}});
}

}  // namespace kagimori::sts
