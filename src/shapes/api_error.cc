#include "shapes/api_error.h"

#include "shapes/kms_errors.h"
#include "wire/json_writer.h"

namespace kagimori::shapes {

const ErrorInfo& ApiError::info() const { return kErrorInfo[static_cast<uint8_t>(code_)]; }

void AppendErrorBody(const ApiError& error, std::string* out) { AppendErrorBody(error.info(), error.message(), out); }

void AppendErrorBody(const ErrorInfo& info, std::string_view message, std::string* out) {
  out->append("{\"__type\":\"").append(info.name).push_back('"');
  if (!message.empty()) {
    // The letter case is the service's: see the generated table.
    out->append(info.capital_message ? ",\"Message\":" : ",\"message\":");
    wire::AppendJsonString(message, out);
  }
  out->push_back('}');
}

}  // namespace kagimori::shapes
