#include "base/result.h"

#include <fmt/format.h>

#include <string_view>

namespace kagimori {
namespace {

std::string_view Name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalid:
      return "invalid";
    case ErrorKind::kNotFound:
      return "not found";
    case ErrorKind::kConflict:
      return "conflict";
    case ErrorKind::kCorrupt:
      return "corrupt";
    case ErrorKind::kAuthentication:
      return "authentication";
    case ErrorKind::kLimit:
      return "limit";
    case ErrorKind::kUnavailable:
      return "unavailable";
    case ErrorKind::kIo:
      return "input/output";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "unknown";
}

}  // namespace

std::string Describe(const Error& error) {
  std::string_view file = error.where.file_name();
  if (auto at = file.find("src/"); at != std::string_view::npos) file.remove_prefix(at + 4);
  return fmt::format("{}: {} ({}:{})", Name(error.kind), error.text, file, error.where.line());
}

}  // namespace kagimori
