#ifndef KAGIMORI_APP_ADMIN_STREAM_H_
#define KAGIMORI_APP_ADMIN_STREAM_H_

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

#include "app/admin_command.h"
#include "app/admin_socket.h"
#include "base/bytes.h"
#include "base/result.h"
#include "secret/secret_bytes.h"

namespace kagimori::app {

// What a command of the administration socket gives besides its answer, when that is too much for a line: pieces of
//   0 ‖ size [3, big-endian] ‖ bytes
// before the answer's line, which begins with '{'. The server so needs no way to the file that its caller writes, and a
// caller that goes ends the command.

// The server's half. Waits for a peer that reads slowly, not for one that does not read for a minute, nor beyond
// `stop`.
Result<> SendStreamed(int socket, ByteView bytes, int stop);

// The client's half: CallAdminSocket for a command that streams. An error of `sink` ends the call, and with it the
// command. kUnavailable: as there; `idle` is how long nothing may come.
Result<AdminResult> CallAdminStream(const std::filesystem::path& folder, std::string_view command,
                                    const AdminParameters& parameters, std::span<const secret::SecretBytes> secrets,
                                    std::chrono::milliseconds idle, const std::function<Result<>(ByteView)>& sink,
                                    std::string_view body = {});

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_ADMIN_STREAM_H_
