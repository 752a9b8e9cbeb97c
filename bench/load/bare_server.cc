// The baseline: one thread, epoll, reads until a request is whole, answers the same bytes to each. It knows nothing of
// KMS, checks nothing and stores nothing; what it costs is what the kernel and TLS cost anyone.
#include <sys/epoll.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bench/load/http_message.h"
#include "bench/load/stream.h"

namespace kagimori::bench {
namespace {

constexpr size_t kMaxRequest = 64 * 1024;

class Connection {
 public:
  Connection(int fd, SSL_CTX* context) : stream_(fd, context, true), in_(kMaxRequest) {}

  // Reads and answers what is there. False: the connection is over.
  bool Serve(std::string_view response) {
    if (!Flush()) return false;
    do {
      const Moved read = stream_.Read(std::span(in_).subspan(filled_));
      if (read.closed) return false;
      if (read.bytes == 0) return true;
      filled_ += read.bytes;
      if (!Answer(response)) return false;
    } while (stream_.HasBuffered() || filled_ > 0);  // edge-triggered: what is left unread is not announced again
    return true;
  }

 private:
  bool Answer(std::string_view response) {
    std::string_view rest(in_.data(), filled_);
    while (const auto request = FirstMessage(rest)) {
      rest.remove_prefix(request->size());
      out_ += response;
    }
    if (rest.size() == kMaxRequest) return false;
    std::copy(rest.begin(), rest.end(), in_.begin());
    filled_ = rest.size();
    return Flush();
  }

  bool Flush() {
    while (!out_.empty()) {
      const Moved written = stream_.Write(out_);
      if (written.closed) return false;
      if (written.bytes == 0) return true;  // EPOLLOUT brings us back
      out_.erase(0, written.bytes);
    }
    return true;
  }

  Stream stream_;
  std::vector<char> in_;
  size_t filled_ = 0;
  std::string out_;
};

[[noreturn]] void Run(int listener, SSL_CTX* context, std::string_view response) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  epoll_event listening{.events = EPOLLIN, .data = {.fd = listener}};
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &listening) < 0) Die("epoll");
  std::unordered_map<int, std::unique_ptr<Connection>> connections;
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    if (count < 0 && errno != EINTR) Die("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd != listener) {
        if (!connections.at(fd)->Serve(response)) connections.erase(fd);
        continue;
      }
      const int accepted = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (accepted < 0) continue;
      connections[accepted] = std::make_unique<Connection>(accepted, context);
      // Edge-triggered: EPOLLOUT costs nothing until a write has not fitted.
      epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.fd = accepted}};
      if (epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event) < 0) Die("epoll_ctl");
    }
  }
}

}  // namespace
}  // namespace kagimori::bench

int main(int argc, char** argv) {
  CLI::App app("A bare epoll server that gives every request the same answer");
  uint16_t port = 0;
  bool tls = false;
  std::string response_path;
  app.add_option("--port", port, "port on 127.0.0.1; 0 takes a free one");
  app.add_flag("--tls", tls, "TLS 1.3 with a certificate of its own");
  app.add_option("--response", response_path, "file with the whole answer, head and body")->required();
  CLI11_PARSE(app, argc, argv);

  std::ifstream file(response_path, std::ios::binary);
  const std::string response{std::istreambuf_iterator<char>(file), {}};
  const auto message = kagimori::bench::FirstMessage(response);
  if (!message || message->size() != response.size())
    kagimori::bench::Die("the response is not one whole HTTP message");
  const auto context = tls ? kagimori::bench::MakeServerContext() : nullptr;
  const int listener = kagimori::bench::ListenLoopback(port);
  std::printf("ready %s://127.0.0.1:%u\n", tls ? "https" : "http", kagimori::bench::LocalPort(listener));
  std::fflush(stdout);
  kagimori::bench::Run(listener, context.get(), response);
}
