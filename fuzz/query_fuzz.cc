// Form bodies and URL queries: what was parsed can be written down and parsed again to the same; the canonical query is
// a fixed point; whatever was in it, XML of it is still XML.

#include <cstdint>
#include <cstdlib>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "sigv4/canonical.h"
#include "wire/query.h"
#include "wire/xml.h"

namespace kagimori::wire {
namespace {

void Require(bool condition) {
  if (!condition) abort();
}

void CheckRoundTrip(const Result<QueryParameters>& parsed) {
  if (!parsed) return;
  std::string written;
  for (const QueryParameter& parameter : parsed->all()) {
    AppendPercentEncoded(parameter.name, Slash::kEncode, &written);
    written += '=';
    AppendPercentEncoded(parameter.value, Slash::kEncode, &written);
    written += '&';
  }
  const auto again = QueryParameters::ParseForm(written);
  Require(again.has_value() && again->all().size() == parsed->all().size());
  for (size_t i = 0; i < again->all().size(); ++i) {
    Require(again->all()[i].name == parsed->all()[i].name && again->all()[i].value == parsed->all()[i].value);
  }
}

void CheckCanonical(std::string_view text) {
  std::string once, twice;
  const bool readable = sigv4::AppendCanonicalQuery(text, &once);
  Require(readable || !QueryParameters::ParseUrlQuery(text).has_value());
  if (!readable) return;
  Require(sigv4::AppendCanonicalQuery(once, &twice) && once == twice);
}

void CheckXml(std::string_view text) {
  std::string document;
  XmlWriter xml(&document);
  xml.Open("Root");
  xml.Element("Text", text);
  xml.Element("After", int64_t{1});
  xml.Close("Root");
  pugi::xml_document parsed;
  Require(parsed.load_buffer(document.data(), document.size()));
  Require(parsed.child("Root").child("After").text().as_int() == 1);
}

}  // namespace
}  // namespace kagimori::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  kagimori::wire::CheckRoundTrip(kagimori::wire::QueryParameters::ParseForm(text));
  kagimori::wire::CheckRoundTrip(kagimori::wire::QueryParameters::ParseUrlQuery(text));
  kagimori::wire::CheckCanonical(text);
  kagimori::wire::CheckXml(text);
  return 0;
}
