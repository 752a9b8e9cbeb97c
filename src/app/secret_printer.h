#ifndef KAGIMORI_APP_SECRET_PRINTER_H_
#define KAGIMORI_APP_SECRET_PRINTER_H_

#include <string_view>

#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// Shows a new access key to the person who made it; the one place of this room where a secret is opened.
class SecretPrinter {
 public:
  // "<label><secret>\n" in one write straight from secret memory, past every buffer of the C library. kIo: it did not
  // get out whole. REQUIRES: a stream on `fd` was flushed.
  static Result<> PrintLine(int fd, std::string_view label, const secret::SecretBytes& secret);
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_SECRET_PRINTER_H_
