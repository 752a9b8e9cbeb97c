#ifndef KAGIMORI_SHAPES_OPERATION_H_
#define KAGIMORI_SHAPES_OPERATION_H_

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "shapes/api_error.h"

namespace kagimori::shapes {

enum class Operation : uint8_t;  // generated, in the order of kOperations

// Read: changes nothing. Write: changes stored state. Crypto: uses key material (or the random source) for the caller.
enum class Access : uint8_t { kRead, kWrite, kCrypto };

// The forms that an identifier member takes.
enum class IdentifierForm : uint8_t {
  kAny,        // key id, key ARN, alias name, alias ARN
  kKeyOnly,    // key id or key ARN
  kAliasName,  // alias name
};

struct IdentifierMember {
  std::string_view member;
  IdentifierForm form;
};

// The columns of the state table, in this order.
inline constexpr size_t kStateColumns =
    7;  // Enabled, Disabled, PendingDeletion, PendingImport, Unavailable, Creating, Updating

// What there is to know about an operation, on one line of model/kms.json: the table that a reviewer reads.
struct OperationDescriptor {
  Operation operation;
  std::string_view name;                      // Encrypt
  std::string_view target;                    // TrentService.Encrypt
  std::span<const std::string_view> actions;  // kms:Encrypt; ReEncrypt has two, source first
  Access access;
  bool read_only;       // CloudTrail's readOnly: everything but Access::kWrite
  bool dry_run;         // takes DryRun
  bool cross_account;   // works on keys of other accounts
  bool tracked;         // GetKeyLastUsage reports it
  bool implemented;     // in this release
  bool audit_key_arn;   // responseElements show the key's ARN although the API answers nothing
  uint32_t body_limit;  // bytes
  std::span<const std::string_view> grant_operations;  // what a grant calls it; empty: cannot be granted
  std::span<const IdentifierMember> identifiers;
  // The row of the state table, one code a column ("ok", "3", "?7", "3 or 9"; the notes of the developer guide's table
  // by number). Empty strings: the operation has no key.
  std::array<std::string_view, kStateColumns> states;
  std::span<const std::string_view> audit_request;   // members in requestParameters
  std::span<const std::string_view> audit_response;  // members in responseElements
  std::span<const std::string_view> sensitive;       // members of request and response that are secret
  std::span<const ErrorCode> errors;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_OPERATION_H_
