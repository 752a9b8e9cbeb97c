#ifndef KAGIMORI_STS_ISSUE_H_
#define KAGIMORI_STS_ISSUE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "identity/session_token.h"
#include "sts/call.h"

namespace kagimori::sts {

// Elements of an answer beside the credentials, in AWS's order; empty texts are left out.
struct IssueAnswer {
  std::string_view operation;             // "AssumeRole": a literal
  std::string_view principal_element;     // "AssumedRoleUser", "FederatedUser"; empty: none
  std::string_view principal_id_element;  // "AssumedRoleId", "FederatedUserId"
  std::vector<std::pair<std::string_view, std::string>> others = {};
};

// Issues the session and answers with its credentials. PackedPolicyTooLarge: it does not fit into a token.
StsResult<StsAnswer> Issue(const StsCall& call, const identity::SessionContent& content, const IssueAnswer& answer);

// Issue time and end of a session that begins now and lasts so long.
void SetTimes(Timestamp now, int64_t seconds, identity::SessionContent* content);

}  // namespace kagimori::sts

#endif  // KAGIMORI_STS_ISSUE_H_
