#include "crypto/secret_sharing.h"

extern "C" {  // its header does not say so
#include <libgfshare.h>
}

#include <memory>
#include <mutex>
#include <new>
#include <set>

#include "crypto/random.h"
#include "crypto/secret_opener.h"

namespace kagimori::crypto {
namespace {

constexpr unsigned kSize = secret::SecretKey256::size();

struct Free {
  void operator()(gfshare_ctx* context) const { gfshare_ctx_free(context); }
};
using Context = std::unique_ptr<gfshare_ctx, Free>;

void Fill(unsigned char* out, unsigned size) { FillRandom({out, size}); }

// libgfshare has one source of randomness for the process; it also overwrites with it what it frees.
std::unique_lock<std::mutex> UseLibrary() {
  static std::mutex mutex;
  std::unique_lock lock(mutex);
  gfshare_fill_rand = Fill;
  return lock;
}

// Null only when memory is out: the callers have checked the rest.
Context Owned(gfshare_ctx* context) {
  if (context == nullptr) throw std::bad_alloc();
  return Context(context);
}

}  // namespace

Result<std::vector<SecretShare>> ShareSecret(const secret::SecretKey256& secret, int threshold, int count) {
  if (threshold < 2 || threshold > count || count > kMaxShares) {
    return Fail(ErrorKind::kInvalid, "shares: 2 to 16, and a threshold of at least 2 and at most all of them");
  }
  std::vector<unsigned char> numbers;
  for (int number = 1; number <= count; ++number) numbers.push_back(static_cast<unsigned char>(number));
  const auto lock = UseLibrary();
  const Context context = Owned(
      gfshare_ctx_init_enc(numbers.data(), static_cast<unsigned>(count), static_cast<unsigned char>(threshold), kSize));
  secret::SecretKey256 source = secret.Clone();  // the library reads only, but does not say so
  gfshare_ctx_enc_setsecret(context.get(), SecretOpener::OpenMutable(source).data());
  std::vector<SecretShare> shares;
  for (int i = 0; i < count; ++i) {
    SecretShare& share = shares.emplace_back(SecretShare{.number = numbers[static_cast<size_t>(i)], .bytes = {}});
    gfshare_ctx_enc_getshare(context.get(), static_cast<unsigned char>(i),
                             SecretOpener::OpenMutable(share.bytes).data());
  }
  return shares;
}

Result<secret::SecretKey256> JoinShares(std::span<const SecretShare> shares) {
  std::vector<unsigned char> numbers;
  std::set<int> distinct;
  for (const SecretShare& share : shares) {
    if (share.number < 1 || share.number > 255 || !distinct.insert(share.number).second) {
      return Fail(ErrorKind::kInvalid, "a share's number is out of bounds or there twice");
    }
    numbers.push_back(static_cast<unsigned char>(share.number));
  }
  if (shares.size() < 2 || shares.size() > kMaxShares) return Fail(ErrorKind::kInvalid, "2 to 16 shares are joined");
  const auto lock = UseLibrary();
  const Context context = Owned(gfshare_ctx_init_dec(numbers.data(), static_cast<unsigned>(numbers.size()), kSize));
  for (size_t i = 0; i < shares.size(); ++i) {
    secret::SecretKey256 share = shares[i].bytes.Clone();
    gfshare_ctx_dec_giveshare(context.get(), static_cast<unsigned char>(i), SecretOpener::OpenMutable(share).data());
  }
  secret::SecretKey256 secret;
  gfshare_ctx_dec_extract(context.get(), SecretOpener::OpenMutable(secret).data());
  return secret;
}

}  // namespace kagimori::crypto
