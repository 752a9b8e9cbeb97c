#ifndef KAGIMORI_WIRE_XML_H_
#define KAGIMORI_WIRE_XML_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kagimori::wire {

// Appends XML 1.0 elements to a string. Names are the program's own; text may be anything.
//
//   XmlWriter xml(&out);
//   xml.Open("GetUserResult");
//   xml.Element("UserName", name);
//   xml.Close("GetUserResult");
class XmlWriter {
 public:
  explicit XmlWriter(std::string* out) : out_(out) {}

  // REQUIRES (all): `name` is a valid XML name; Open and Close are balanced by the caller.
  void Open(std::string_view name);
  void OpenWithNamespace(std::string_view name, std::string_view xmlns);
  void Close(std::string_view name);
  void Element(std::string_view name, std::string_view text);
  void Element(std::string_view name, const char* text) { Element(name, std::string_view(text)); }
  void Element(std::string_view name, bool value) { Element(name, std::string_view(value ? "true" : "false")); }
  void Element(std::string_view name, int64_t value);

  // The string written to, for text that comes from elsewhere (a secret, by way of SecretCodec) and needs no escaping.
  std::string* out() { return out_; }

 private:
  std::string* out_;
};

// Escapes & < > " ' and white space that a parser would change; bytes that are no UTF-8, and characters that XML 1.0
// cannot hold, become U+FFFD.
void AppendXmlText(std::string_view text, std::string* out);

// The frame of a Query protocol's answer:
// <ActionResponse
// xmlns="…"><ActionResult>…</ActionResult><ResponseMetadata><RequestId>…</RequestId></ResponseMetadata></ActionResponse>
// IAM's operations without output have no ActionResult.
enum class ResultElement { kPresent, kAbsent };
void OpenQueryResponse(std::string_view action, std::string_view xmlns, ResultElement result, XmlWriter* xml);
void CloseQueryResponse(std::string_view action, ResultElement result, std::string_view request_id, XmlWriter* xml);

// <ErrorResponse
// xmlns="…"><Error><Type>Sender</Type><Code>…</Code><Message>…</Message></Error><RequestId>…</RequestId></ErrorResponse>
enum class QueryFault { kSender, kReceiver };
std::string QueryErrorDocument(std::string_view xmlns, QueryFault fault, std::string_view code,
                               std::string_view message, std::string_view request_id);

}  // namespace kagimori::wire

#endif  // KAGIMORI_WIRE_XML_H_
