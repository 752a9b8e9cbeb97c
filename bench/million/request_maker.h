#ifndef KAGIMORI_BENCH_MILLION_REQUEST_MAKER_H_
#define KAGIMORI_BENCH_MILLION_REQUEST_MAKER_H_

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "crypto/digest.h"

namespace kagimori::bench {

// Signed Encrypt requests with the head of bench/load/make_requests.py, made one at a time because a million of them
// are no file. For a run of some minutes: all carry the time of the maker's making.
class RequestMaker {
 public:
  RequestMaker(std::string host, std::string_view access_key_id, std::string_view secret_access_key, Timestamp now);

  // The whole request for the key of that id in account 000000000000 and us-east-1, with a plaintext of its own.
  // Valid until the next call.
  std::string_view Make(const ByteArray<16>& key_id);

 private:
  void MakeBody(const ByteArray<16>& key_id);

  const std::string host_;
  const std::string access_key_id_;
  const std::string time_;
  const std::string scope_;
  const crypto::HmacSha256Key key_;
  std::mt19937_64 random_;  // for plaintexts and invocation ids: distinct is enough
  std::string body_;
  std::string canonical_;
  std::string request_;
};

}  // namespace kagimori::bench

#endif  // KAGIMORI_BENCH_MILLION_REQUEST_MAKER_H_
