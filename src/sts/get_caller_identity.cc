#include "sts/get_caller_identity.h"

#include "wire/xml.h"

namespace kagimori::sts {

std::string GetCallerIdentity(const identity::Principal& caller, std::string_view request_id) {
  std::string body;
  wire::XmlWriter xml(&body);
  wire::OpenQueryResponse("GetCallerIdentity", kNamespace, wire::ResultElement::kPresent, &xml);
  xml.Element("Arn", caller.arn);
  xml.Element("UserId", caller.unique_id);
  xml.Element("Account", caller.account.ToString());
  wire::CloseQueryResponse("GetCallerIdentity", wire::ResultElement::kPresent, request_id, &xml);
  return body;
}

}  // namespace kagimori::sts
