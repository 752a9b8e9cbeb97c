#ifndef KAGIMORI_GATEWAY_SECURITY_LOG_H_
#define KAGIMORI_GATEWAY_SECURITY_LOG_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace kagimori::gateway {

// What requests without a verified signature leave behind: a few lines a minute, however many there are. They prove
// nothing about anybody and must not be able to fill a disk, so they are counted and summarised instead of audited. One
// per core; not thread-safe.
class SecurityLog {
 public:
  // `code`: the error answered; a literal. `peer`: the client's address. Both appear in the next summary, the first
  // peer of each code as an example.
  void Count(std::string_view code, std::string_view peer);

  // Writes the summary of the last interval, if it is over and there is something to say. Cheap otherwise: call once a
  // turn. `quiet`: the disk is short of room; what was counted waits for the first summary after it.
  void Flush(bool quiet);

 private:
  static constexpr std::chrono::seconds kInterval{10};
  struct Counted {
    std::string_view code;
    uint64_t count = 0;
    std::string example_peer;
  };
  std::array<Counted, 16> counted_{};  // the last one takes all further codes
  uint64_t total_ = 0;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace kagimori::gateway

#endif  // KAGIMORI_GATEWAY_SECURITY_LOG_H_
