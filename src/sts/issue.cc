#include "sts/issue.h"

#include <fmt/format.h>

#include "sts/parameters.h"
#include "wire/secret_codec.h"
#include "wire/xml.h"

namespace kagimori::sts {
namespace {

void AppendCredentials(const identity::IssuedSession& issued, Timestamp expires, wire::XmlWriter* xml) {
  xml->Open("Credentials");
  xml->Element("AccessKeyId", issued.access_key_id);
  xml->Open("SecretAccessKey");
  wire::SecretCodec::AppendBase64(issued.secret, xml->out());  // base64 has nothing to escape
  xml->Close("SecretAccessKey");
  xml->Element("SessionToken", issued.token);
  xml->Element("Expiration", FormatIso(expires));
  xml->Close("Credentials");
}

std::string LowerCamel(std::string_view name) {
  std::string lower(name);
  lower[0] = static_cast<char>(lower[0] - 'A' + 'a');
  return lower;
}

// Without the token, which would be worth something together with the secret.
std::string ResponseElements(const identity::IssuedSession& issued, const identity::SessionContent& content,
                             const IssueAnswer& answer) {
  std::string json = "{\"credentials\":{\"accessKeyId\":";
  wire::AppendJsonString(issued.access_key_id, &json);
  json.append(",\"expiration\":");
  wire::AppendJsonString(FormatIso(content.expires), &json);
  json.push_back('}');
  if (!answer.principal_element.empty()) {
    json.append(fmt::format(",\"{}\":{{\"{}\":", LowerCamel(answer.principal_element),
                            LowerCamel(answer.principal_id_element)));
    wire::AppendJsonString(SessionUserId(content), &json);
    json.append(",\"arn\":");
    wire::AppendJsonString(SessionArn(content), &json);
    json.push_back('}');
  }
  for (const auto& [name, value] : answer.others) {
    if (value.empty()) continue;
    json.append(fmt::format(",\"{}\":", LowerCamel(name)));
    wire::AppendJsonString(value, &json);
  }
  json.push_back('}');
  return json;
}

}  // namespace

StsResult<StsAnswer> Issue(const StsCall& call, const identity::SessionContent& content, const IssueAnswer& answer) {
  auto issued = identity::IssueSession(call.hierarchy, content);
  if (!issued) {
    return Refuse(400, "PackedPolicyTooLarge",
                  fmt::format("Packed policy consumes {}% of allotted space, please use smaller policy.",
                              issued.error().percent));
  }
  StsAnswer out;
  out.body.reserve(2048 + issued->token.size() * 2);  // so that no block with the secret in it is left behind
  wire::XmlWriter xml(&out.body);
  wire::OpenQueryResponse(answer.operation, kNamespace, wire::ResultElement::kPresent, &xml);
  if (!answer.principal_element.empty()) {
    xml.Open(answer.principal_element);
    xml.Element(answer.principal_id_element, SessionUserId(content));
    xml.Element("Arn", SessionArn(content));
    xml.Close(answer.principal_element);
  }
  for (const auto& [name, value] : answer.others) {
    if (!value.empty()) xml.Element(name, value);
  }
  if (issued->packed_percent != 0) xml.Element("PackedPolicySize", int64_t{issued->packed_percent});
  AppendCredentials(*issued, content.expires, &xml);
  wire::CloseQueryResponse(answer.operation, wire::ResultElement::kPresent, call.request_id, &xml);
  out.response_elements = ResponseElements(*issued, content, answer);
  return out;
}

void SetTimes(Timestamp now, int64_t seconds, identity::SessionContent* content) {
  content->issued = {now.seconds() * 1000};
  content->expires = content->issued + std::chrono::seconds(seconds);
}

}  // namespace kagimori::sts
