#include "app/standard_output.h"

#include <cstdio>

namespace kagimori::app {

Result<> Print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    return Fail(ErrorKind::kIo, "standard output cannot be written to");
  }
  return {};
}

}  // namespace kagimori::app
