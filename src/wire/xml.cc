#include "wire/xml.h"

#include <charconv>
#include <optional>

namespace kagimori::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// The length of the UTF-8 sequence (RFC 3629: shortest form, no surrogates, at most U+10FFFF) at the front of `text`,
// which starts with a byte above 0x7F; nothing when it is none, or a character that XML 1.0 section 2.2 leaves out
// (U+FFFE, U+FFFF).
std::optional<size_t> MultibyteLength(std::string_view text) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<uint8_t>(text[i]) : uint8_t{0}; };
  const auto continues = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const uint8_t lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? std::optional<size_t>(2) : std::nullopt;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return std::nullopt;
    const uint32_t point = (lead & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
    if (point < 0x800 || (point >= 0xD800 && point <= 0xDFFF) || point >= 0xFFFE) return std::nullopt;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return std::nullopt;
    const uint32_t point = (lead & 0x07u) << 18 | (byte(1) & 0x3Fu) << 12 | (byte(2) & 0x3Fu) << 6 | (byte(3) & 0x3Fu);
    if (point < 0x10000 || point > 0x10FFFF) return std::nullopt;
    return 4;
  }
  return std::nullopt;
}

// What stands for `c` in element text; empty when it stands for itself. CR and the white space of attributes are
// written as references, or a parser would normalise them (XML 1.0, 2.11 and 3.3.3).
std::string_view AsciiEscape(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
      return "&#9;";
    case '\n':
      return "&#10;";
    case '\r':
      return "&#13;";
    default:
      return static_cast<uint8_t>(c) < 0x20 ? kReplacement : std::string_view();
  }
}

void AppendTag(std::string_view before, std::string_view name, std::string* out) {
  out->append(before).append(name).push_back('>');
}

}  // namespace

void AppendXmlText(std::string_view text, std::string* out) {
  for (size_t i = 0; i < text.size();) {
    if (static_cast<uint8_t>(text[i]) < 0x80) {
      const std::string_view escape = AsciiEscape(text[i]);
      if (escape.empty()) {
        out->push_back(text[i]);
      } else {
        out->append(escape);
      }
      ++i;
    } else if (const auto length = MultibyteLength(text.substr(i)); length.has_value()) {
      out->append(text.substr(i, *length));
      i += *length;
    } else {
      out->append(kReplacement);
      ++i;
    }
  }
}

void XmlWriter::Open(std::string_view name) { AppendTag("<", name, out_); }

void XmlWriter::OpenWithNamespace(std::string_view name, std::string_view xmlns) {
  out_->append("<").append(name).append(" xmlns=\"");
  AppendXmlText(xmlns, out_);
  out_->append("\">");
}

void XmlWriter::Close(std::string_view name) { AppendTag("</", name, out_); }

void XmlWriter::Element(std::string_view name, std::string_view text) {
  Open(name);
  AppendXmlText(text, out_);
  Close(name);
}

void XmlWriter::Element(std::string_view name, int64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  Element(name, std::string_view(digits, end));
}

void OpenQueryResponse(std::string_view action, std::string_view xmlns, ResultElement result, XmlWriter* xml) {
  xml->OpenWithNamespace(std::string(action).append("Response"), xmlns);
  if (result == ResultElement::kPresent) xml->Open(std::string(action).append("Result"));
}

void CloseQueryResponse(std::string_view action, ResultElement result, std::string_view request_id, XmlWriter* xml) {
  if (result == ResultElement::kPresent) xml->Close(std::string(action).append("Result"));
  xml->Open("ResponseMetadata");
  xml->Element("RequestId", request_id);
  xml->Close("ResponseMetadata");
  xml->Close(std::string(action).append("Response"));
}

std::string QueryErrorDocument(std::string_view xmlns, QueryFault fault, std::string_view code,
                               std::string_view message, std::string_view request_id) {
  std::string document;
  XmlWriter xml(&document);
  xml.OpenWithNamespace("ErrorResponse", xmlns);
  xml.Open("Error");
  xml.Element("Type", fault == QueryFault::kSender ? "Sender" : "Receiver");
  xml.Element("Code", code);
  xml.Element("Message", message);
  xml.Close("Error");
  xml.Element("RequestId", request_id);
  xml.Close("ErrorResponse");
  return document;
}

}  // namespace kagimori::wire
