#ifndef KAGIMORI_APP_ADMIN_PROTOCOL_H_
#define KAGIMORI_APP_ADMIN_PROTOCOL_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/administration.h"
#include "base/result.h"

namespace kagimori::app {

// One JSON line each way over the administration socket:
//   {"command":"status"}                          {"ok":true,"status":{…}}
//   {"command":"clock-advance","millis":N}        {"ok":true}
//                                                 {"ok":false,"error":"…"}

std::string StatusRequest();
std::string ClockAdvanceRequest(std::chrono::milliseconds by);

// Obeys one request and gives the answer, without its newline. Every request that can be read is audited, and one whose
// record cannot be written is answered with an error. `line` is hostile.
std::string AnswerRequest(std::string_view line, uint32_t peer_uid, Administration* administration);

// Of an answer: the raw JSON of the member "status", or "" when there is none. kUnavailable: the server refused, with
// its reason; kCorrupt: that is no answer.
Result<std::string> ReadAnswer(std::string_view line);

// The JSON of a status, and the same for people.
std::string StatusJson(const NodeStatus& status);
Result<std::string> DescribeStatus(std::string_view json);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_PROTOCOL_H_
