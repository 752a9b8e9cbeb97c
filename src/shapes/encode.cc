#include "shapes/encode.h"

namespace kagimori::shapes {

void EncodeValue(const StringMap& value, std::string* out) {
  out->push_back('{');
  wire::JsonSeparator separator;
  for (const auto& [key, text] : value) {
    separator.Next(out);
    wire::AppendJsonString(key, out);
    out->push_back(':');
    wire::AppendJsonString(text, out);
  }
  out->push_back('}');
}

}  // namespace kagimori::shapes
