#ifndef KAGIMORI_APP_STANDARD_OUTPUT_H_
#define KAGIMORI_APP_STANDARD_OUTPUT_H_

#include <string>

#include "base/result.h"

namespace kagimori::app {

// To standard output, and out of the process when it returns. kIo: it did not get there whole.
Result<> Print(const std::string& text);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_STANDARD_OUTPUT_H_
