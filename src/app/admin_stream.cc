#include "app/admin_stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "app/admin_protocol.h"
#include "app/secret_channel.h"
#include "app/unix_socket.h"

namespace kagimori::app {
namespace {

constexpr size_t kMaxPiece = 64 * 1024;
constexpr std::chrono::minutes kPeerPatience{1};

Deadline In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

Result<> ReceiveAll(int socket, MutableByteView out, std::chrono::milliseconds idle) {
  while (!out.empty()) {
    const ssize_t got = recv(socket, out.data(), out.size(), 0);
    if (got > 0) {
      out = out.subspan(static_cast<size_t>(got));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
      return Fail(ErrorKind::kUnavailable, "the server hung up");
    } else if (!WaitFor(socket, POLLIN, In(idle), -1)) {
      return Fail(ErrorKind::kUnavailable, "the server gave no answer");
    }
  }
  return {};
}

}  // namespace

Result<> SendStreamed(int socket, ByteView bytes, int stop) {
  while (!bytes.empty()) {
    const ByteView piece = bytes.first(std::min(bytes.size(), kMaxPiece));
    Bytes head;
    AppendBe32(static_cast<uint32_t>(piece.size()), &head);  // below 2^24: its first byte is 0
    KAGIMORI_RETURN_IF_ERROR(SendAll(socket, AsText(head), In(kPeerPatience), stop));
    KAGIMORI_RETURN_IF_ERROR(SendAll(socket, AsText(piece), In(kPeerPatience), stop));
    bytes = bytes.subspan(piece.size());
  }
  return {};
}

Result<AdminResult> CallAdminStream(const std::filesystem::path& folder, std::string_view command,
                                    const AdminParameters& parameters, std::span<const secret::SecretBytes> secrets,
                                    std::chrono::milliseconds idle, const std::function<Result<>(ByteView)>& sink,
                                    std::string_view body) {
  KAGIMORI_ASSIGN_OR_RETURN(const Descriptor socket, ConnectAdminSocket(folder));
  const int fd = socket.get();
  KAGIMORI_RETURN_IF_ERROR(SendAdminRequest(fd, command, parameters, secrets, In(idle), body));
  Bytes piece;
  while (true) {
    ByteArray<1> first{};
    KAGIMORI_RETURN_IF_ERROR(ReceiveAll(fd, first, idle));
    if (first[0] == '{') return ReceiveAdminResult(fd, "{", In(idle));
    ByteArray<3> size{};
    KAGIMORI_RETURN_IF_ERROR(ReceiveAll(fd, size, idle));
    piece.resize(ReadBe(size));
    if (first[0] != 0 || piece.empty() || piece.size() > kMaxPiece) {
      return Fail(ErrorKind::kCorrupt, "the server's answer cannot be read");
    }
    KAGIMORI_RETURN_IF_ERROR(ReceiveAll(fd, piece, idle));
    KAGIMORI_RETURN_IF_ERROR(sink(piece));
  }
}

}  // namespace kagimori::app
