#ifndef KAGIMORI_APP_ADMIN_COMMAND_H_
#define KAGIMORI_APP_ADMIN_COMMAND_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "app/administration.h"
#include "base/result.h"
#include "secret/secret_bytes.h"
#include "secret/wiping_buffer.h"

namespace kagimori::app {

// The administration commands: what each takes, what it is called in the audit log, what it does. A command is a
// constant of type AdminCommand in a file of its own, declared and entered in the table of admin_commands.h; reading,
// bounding and auditing a request follow from the entry.

// One JSON member of a request besides "command" and "secrets". Never a secret: it is in the audit record.
struct AdminMember {
  enum class Kind : uint8_t { kText, kNumber, kFlag };
  std::string_view name;
  Kind kind = Kind::kText;
  bool required = true;
  int64_t least = 0;  // kNumber: the value; kText: bytes of UTF-8
  int64_t most = 0;
};

// The members of a request that was checked against its command's list, in the order of that list.
class AdminParameters {
 public:
  using Value = std::variant<std::string, int64_t, bool>;

  void Add(std::string_view name, Value value);
  // Nothing: the request does not have it.
  std::optional<std::string_view> Text(std::string_view name) const;
  std::optional<int64_t> Number(std::string_view name) const;
  bool Flag(std::string_view name) const;  // one that is not there is false
  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // {"slot":2} for the audit record and for the request itself.
  std::string Json() const;

 private:
  const Value* Find(std::string_view name) const;
  std::vector<std::pair<std::string_view, Value>> values_;  // names: those of the AdminMembers
};

struct AdminCall {
  const AdminParameters& parameters;
  std::vector<secret::SecretBytes> secrets{};  // as many as the command takes
  uint32_t peer_uid = 0;
  Administration* administration = nullptr;
  // The unsealed node, which stays until the call's audit record is written; null for a command that works without.
  Node* node = nullptr;
  std::stop_token server_stop{};
  std::stop_token node_stop{};
  // Bytes for the caller, before the answer (admin_stream.h); waits for a slow one. kUnavailable: it has gone.
  std::function<Result<>(ByteView)> stream{};
  secret::WipingBuffer body{};  // what came behind the request: at most the command's most_body bytes

  // The server is about to end, or to be sealed, and waits for this call: give up what takes long.
  bool Stopping() const { return server_stop.stop_requested() || node_stop.stop_requested(); }
};

struct AdminReply {
  std::string result_json = "{}";  // an object on one line; nothing secret
  std::string audited_json;        // an object for the record's responseElements, or empty
  std::vector<secret::SecretBytes> secrets;
};

struct AdminCommand {
  std::string_view name;     // "seal-add"
  std::string_view audited;  // "AddSlot", the record's eventName
  bool read_only = false;
  // Works on the open store: refused while the server is sealed. Without it the command may run in any state, and must
  // take what it needs from `administration`.
  bool needs_node = true;
  // Takes long: a second one at the same time is refused instead of queued, so that it occupies one thread at most.
  bool exclusive = false;
  // `run` itself writes the record of its success, since that has to be in the log before anything is served or before
  // the log's key is gone; the record of a failure is written as for all others.
  bool audits_itself = false;
  std::span<const AdminMember> members{};
  size_t least_secrets = 0;
  size_t most_secrets = 0;
  size_t most_body = 0;  // bytes that may come behind the request, for what is too much for a line
  // On a thread of the socket; may block. An error's text goes to the operator and into the audit record.
  Result<AdminReply> (*run)(AdminCall& call) = nullptr;
};

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_COMMAND_H_
