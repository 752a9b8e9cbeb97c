#include "sts/get_access_key_info.h"

#include "identity/temporary_key.h"
#include "sts/parameters.h"
#include "sts/trust.h"
#include "wire/xml.h"

namespace kagimori::sts {
namespace {

constexpr std::string_view kOperation = "GetAccessKeyInfo";
constexpr std::string_view kAction = "sts:GetAccessKeyInfo";

}  // namespace

StsResult<GetAccessKeyInfoRequest> ParseGetAccessKeyInfo(const wire::QueryParameters& parameters) {
  shapes::QueryMembers members(parameters);
  GetAccessKeyInfoRequest request;
  request.access_key_id = members.Required("AccessKeyId", kAccessKeyIdRule);
  if (auto valid = Violated(members); !valid) return std::unexpected(std::move(valid).error());
  request.account = identity::AccountOfTemporaryKey(request.access_key_id);
  return request;
}

std::string AuditGetAccessKeyInfo(const GetAccessKeyInfoRequest& request) {
  AuditMembers members;
  members.Text("accessKeyId", request.access_key_id);
  return members.Take();
}

StsResult<StsAnswer> GetAccessKeyInfo(const StsCall& call, const GetAccessKeyInfoRequest& request,
                                      std::optional<AccountId> account) {
  // Sessions but those of roles can ask STS who they are, and for roles.
  const identity::Session* session = call.caller->session();
  const bool own_session = session != nullptr && session->content.kind != identity::SessionKind::kAssumedRole;
  if (own_session || !MayByIdentity(call, call.context, kAction, "*"))
    return AccessDenied(NotAuthorized(call.caller->principal().arn, kAction, "*"));
  // Guess: AWS reads the account from every access key id; here the long-term ones are random.
  if (!account) return ValidationError("The access key " + request.access_key_id + " does not exist.");
  StsAnswer answer;
  wire::XmlWriter xml(&answer.body);
  wire::OpenQueryResponse(kOperation, kNamespace, wire::ResultElement::kPresent, &xml);
  xml.Element("Account", account->ToString());
  wire::CloseQueryResponse(kOperation, wire::ResultElement::kPresent, call.request_id, &xml);
  return answer;
}

}  // namespace kagimori::sts
