#ifndef KAGIMORI_SIGV4_SIGNING_KEY_CACHE_H_
#define KAGIMORI_SIGV4_SIGNING_KEY_CACHE_H_

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "crypto/digest.h"

namespace kagimori::sigv4 {

// What a signing key is derived for. `identity` names the secret: an access key id, or whatever is unique to a session
// token.
struct SigningKeyName {
  std::string_view identity;
  std::string_view date;  // "20130609"
  Region region;
  std::string_view service;
  bool operator==(const SigningKeyName&) const = default;
};

// Prepared signing keys, so that a request costs one HMAC instead of five. One per core; not thread-safe, no lock.
//
// It never vouches for a credential: the caller has found the credential active in this very request and passes its
// generation, a number that changes whenever the secret is replaced or the credential disabled. An entry of another
// generation is dropped, not served. Entries are made only after a signature has been found valid, so that strangers
// cannot push others out; when it is full the oldest goes.
class SigningKeyCache {
 public:
  explicit SigningKeyCache(size_t capacity = 4096);
  SigningKeyCache(const SigningKeyCache&) = delete;
  SigningKeyCache& operator=(const SigningKeyCache&) = delete;

  // Null when there is none of that generation. Valid until the next call that is not const.
  const crypto::HmacSha256Key* Find(const SigningKeyName& name, uint64_t generation);

  // Replaces an entry of the same name.
  void Insert(const SigningKeyName& name, uint64_t generation, crypto::HmacSha256Key key);

  // Drops, and so wipes, every key of that identity: a deleted credential's keys need not wait for eviction.
  void Forget(std::string_view identity);
  void Clear();

  size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string identity, date, service;
    Region region;
    uint64_t generation;
    crypto::HmacSha256Key key;
    SigningKeyName name() const { return {identity, date, region, service}; }
  };
  struct Hash {
    size_t operator()(const SigningKeyName& name) const noexcept;
  };

  void Erase(std::list<Entry>::iterator entry);

  size_t capacity_;
  std::list<Entry> entries_;  // oldest first; the index's names point into it
  std::unordered_map<SigningKeyName, std::list<Entry>::iterator, Hash> index_;
};

}  // namespace kagimori::sigv4

#endif  // KAGIMORI_SIGV4_SIGNING_KEY_CACHE_H_
