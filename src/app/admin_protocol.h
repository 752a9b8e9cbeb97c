#ifndef KAGIMORI_APP_ADMIN_PROTOCOL_H_
#define KAGIMORI_APP_ADMIN_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "app/admin_command.h"
#include "app/administration.h"
#include "base/result.h"
#include "secret/secret_bytes.h"
#include "secret/wiping_buffer.h"

namespace kagimori::app {

// One request and one answer over a connection of the administration socket, each a JSON line, and behind it the bytes
// of the secrets that the line announces, one after the other, without separators:
//   {"command":"status"}                             {"ok":true,"result":{…}}
//   {"command":"seal-add","kind":"recovery"}         {"ok":true,"result":{"slot":2},"secrets":[167]} 167 bytes
//   {"command":"unseal","secrets":[21]} 21 bytes     {"ok":false,"error":"…"}
//   {"command":"apply","body":310} 310 bytes         {"ok":true,"result":{…}}
// A body is what is too much for a line: it comes behind the secrets, and is in no audit record.
// No secret is ever in a line, so that none passes a string or a JSON library: SecretChannel moves them between the
// socket and secret memory. Members: "command", "secrets" and "body" (only when there are some) and those of the
// command's entry in the table, each known and there once: a misspelt or doubled one must not be half obeyed.

inline constexpr size_t kMaxAdminRequest = 16 * 1024;  // bytes of a request's line
inline constexpr size_t kMaxAdminAnswer = 64 * 1024;   // of an answer's line
inline constexpr size_t kMaxAdminSecrets = 16;         // secrets with a line
inline constexpr size_t kMaxAdminSecret = 4096;        // bytes of one; none is empty

using SecretSizes = std::vector<size_t>;

// The server's half.

struct AdminRequest {
  const AdminCommand* command = nullptr;
  AdminParameters parameters;
  SecretSizes secrets;
  size_t body = 0;  // bytes
};
// `line` is hostile. kInvalid: it is no request of any command in the table.
Result<AdminRequest> ParseAdminRequest(std::string_view line, std::span<const AdminCommand* const> commands);

struct AdminAnswer {
  std::string line;  // without its newline
  std::vector<secret::SecretBytes> secrets;
};
AdminAnswer RefuseAdminRequest(std::string_view reason);

// Runs the requests of one socket. Thread-safe.
class AdminRunner {
 public:
  // REQUIRES: `administration` outlives this.
  explicit AdminRunner(Administration* administration) : administration_(administration) {}
  // Obeys a request that came with `secrets`. Every call is audited before its answer is given; one whose record cannot
  // be written gives an error and none of its secrets.
  AdminAnswer Run(const AdminRequest& request, std::vector<secret::SecretBytes> secrets, uint32_t peer_uid,
                  std::stop_token server_stop, std::function<Result<>(ByteView)> stream = {},
                  secret::WipingBuffer body = {});

 private:
  class Turn;
  Result<AdminReply> RunAudited(const AdminRequest& request, const Result<NodeLease>& lease, AdminCall* call);
  Result<AdminReply> RunOnce(const AdminRequest& request, AdminCall* call);

  Administration* administration_;
  std::mutex mutex_;
  std::set<const AdminCommand*> running_;  // the exclusive ones; by mutex_
};

// The client's half.

std::string AdminRequestLine(std::string_view command, const AdminParameters& parameters,
                             std::span<const secret::SecretBytes> secrets, size_t body = 0);

struct AdminAnswerHead {
  std::string result_json;  // an object
  SecretSizes secrets;
};
// kUnavailable: the server refused, with its reason; kCorrupt: that is no answer.
Result<AdminAnswerHead> ParseAdminAnswer(std::string_view line);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_PROTOCOL_H_
