#ifndef KAGIMORI_NET_TESTING_RAW_CLIENT_H_
#define KAGIMORI_NET_TESTING_RAW_CLIENT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace kagimori::net::testing {

// A blocking TCP client on 127.0.0.1 that sends exactly the bytes it is told to. Waits at most ten seconds for
// anything.
class RawClient {
 public:
  struct Response {
    int status = 0;  // 0: the connection ended first
    std::string head;
    std::string body;
  };

  RawClient();
  explicit RawClient(uint16_t port) : RawClient() { Connect(port); }
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void Connect(uint16_t port);
  int fd() const { return fd_; }
  bool Send(std::string_view bytes);
  // Reads one response with its body, as Content-Length says.
  Response Read();
  // What comes until the server ends the connection; "(still open)" if it does not.
  std::string ReadToEnd();
  // Without waiting for the server: our side is done.
  void CloseSending();
  // The server has ended the connection and sent nothing more.
  bool Closed() { return ReadToEnd().empty(); }

 private:
  bool Fill();

  int fd_;
  std::string buffered_;
};

}  // namespace kagimori::net::testing

#endif  // KAGIMORI_NET_TESTING_RAW_CLIENT_H_
