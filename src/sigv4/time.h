#ifndef KAGIMORI_SIGV4_TIME_H_
#define KAGIMORI_SIGV4_TIME_H_

#include <optional>
#include <string_view>

#include "base/clock.h"

namespace kagimori::sigv4 {

// ISO 8601 basic format in UTC, "20130609T095204Z", and nothing else; the date and the time must exist (no leap
// second).
std::optional<Timestamp> ParseBasicTime(std::string_view text);

// RFC 9110's IMF-fixdate, "Sun, 09 Jun 2013 09:52:04 GMT", the one form that senders may use. The weekday is not
// compared.
std::optional<Timestamp> ParseHttpDate(std::string_view text);

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_TIME_H_
