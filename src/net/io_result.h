#ifndef KAGIMORI_NET_IO_RESULT_H_
#define KAGIMORI_NET_IO_RESULT_H_

#include <cstddef>

namespace kagimori::net {

// How one non-blocking attempt on a socket or a TLS session ended.
enum class IoStatus {
  kOk,         // `bytes` were moved: at least one
  kWantRead,   // try again once the socket is readable
  kWantWrite,  // try again once it is writable
  kClosed,     // by the peer, or broken
};

struct IoResult {
  IoStatus status = IoStatus::kClosed;
  size_t bytes = 0;
};

}  // namespace kagimori::net

#endif  // KAGIMORI_NET_IO_RESULT_H_
