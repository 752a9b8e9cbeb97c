#include "app/admin_socket.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <exception>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/admin_protocol.h"
#include "app/admin_stream.h"
#include "app/secret_channel.h"
#include "app/unix_socket.h"
#include "base/log.h"
#include "crypto/aead.h"

namespace kagimori::app {
namespace {

constexpr char kSocketName[] = "admin.sock";

Deadline In(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

// What comes behind a request.
Result<secret::WipingBuffer> ReceiveBody(int peer, size_t size, Deadline deadline, int stop) {
  secret::WipingBuffer body;
  body.Resize(size);
  for (size_t done = 0; done < size;) {
    if (!WaitFor(peer, POLLIN, deadline, stop))
      return Fail(ErrorKind::kUnavailable, "the other side did not send what it announced");
    const ssize_t got = recv(peer, body.data() + done, size - done, 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return Fail(ErrorKind::kUnavailable, "the other side hung up");
    done += static_cast<size_t>(got);
  }
  return body;
}

}  // namespace

bool MayAdminister(uid_t peer, uid_t own) { return peer == own || peer == 0; }

struct AdminSocket::State {
  State(std::filesystem::path in, std::span<const AdminCommand* const> obeyed, Administration* asked,
        const Limits& given, Descriptor listening, Descriptor ending)
      : folder(std::move(in)),
        commands(obeyed),
        runner(asked),
        limits(given),
        listener(std::move(listening)),
        stop(std::move(ending)) {}

  void Run();
  void ServeOne(int peer);
  Result<> Talk(int peer, uint32_t uid);

  std::filesystem::path folder;
  std::span<const AdminCommand* const> commands;
  AdminRunner runner;
  Limits limits;
  Descriptor listener;
  Descriptor stop;  // an eventfd, readable from the destructor on
  std::stop_source stopping;
  std::vector<std::thread> threads;
};

// On each of the threads: all of them wait for the same listener.
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
  if (auto done = Talk(peer, credentials.uid); !done) {
    log::Warning("administration: a call was not finished", {{"reason", done.error().text}});
  }
  // What the command's last key left with this thread.
  crypto::ForgetThreadKeys();
}

Result<> AdminSocket::State::Talk(int peer, uint32_t uid) {
  const Deadline asked = In(limits.timeout);
  KAGIMORI_ASSIGN_OR_RETURN(const std::string line, ReadLine(peer, kMaxAdminRequest, asked, stop.get()));
  AdminAnswer answer;
  if (auto request = ParseAdminRequest(line, commands); request) {
    std::vector<secret::SecretBytes> secrets;
    for (const size_t size : request->secrets) {
      KAGIMORI_ASSIGN_OR_RETURN(auto secret, SecretChannel::Receive(peer, size, asked, stop.get()));
      secrets.push_back(std::move(secret));
    }
    KAGIMORI_ASSIGN_OR_RETURN(auto body, ReceiveBody(peer, request->body, asked, stop.get()));
    answer = runner.Run(
        *request, std::move(secrets), uid, stopping.get_token(),
        [this, peer](ByteView bytes) { return SendStreamed(peer, bytes, stop.get()); }, std::move(body));
  } else {
    answer = RefuseAdminRequest(request.error().text);
  }
  const Deadline answered = In(limits.timeout);
  KAGIMORI_RETURN_IF_ERROR(WriteLine(peer, answer.line, answered, -1));
  for (const secret::SecretBytes& secret : answer.secrets) {
    KAGIMORI_RETURN_IF_ERROR(SecretChannel::Send(peer, secret, answered, -1));
  }
  return {};
}

AdminSocket::AdminSocket(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<AdminSocket>> AdminSocket::Open(const std::filesystem::path& folder,
                                                       std::span<const AdminCommand* const> commands,
                                                       Administration* administration, const Limits& limits) {
  KAGIMORI_ASSIGN_OR_RETURN(Descriptor listener, ListenUnix(folder, kSocketName));
  Descriptor stop(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stop.get() < 0) return Fail(ErrorKind::kIo, "cannot make an event descriptor");
  auto state = std::make_unique<State>(folder, commands, administration, limits, std::move(listener), std::move(stop));
  State* running = state.get();
  for (int i = 0; i < limits.threads; ++i) state->threads.emplace_back([running] { running->Run(); });
  return std::unique_ptr<AdminSocket>(new AdminSocket(std::move(state)));
}

AdminSocket::~AdminSocket() {
  // Cannot fail: the counter is far from its end.
  [[maybe_unused]] const int written = eventfd_write(state_->stop.get(), 1);
  state_->stopping.request_stop();
  for (std::thread& thread : state_->threads) thread.join();
  unlink((state_->folder / kSocketName).c_str());
}

Result<Descriptor> ConnectAdminSocket(const std::filesystem::path& folder) {
  auto socket = ConnectUnix(folder, kSocketName);
  if (socket || socket.error().kind != ErrorKind::kNotFound) return socket;
  return Fail(ErrorKind::kUnavailable, "no server runs on the data folder " + folder.string());
}

Result<> SendAdminRequest(int socket, std::string_view command, const AdminParameters& parameters,
                          std::span<const secret::SecretBytes> secrets, Deadline deadline, std::string_view body) {
  KAGIMORI_RETURN_IF_ERROR(
      WriteLine(socket, AdminRequestLine(command, parameters, secrets, body.size()), deadline, -1));
  for (const secret::SecretBytes& secret : secrets) {
    KAGIMORI_RETURN_IF_ERROR(SecretChannel::Send(socket, secret, deadline, -1));
  }
  return SendAll(socket, body, deadline, -1);
}

Result<AdminResult> ReceiveAdminResult(int socket, std::string_view begun, Deadline deadline) {
  auto line = ReadLine(socket, kMaxAdminAnswer, deadline, -1);
  if (!line) return Fail(ErrorKind::kUnavailable, "the server gave no answer: " + line.error().text);
  KAGIMORI_ASSIGN_OR_RETURN(AdminAnswerHead head, ParseAdminAnswer(std::string(begun) + *line));
  AdminResult result{.json = std::move(head.result_json), .secrets = {}};
  for (const size_t size : head.secrets) {
    KAGIMORI_ASSIGN_OR_RETURN(auto secret, SecretChannel::Receive(socket, size, deadline, -1));
    result.secrets.push_back(std::move(secret));
  }
  return result;
}

Result<AdminResult> CallAdminSocket(const std::filesystem::path& folder, std::string_view command,
                                    const AdminParameters& parameters, std::span<const secret::SecretBytes> secrets,
                                    std::chrono::milliseconds timeout) {
  KAGIMORI_ASSIGN_OR_RETURN(const Descriptor socket, ConnectAdminSocket(folder));
  const Deadline deadline = In(timeout);
  KAGIMORI_RETURN_IF_ERROR(SendAdminRequest(socket.get(), command, parameters, secrets, deadline));
  return ReceiveAdminResult(socket.get(), {}, deadline);
}

}  // namespace kagimori::app
