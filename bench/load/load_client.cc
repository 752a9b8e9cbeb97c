// A closed-loop load client: N keep-alive connections, each sends its next request when the answer to its last is
// whole, until every request of a file has been sent once. One thread; prints one line of JSON.
#include <sys/epoll.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/http_message.h"
#include "bench/load/request_file.h"
#include "bench/load/stream.h"

namespace kagimori::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr size_t kMaxResponse = 64 * 1024;

struct Options {
  uint16_t port = 0;
  bool tls = false;
  size_t connections = 64;
  size_t warmup = 0;
  double timeout_seconds = 60;
  std::string requests;
  std::string save;
};

double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + time.tv_usec * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// What all connections share: the next request, and what has been seen. The measured stretch runs from the answer that
// ends the warm-up to the answer after which no request is left to send: all connections are busy throughout.
class Run {
 public:
  Run(const Options& options, const RequestFile& requests) : requests_(requests), warmup_(options.warmup) {
    latencies_.reserve(requests.size());
    if (!options.save.empty()) save_.open(options.save, std::ios::binary);
    if (warmup_ == 0) Begin();
  }

  bool Next(std::string_view* request) {
    if (next_ == requests_.size()) return false;
    *request = requests_[next_++];
    return true;
  }

  void Answered(const HttpMessage& response, SteadyClock::time_point sent) {
    const auto now = SteadyClock::now();
    ++answered_;
    if (!response.head.starts_with("HTTP/1.1 200")) Fault(std::string(response.head) + std::string(response.body));
    if (save_.is_open()) Save(response.body);
    if (!begun_ && answered_ == warmup_) {
      Begin();
    } else if (begun_ && !ended_) {
      latencies_.push_back(std::chrono::duration<float, std::micro>(now - sent).count());
      if (next_ == requests_.size()) End(now);
    }
  }

  void Fault(const std::string& what) {
    if (errors_++ == 0) std::fprintf(stderr, "first error: %.600s\n", what.c_str());
  }

  bool done() const { return answered_ + unanswered_ >= requests_.size(); }
  void Lost() { ++unanswered_; }

  // Prints the figures; false when anything went wrong.
  bool Report() {
    const size_t missing = requests_.size() - answered_;
    if (!ended_ && begun_) End(SteadyClock::now());
    const double seconds = std::chrono::duration<double>(end_ - begin_).count();
    std::printf(
        "{\"requests\": %zu, \"measured\": %zu, \"seconds\": %.4f, \"rate\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f, "
        "\"errors\": %zu, \"missing\": %zu, \"client_busy\": %.3f}\n",
        requests_.size(), latencies_.size(), seconds,
        seconds > 0 ? static_cast<double>(latencies_.size()) / seconds : 0, Quantile(0.5), Quantile(0.99), errors_,
        missing, seconds > 0 ? (cpu_end_ - cpu_begin_) / seconds : 0);
    return errors_ == 0 && missing == 0 && !latencies_.empty();
  }

 private:
  void Begin() {
    begun_ = true;
    begin_ = SteadyClock::now();
    cpu_begin_ = CpuSeconds();
  }
  void End(SteadyClock::time_point now) {
    ended_ = true;
    end_ = now;
    cpu_end_ = CpuSeconds();
  }
  void Save(std::string_view body) {
    const uint32_t length = static_cast<uint32_t>(body.size());
    save_.write(reinterpret_cast<const char*>(&length), sizeof length);
    save_.write(body.data(), static_cast<std::streamsize>(body.size()));
  }
  double Quantile(double share) {
    if (latencies_.empty()) return 0;
    const auto at = latencies_.begin() + static_cast<ptrdiff_t>(share * static_cast<double>(latencies_.size() - 1));
    std::nth_element(latencies_.begin(), at, latencies_.end());
    return *at;
  }

  const RequestFile& requests_;
  const size_t warmup_;
  size_t next_ = 0;
  size_t answered_ = 0;
  size_t unanswered_ = 0;
  size_t errors_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  SteadyClock::time_point begin_;
  SteadyClock::time_point end_;
  double cpu_begin_ = 0;
  double cpu_end_ = 0;
  std::vector<float> latencies_;
  std::ofstream save_;
};

class Connection {
 public:
  Connection(uint16_t port, SSL_CTX* context, Run* run)
      : stream_(ConnectLoopback(port), context, false), run_(run), in_(kMaxResponse) {}

  int fd() const { return stream_.fd(); }

  // Moves on as far as the socket lets it. False: nothing is left to do on this connection.
  bool Step() {
    if (!waiting_ && !Send()) return false;
    if (!Flush()) return Broken();
    for (;;) {
      const Moved read = stream_.Read(std::span(in_).subspan(filled_));
      if (read.closed) return Broken();
      if (read.bytes == 0) return Flush() || Broken();  // a TLS handshake may have made room for the request
      filled_ += read.bytes;
      const auto response = FirstMessage({in_.data(), filled_});
      if (!response) {
        if (filled_ == in_.size()) return Broken();
        continue;
      }
      if (response->size() != filled_) return Broken();  // an answer that nobody asked for
      filled_ = 0;
      run_->Answered(*response, sent_);
      if (!Send()) return false;
      if (!Flush()) return Broken();
      // In the clear the next answer cannot be here yet; asking the socket would be a system call for nothing.
      if (!stream_.HasBuffered()) return true;
    }
  }

 private:
  bool Send() {
    waiting_ = run_->Next(&out_);
    sent_ = SteadyClock::now();
    return waiting_;
  }
  bool Flush() {
    while (!out_.empty()) {
      const Moved written = stream_.Write(out_);
      if (written.closed) return false;
      if (written.bytes == 0) return true;
      out_.remove_prefix(written.bytes);
    }
    return true;
  }
  bool Broken() {
    run_->Fault("a connection ended before its answer was whole");
    run_->Lost();
    return false;
  }

  Stream stream_;
  Run* run_;
  std::vector<char> in_;
  size_t filled_ = 0;
  std::string_view out_;
  bool waiting_ = false;
  SteadyClock::time_point sent_;
};

bool Drive(const Options& options) {
  const RequestFile requests(options.requests);
  const SslContextPtr context = options.tls ? MakeClientContext() : nullptr;
  Run run(options, requests);
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) Die("epoll");
  std::vector<std::unique_ptr<Connection>> connections;
  for (size_t i = 0; i < options.connections; ++i) {
    connections.push_back(std::make_unique<Connection>(options.port, context.get(), &run));
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.u64 = i}};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, connections.back()->fd(), &event) < 0) Die("epoll_ctl");
  }
  size_t open = connections.size();
  const auto limit = SteadyClock::now() + std::chrono::duration<double>(options.timeout_seconds);
  std::array<epoll_event, 256> events;
  while (open > 0 && !run.done() && SteadyClock::now() < limit) {
    const int count = epoll_wait(poll, events.data(), static_cast<int>(events.size()), 100);
    if (count < 0 && errno != EINTR) Die("epoll_wait");
    for (int i = 0; i < count; ++i) {
      auto& connection = connections[events[i].data.u64];
      if (connection == nullptr || connection->Step()) continue;
      connection.reset();
      --open;
    }
  }
  return run.Report();
}

}  // namespace
}  // namespace kagimori::bench

int main(int argc, char** argv) {
  CLI::App app("Sends every request of a file once, over keep-alive connections to 127.0.0.1");
  kagimori::bench::Options options;
  app.add_option("--port", options.port)->required();
  app.add_flag("--tls", options.tls);
  app.add_option("--connections", options.connections)->check(CLI::Range(1, 4096));
  app.add_option("--warmup", options.warmup, "answers before the clock starts");
  app.add_option("--timeout", options.timeout_seconds, "seconds after which what is left counts as missing");
  app.add_option("--requests", options.requests)->required();
  app.add_option("--save", options.save, "file for the bodies of the answers, each preceded by its length");
  CLI11_PARSE(app, argc, argv);
  return kagimori::bench::Drive(options) ? 0 : 1;
}
