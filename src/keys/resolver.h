#ifndef KAGIMORI_KEYS_RESOLVER_H_
#define KAGIMORI_KEYS_RESOLVER_H_

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "base/task.h"
#include "keys/key_reference.h"
#include "keys/key_table.h"

namespace kagimori::keys {

// Why an identifier led to no key. Turned into the API's error by kms/.
struct LookupFailure {
  enum class Kind {
    kAliasNotAllowed,  // InvalidArnException
    kNotFound,         // NotFoundException with `text`
    kForeign,          // a key or alias of another account that is not there: denied as if it were (text: its ARN)
    kFailed,           // `error`: for the operator
  };
  Kind kind;
  std::string text;
  Error error{};
};

struct ResolvedKey {
  std::shared_ptr<const Key> key;  // never null
  std::string alias;               // the alias name, when the identifier was an alias
};

// From identifiers to snapshots, for one caller, one Region and one moment. Lives as long as one request.
class Resolver {
 public:
  Resolver(KeyTable* table, KeyCache::View* keys, AliasCache::View* aliases, AccountId caller, Region region,
           Timestamp service_now)
      : table_(table), keys_(keys), aliases_(aliases), caller_(caller), region_(region), now_(service_now) {}

  // Any of the four forms of a KeyId, or key id and key ARN alone.
  Task<std::expected<ResolvedKey, LookupFailure>> FindKey(std::string_view text, AliasForms forms);

  // The key of that name; null when there is none (or none any more).
  Task<Result<std::shared_ptr<const Key>>> GetKey(KeyName name);
  Task<Result<std::shared_ptr<const Alias>>> GetAlias(AliasName name);
  // See KeyTable::WithMaterial.
  Task<Result<std::shared_ptr<const Key>>> WithMaterial(std::shared_ptr<const Key> key, MaterialId material);

  // The same as FindKey for a key id or key ARN whose key is cached, without a coroutine; null: use FindKey.
  std::shared_ptr<const Key> FindCached(std::string_view text);

  AccountId caller() const { return caller_; }
  Region region() const { return region_; }
  Timestamp now() const { return now_; }
  KeyTable* table() const { return table_; }

 private:
  Task<std::expected<ResolvedKey, LookupFailure>> FindByAlias(AliasReference reference);

  KeyTable* table_;
  KeyCache::View* keys_;
  AliasCache::View* aliases_;
  AccountId caller_;
  Region region_;
  Timestamp now_;
};

}  // namespace kagimori::keys

#endif  // KAGIMORI_KEYS_RESOLVER_H_
