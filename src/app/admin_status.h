#ifndef KAGIMORI_APP_ADMIN_STATUS_H_
#define KAGIMORI_APP_ADMIN_STATUS_H_

#include <string>
#include <string_view>

#include "app/node.h"
#include "base/result.h"

namespace kagimori::app {

// A status as one JSON object, and the same for people. Both follow the one table in admin_status.cc: a new figure is a
// member of NodeStatus and a row there.
std::string StatusJson(const NodeStatus& status);
Result<std::string> DescribeStatus(std::string_view json);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_STATUS_H_
