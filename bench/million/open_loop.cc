// An open-loop load client: requests are due at a fixed rate whatever the server does, and a latency counts from the
// moment a request was due, not from when a connection was free to take it. One thread, which waits by looking: it
// needs a core of its own. Prints one line of JSON.
#include <sys/epoll.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "bench/load/http_message.h"
#include "bench/load/stream.h"
#include "bench/million/request_maker.h"

namespace kagimori::bench {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr size_t kMaxResponse = 64 * 1024;

struct Options {
  uint16_t port = 0;
  size_t connections = 64;
  double rate = 20'000;
  size_t requests = 100'000;
  size_t warmup = 0;
  double drain_seconds = 10;
  std::string ids;
  size_t first = 0;
  size_t count = 0;
  bool in_order = false;
};

std::vector<ByteArray<16>> ReadIds(const Options& options) {
  std::vector<ByteArray<16>> ids(options.count);
  std::ifstream file(options.ids, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(options.first * 16));
  if (!file.read(reinterpret_cast<char*>(ids.data()), static_cast<std::streamsize>(ids.size() * 16))) {
    std::fprintf(stderr, "there are not as many ids as that in %s\n", options.ids.c_str());
    std::exit(1);
  }
  return ids;
}

// What has been seen.
struct Figures {
  std::vector<float> latencies_us;
  size_t answered = 0;
  size_t errors = 0;
  size_t lost = 0;

  void Fault(std::string_view what) {
    if (errors++ == 0) std::fprintf(stderr, "first error: %.600s\n", std::string(what).c_str());
  }
};

class Connection {
 public:
  Connection(uint16_t port, Figures* figures) : stream_(ConnectLoopback(port)), figures_(figures), in_(kMaxResponse) {}

  int fd() const { return stream_.fd(); }
  bool busy() const { return busy_; }

  // REQUIRES: not busy.
  bool Send(std::string_view request, SteadyClock::time_point due, bool measured) {
    busy_ = true;
    due_ = due;
    measured_ = measured;
    const Moved written = stream_.Write(request);
    // A request is far smaller than a socket's buffer, which is empty between two of them.
    return written.bytes == request.size() || Broken();
  }

  // After the socket said that there is something to read.
  bool Receive() {
    while (true) {
      const Moved read = stream_.Read(std::span(in_).subspan(filled_));
      if (read.closed) return Broken();
      if (read.bytes == 0) return true;
      filled_ += read.bytes;
      const auto response = FirstMessage({in_.data(), filled_});
      if (!response) {
        if (filled_ == in_.size()) return Broken();
        continue;
      }
      if (!busy_ || response->size() != filled_) return Broken();  // an answer that nobody asked for
      Answered(*response);
      return true;
    }
  }

 private:
  void Answered(const HttpMessage& response) {
    const auto now = SteadyClock::now();
    busy_ = false;
    filled_ = 0;
    ++figures_->answered;
    if (!response.head.starts_with("HTTP/1.1 200")) {
      figures_->Fault(std::string(response.head) + std::string(response.body));
    }
    if (measured_) figures_->latencies_us.push_back(std::chrono::duration<float, std::micro>(now - due_).count());
  }
  bool Broken() {
    figures_->Fault("a connection ended before its answer was whole");
    if (busy_) ++figures_->lost;
    return false;
  }

  Stream stream_;
  Figures* figures_;
  std::vector<char> in_;
  size_t filled_ = 0;
  bool busy_ = false;
  bool measured_ = false;
  SteadyClock::time_point due_;
};

class Run {
 public:
  explicit Run(const Options& options)
      : options_(options),
        ids_(ReadIds(options)),
        maker_("127.0.0.1:" + std::to_string(options.port), "test", "test", SystemClock().Wall()),
        poll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (poll_ < 0) Die("epoll");
    figures_.latencies_us.reserve(options.requests);
    for (size_t i = 0; i < options.connections; ++i) {
      connections_.push_back(std::make_unique<Connection>(options.port, &figures_));
      epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = i}};
      if (epoll_ctl(poll_, EPOLL_CTL_ADD, connections_.back()->fd(), &event) < 0) Die("epoll_ctl");
      idle_.push_back(i);
    }
  }

  bool Drive() {
    const auto interval =
        std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(1 / options_.rate));
    const size_t total = options_.warmup + options_.requests;
    const auto start = SteadyClock::now() + std::chrono::milliseconds(1);
    const auto limit =
        start + interval * static_cast<int64_t>(total) +
        std::chrono::duration_cast<SteadyClock::duration>(std::chrono::duration<double>(options_.drain_seconds));
    std::string_view request = NextRequest(0);  // signed before it is due
    size_t sent = 0;
    while (figures_.answered + figures_.lost < total) {
      const auto now = SteadyClock::now();
      if (now > limit || connections_open_ == 0) break;
      const auto due = start + interval * static_cast<int64_t>(sent);
      if (sent < total && now >= due && !idle_.empty()) {
        latest_send_ = std::max(latest_send_, now - due);
        Send(request, due, sent >= options_.warmup);
        if (++sent < total) request = NextRequest(sent);
        if (sent % 4 != 0) continue;  // behind: catch up, but read now and then
      }
      Receive();
    }
    seconds_ = std::chrono::duration<double>(SteadyClock::now() - start).count();
    return Report(total);
  }

 private:
  std::string_view NextRequest(size_t number) {
    const size_t at = options_.in_order ? number % ids_.size() : random_() % ids_.size();
    return maker_.Make(ids_[at]);
  }

  void Send(std::string_view request, SteadyClock::time_point due, bool measured) {
    // The connection that has been idle longest: all are used alike.
    const size_t at = idle_.front();
    idle_.erase(idle_.begin());
    if (!connections_[at]->Send(request, due, measured)) Drop(at);
  }

  void Receive() {
    std::array<epoll_event, 64> events;
    const int count = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const size_t at = events[i].data.u64;
      if (connections_[at] == nullptr) continue;
      const bool was_busy = connections_[at]->busy();
      if (!connections_[at]->Receive()) {
        Drop(at);
      } else if (was_busy && !connections_[at]->busy()) {
        idle_.push_back(at);
      }
    }
  }

  void Drop(size_t at) {
    connections_[at].reset();
    --connections_open_;
  }

  double Quantile(double share) const {  // REQUIRES: sorted
    const auto& all = figures_.latencies_us;
    return all.empty() ? 0 : all[static_cast<size_t>(share * static_cast<double>(all.size() - 1))];
  }

  bool Report(size_t total) {
    std::ranges::sort(figures_.latencies_us);
    const size_t missing = total - figures_.answered;
    std::printf(
        "{\"requests\": %zu, \"rate\": %.1f, \"p50_us\": %.1f, \"p90_us\": %.1f, \"p99_us\": %.1f, \"p999_us\": %.1f, "
        "\"max_us\": %.1f, \"errors\": %zu, \"missing\": %zu, \"latest_send_us\": %.1f}\n",
        total, static_cast<double>(figures_.answered) / seconds_, Quantile(0.5), Quantile(0.9), Quantile(0.99),
        Quantile(0.999), Quantile(1), figures_.errors, missing,
        std::chrono::duration<double, std::micro>(latest_send_).count());
    return figures_.errors == 0 && missing == 0;
  }

  const Options options_;
  const std::vector<ByteArray<16>> ids_;
  RequestMaker maker_;
  std::mt19937_64 random_{std::random_device()()};
  const int poll_;
  Figures figures_;
  std::vector<std::unique_ptr<Connection>> connections_;
  size_t connections_open_ = options_.connections;
  std::vector<size_t> idle_;
  SteadyClock::duration latest_send_{};
  double seconds_ = 0;
};

}  // namespace
}  // namespace kagimori::bench

int main(int argc, char** argv) {
  CLI::App app("Sends Encrypt requests at a fixed rate to a development server on 127.0.0.1");
  kagimori::bench::Options options;
  app.add_option("--port", options.port)->required();
  app.add_option("--connections", options.connections)->check(CLI::Range(1, 4096));
  app.add_option("--rate", options.rate, "requests a second")->check(CLI::Range(1.0, 1e6));
  app.add_option("--requests", options.requests, "measured ones");
  app.add_option("--warmup", options.warmup, "requests before them");
  app.add_option("--ids", options.ids, "file of key ids, 16 bytes each")->required();
  app.add_option("--first", options.first, "the first of them to use");
  app.add_option("--count", options.count, "how many of them to use")->required()->check(CLI::Range(1, 100'000'000));
  app.add_flag("--in-order", options.in_order, "each in turn; else at random");
  CLI11_PARSE(app, argc, argv);
  return kagimori::bench::Run(options).Drive() ? 0 : 1;
}
