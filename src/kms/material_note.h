#ifndef KAGIMORI_KMS_MATERIAL_NOTE_H_
#define KAGIMORI_KMS_MATERIAL_NOTE_H_

#include <string_view>

#include "kms/operation.h"

namespace kagimori::kms {

// Adds `"<name>":"<64 hex digits>"` to the audit record's additionalEventData.
inline void NoteMaterial(std::string_view name, const keys::MaterialId& material, Trail* trail) {
  std::string& json = trail->additional_event_data_json;
  if (json.empty()) {
    json.reserve(192);
    json = "{\"";
  } else {
    json.back() = ',';
    json.push_back('"');
  }
  json.append(name).append("\":\"");
  AppendHex(material, &json);
  json.append("\"}");
}

}  // namespace kagimori::kms

#endif  // KAGIMORI_KMS_MATERIAL_NOTE_H_
