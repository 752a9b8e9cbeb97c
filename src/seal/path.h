#ifndef KAGIMORI_SEAL_PATH_H_
#define KAGIMORI_SEAL_PATH_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.h"
#include "base/ids.h"

namespace kagimori::seal {

// The account number of what belongs to no account: the largest that six bytes hold, which no AWS account can have.
inline constexpr uint64_t kNoAccountNumber = 0xFFFFFFFFFFFF;
inline constexpr AccountId kNoAccount = AccountId::FromNumber(kNoAccountNumber);

// The first byte of every path. Never reused for another thing.
enum class RecordType : uint8_t {
  kDeployment = 0x01,   // store id, terms (wrapped by the root key)
  kClock = 0x02,        // high-water mark, observed uptime
  kAuditKey = 0x03,     // the private key that the audit log is signed with, wrapped
  kHead = 0x04,         // the ledger's heads: the deployment's and one per account
  kAnchorsKept = 0x05,  // there once the audit log's anchors are kept in a file outside
  kAccount = 0x10,
  kAccessKey = 0x11,        // by NameMarker of the access key id
  kIamHead = 0x12,          // the sum over an account's entities
  kIamEntity = 0x13,        // a user, group, role, managed policy or OIDC provider: kind ‖ unique id
  kKey = 0x20,              // head of a key
  kKeyPart = 0x21,          // description, policy, tags, aliases, materials
  kAlias = 0x22,            // by NameMarker of the alias name
  kDue = 0x23,              // what happens at a time: time ‖ key
  kGrant = 0x24,            // grants of a key, and what is kept about them (keys/grant_paths.h)
  kRetirable = 0x25,        // grants by the principal that may retire them
  kOutbox = 0x30,           // audit events that are committed and not yet known to be in the audit log
  kParameter = 0x40,        // head of a parameter, by NameMarker of its name
  kParameterPart = 0x41,    // older versions, labels, tags, by the parameter's id
  kParameterEntry = 0x42,   // by a level of the hierarchy above it, and by name
  kParameterCounts = 0x43,  // how many parameters there are
  kParameterDue = 0x44,     // what expires at a time: time ‖ parameter
  kParameterGone = 0x45,    // a deleted parameter of which something is left
};

// Paths carry no names: a type, account and Region numbers, then ids of fixed length or markers of names, big-endian,
// so that a prefix is a range.
class Path {
 public:
  explicit Path(RecordType type) { text_.push_back(static_cast<char>(type)); }
  Path& Account(AccountId account) { return Number<6>(account.number()); }
  Path& InRegion(Region region) { return Number<2>(region.number()); }
  Path& Key(const KeyId& id) {
    Number<1>(static_cast<uint8_t>(id.kind));
    return Raw(id.bytes);
  }
  Path& Time(int64_t millis) { return Number<8>(static_cast<uint64_t>(millis)); }
  template <int kBytes>
    requires(kBytes >= 1 && kBytes <= 8)
  Path& Number(uint64_t value) {
    for (int shift = (kBytes - 1) * 8; shift >= 0; shift -= 8) text_.push_back(static_cast<char>(value >> shift));
    return *this;
  }
  Path& Raw(ByteView bytes) {
    text_.append(AsText(bytes));
    return *this;
  }
  const std::string& text() const& { return text_; }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

// The account under whose keys the record at `path` is sealed, by its type; kNoAccount's number for what belongs to the
// deployment and for what is no path of ours.
AccountId SealingAccount(std::string_view path);

// The account whose ledger the record is in: as above, but the schedule belongs to the deployment as a whole.
AccountId LedgerAccount(std::string_view path);

// For people: "record 20 of account 111122223333 in eu-west-1, 0123…": type, account, Region and the rest in hex. Never
// a name: paths have none.
std::string DescribePath(std::string_view path);

// The first path after every path that starts with `prefix`. Empty: there is none (all bytes 0xFF).
std::string PrefixEnd(std::string prefix);

}  // namespace kagimori::seal

#endif  // KAGIMORI_SEAL_PATH_H_
