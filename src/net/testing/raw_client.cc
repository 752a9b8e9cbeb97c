#include "net/testing/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace kagimori::net::testing {

RawClient::RawClient() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void RawClient::Connect(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

RawClient::~RawClient() { ::close(fd_); }

bool RawClient::Send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool RawClient::Fill() {
  char chunk[16384];
  const ssize_t n = ::recv(fd_, chunk, sizeof chunk, 0);
  if (n <= 0) return false;
  buffered_.append(chunk, static_cast<size_t>(n));
  return true;
}

RawClient::Response RawClient::Read() {
  size_t end;
  while ((end = buffered_.find("\r\n\r\n")) == std::string::npos) {
    if (!Fill()) return {};
  }
  Response response{.status = std::atoi(buffered_.c_str() + 9), .head = buffered_.substr(0, end + 4), .body = {}};
  buffered_.erase(0, end + 4);
  const size_t length_at = response.head.find("\r\nContent-Length: ");
  const size_t length =
      length_at == std::string::npos ? 0 : std::strtoul(response.head.c_str() + length_at + 18, nullptr, 10);
  while (buffered_.size() < length) {
    if (!Fill()) return {};
  }
  response.body = buffered_.substr(0, length);
  buffered_.erase(0, length);
  return response;
}

std::string RawClient::ReadToEnd() {
  errno = 0;
  while (Fill()) {
  }
  if (errno == EAGAIN) return "(still open)";
  return std::move(buffered_);
}

void RawClient::CloseSending() { ::shutdown(fd_, SHUT_WR); }

}  // namespace kagimori::net::testing
