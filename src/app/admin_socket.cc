#include "app/admin_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <exception>
#include <thread>

#include "app/admin_protocol.h"
#include "app/unix_socket.h"
#include "base/log.h"

namespace kagimori::app {
namespace {

constexpr char kSocketName[] = "admin.sock";

Deadline In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

}  // namespace

bool MayAdminister(uid_t peer, uid_t own) { return peer == own || peer == 0; }

struct AdminSocket::State {
  State(std::filesystem::path in, Administration* asked, const Limits& given, Descriptor listening, Descriptor ending)
      : folder(std::move(in)),
        administration(asked),
        limits(given),
        listener(std::move(listening)),
        stop(std::move(ending)) {}

  void Run();
  void ServeOne(int peer);

  std::filesystem::path folder;
  Administration* administration;
  Limits limits;
  Descriptor listener;
  Descriptor stop;  // an eventfd, readable from the destructor on
  std::thread thread;
};

void AdminSocket::State::Run() {
  while (true) {
    // Far away, not for ever: WaitFor ends with false at a stop and at the deadline alike.
    if (!WaitFor(listener.get(), POLLIN, In(std::chrono::hours(1)), stop.get())) {
      if (WaitFor(stop.get(), POLLIN, In(std::chrono::milliseconds(1)), -1)) return;
      continue;
    }
    const Descriptor peer(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (peer.get() < 0) {
      // Out of descriptors: the connection stays queued, so without a pause this would spin.
      if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
      continue;
    }
    try {
      ServeOne(peer.get());
    } catch (const std::exception& bug) {
      log::Error("a request of the administration socket failed", {{"reason", bug.what()}});
    }
  }
}

void AdminSocket::State::ServeOne(int peer) {
  ucred credentials{};
  socklen_t size = sizeof(credentials);
  if (getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return;
  if (!MayAdminister(credentials.uid, geteuid())) {
    log::Warning("administration refused: the peer is another user", {{"uid", std::to_string(credentials.uid)}});
    return;
  }
  auto request = ReadLine(peer, kMaxAdminRequest, In(limits.timeout), stop.get());
  if (!request) {
    log::Warning("administration: no request was read", {{"reason", request.error().text}});
    return;
  }
  const std::string answer = AnswerRequest(*request, credentials.uid, administration);
  if (auto sent = WriteLine(peer, answer, In(limits.timeout), -1); !sent) {
    log::Warning("administration: the answer was not read", {{"reason", sent.error().text}});
  }
}

AdminSocket::AdminSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<AdminSocket>> AdminSocket::Open(const std::filesystem::path& folder,
                                                       Administration* administration, const Limits& limits) {
  KAGIMORI_ASSIGN_OR_RETURN(Descriptor listener, ListenUnix(folder, kSocketName));
  Descriptor stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stop.get() < 0) return Fail(ErrorKind::kIo, "cannot make an event descriptor");
  auto state = std::make_unique<State>(folder, administration, limits, std::move(listener), std::move(stop));
  State* running = state.get();
  state->thread = std::thread([running] { running->Run(); });
  return std::unique_ptr<AdminSocket>(new AdminSocket(std::move(state)));
}

AdminSocket::~AdminSocket() {
  // Cannot fail: the counter is far from its end.
  [[maybe_unused]] const int written = eventfd_write(state_->stop.get(), 1);
  state_->thread.join();
  unlink((state_->folder / kSocketName).c_str());
}

Result<std::string> CallAdminSocket(const std::filesystem::path& folder, std::string_view request,
                                    std::chrono::milliseconds timeout) {
  auto socket = ConnectUnix(folder, kSocketName);
  if (!socket) {
    if (socket.error().kind != ErrorKind::kNotFound) return std::unexpected(socket.error());
    return Fail(ErrorKind::kUnavailable, "no server runs on the data folder " + folder.string());
  }
  const Deadline deadline = In(timeout);
  KAGIMORI_RETURN_IF_ERROR(WriteLine(socket->get(), request, deadline, -1));
  auto answer = ReadLine(socket->get(), kMaxAdminAnswer, deadline, -1);
  if (!answer) return Fail(ErrorKind::kUnavailable, "the server gave no answer: " + answer.error().text);
  return answer;
}

}  // namespace kagimori::app
