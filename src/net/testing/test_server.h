#ifndef KAGIMORI_NET_TESTING_TEST_SERVER_H_
#define KAGIMORI_NET_TESTING_TEST_SERVER_H_

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "net/server.h"

namespace kagimori::net::testing {

// Answers every request with what it was: "METHOD target|name=value|…|body".
inline std::string Echo(const Exchange& exchange) {
  const RequestHead& head = exchange.head();
  std::string text = std::string(head.method) + " " + std::string(head.target);
  for (const HeaderField& field : head.fields) text.append("|").append(field.name).append("=").append(field.value);
  return text.append("|").append(exchange.body().data(), exchange.body().size());
}

// A server on a free port of 127.0.0.1 whose handler is a function.
class TestServer : public Handler {
 public:
  using Serving = std::function<void(Core&, std::unique_ptr<Exchange>)>;

  explicit TestServer(ServerLimits limits = {}, int cores = 1, TlsContext* tls = nullptr, Serving serving = {})
      : serving_(std::move(serving)) {
    std::vector<Core*> pointers;
    for (int i = 0; i < cores; ++i) {
      cores_.push_back(std::make_unique<Core>(i));
      pointers.push_back(cores_.back().get());
    }
    server_ = std::make_unique<Server>(pointers, this, limits, tls);
    listening_ = server_->Listen("127.0.0.1", 0).has_value();
    for (auto& core : cores_) core->Start();
  }

  ~TestServer() {
    if (!shut_down_) Shutdown(std::chrono::milliseconds(0)).wait();
    for (auto& core : cores_) core->Finish();
    server_.reset();
  }

  // Ready when the server has called back.
  std::future<void> Shutdown(std::chrono::milliseconds grace) {
    shut_down_ = true;
    auto promise = std::make_shared<std::promise<void>>();
    server_->Shutdown(grace, [promise] { promise->set_value(); });
    return promise->get_future();
  }

  bool listening() const { return listening_; }
  uint16_t port() const { return server_->port(); }
  Server& server() { return *server_; }
  Core& core(size_t i = 0) { return *cores_[i]; }
  static constexpr size_t kBodyLimit = 100'000;

 private:
  size_t BodyLimit(const RequestHead&) override { return kBodyLimit; }
  void Serve(Core& core, std::unique_ptr<Exchange> exchange) override {
    if (serving_) return serving_(core, std::move(exchange));
    exchange->Respond(200, "Content-Type: text/plain\r\n", Echo(*exchange));
  }

  Serving serving_;
  std::vector<std::unique_ptr<Core>> cores_;
  std::unique_ptr<Server> server_;
  bool listening_ = false;
  bool shut_down_ = false;
};

}  // namespace kagimori::net::testing

#endif  // KAGIMORI_NET_TESTING_TEST_SERVER_H_
