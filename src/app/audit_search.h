#ifndef KAGIMORI_APP_AUDIT_SEARCH_H_
#define KAGIMORI_APP_AUDIT_SEARCH_H_

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/what_if.h"
#include "base/result.h"

namespace kagimori::app {

// The newest record of an audit log whose eventID or requestID is `id`, as its JSON line. Reads the files as they are,
// the newest first; whether they are whole is `audit verify`'s to say. kNotFound: there is none. kInvalid: no UUID.
Result<std::string> FindAuditEvent(const std::filesystem::path& folder, std::string_view id);

// What a record tells of its decision.
struct AuditedCall {
  std::string event_id;
  std::string time;
  std::string event_name;
  std::string principal;
  std::string error_code;  // empty: it succeeded
  std::string error_message;
  std::string authorization;  // what the decision rested on; empty: nothing was recorded
  // What was asked, for each action (ReEncrypt has two), with all condition keys that the record knows. Empty: it
  // cannot be told from the record, for `not_asked`.
  std::vector<WhatIf> asked;
  std::string not_asked;
};
// kCorrupt: that is no record.
Result<AuditedCall> ReadAuditedCall(std::string_view line);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_AUDIT_SEARCH_H_
