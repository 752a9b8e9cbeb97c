#ifndef KAGIMORI_POLICY_DOCUMENT_H_
#define KAGIMORI_POLICY_DOCUMENT_H_

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "policy/principal.h"

namespace kagimori::policy {

// What a document is used as; it decides which elements it may and must have.
enum class Kind : uint8_t {
  kIdentity,   // of a user, group or role, inline or managed
  kBoundary,   // permissions boundary; the grammar of kIdentity
  kSession,    // of AssumeRole, GetFederationToken; the grammar of kIdentity
  kKeyPolicy,  // of a KMS key: Principal is required; a statement without Action or Resource has no effect
  kResource,   // of another resource: Principal, Action and Resource are required
  kTrust,      // of a role: Principal is required, Resource prohibited
};

// Why a text is no policy. IAM and STS answer MalformedPolicyDocument with the text. KMS answers InvalidArnException
// for kPrincipalArn, MalformedPolicyDocumentException otherwise.
struct MalformedPolicy {
  enum class Fault : uint8_t {
    kTooLarge,      // over kMaxPolicyBytes
    kSyntax,        // no JSON object, a member twice, an element that is unknown or has the wrong type or place
    kLegacy,        // what IAM calls "legacy parsing": Effect's case, values of Date and Numeric operators, ARNs
    kVersion,       // identity policies need 2012-10-17
    kSid,           // twice the same; or characters that the kind does not allow
    kNoAction,      // a statement without actions
    kNoResource,    // a statement without resources
    kAction,        // an action without "<service>:"
    kResourceText,  // a resource that is no ARN, or an ARN that cannot be matched
    kProhibited,    // an element that the kind may not have: Principal, Resource
    kNoPrincipal,   // a statement without a principal that needs one
    kPrincipalArn,  // "An ARN in the specified key policy is invalid."
    kPrincipal,     // "Policy contains a statement with one or more invalid principals."
  };
  Fault fault = Fault::kSyntax;
  std::string text;    // AWS's, for the client
  std::string detail;  // what and where, for the operator: "Statement[2].Condition: unknown operator \"StringIs\""
};

// Characters that AWS lets a key policy have; no other limit is higher. Limits of one kind (32,768 bytes of a key
// policy, 6,144 characters of a managed policy) are their callers'.
inline constexpr size_t kMaxPolicyBytes = 131072;

struct Program;  // compiled statements; compiled.h

// A policy document, compiled. Immutable and thread-safe.
class Document {
 public:
  // Parses, validates and compiles. Unknown elements and operators, members that occur twice, values that an operator
  // cannot read are refused. `bindings`: unique ids of the users and roles among its principals.
  static std::expected<std::shared_ptr<const Document>, MalformedPolicy> Compile(
      std::string_view json, Kind kind, const PrincipalBindings& bindings = {});
  ~Document();
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  Kind kind() const { return kind_; }
  const std::string& id() const { return id_; }  // the element Id; may be empty
  size_t statement_count() const { return sids_.size(); }
  // Of the statement with that index in the text; empty when it has none. REQUIRES: index < statement_count().
  std::string_view sid(size_t index) const { return sids_[index]; }

  // Every principal that occurs, of Principal and NotPrincipal, each text once, in the order of the text: what has to
  // exist, and, where needs_binding(), to be bound, before the policy is accepted.
  const std::vector<PrincipalRef>& principals() const { return principals_; }

  const Program& program() const { return *program_; }  // for evaluate.cc

 private:
  friend class Compiler;
  explicit Document(Kind kind);

  Kind kind_;
  std::string id_;
  std::vector<std::string> sids_;
  std::vector<PrincipalRef> principals_;
  std::unique_ptr<const Program> program_;
};

}  // namespace kagimori::policy

#endif  // KAGIMORI_POLICY_DOCUMENT_H_
