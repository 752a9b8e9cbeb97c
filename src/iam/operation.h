#ifndef KAGIMORI_IAM_OPERATION_H_
#define KAGIMORI_IAM_OPERATION_H_

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "iam/access.h"
#include "iam/call.h"
#include "iam/parameters.h"
#include "wire/xml.h"

namespace kagimori::iam {

// One operation with its request in it: made from the request's members, which notes what is wrong with them
// (Parameters::Fault; then nothing below is called). The pipeline asks in this order, and runs nothing that was not
// allowed first:
class OperationCall {
 public:
  virtual ~OperationCall() = default;
  // What must be allowed, all of it. Says nothing about whether anything is there.
  virtual OrError<std::vector<Access>> Ask(const Call& call) const = 0;
  // Other accounts whose snapshots Run needs (Call::others).
  virtual std::vector<AccountId> Accounts() const { return {}; }
  // Writes the result. REQUIRES: what Ask gave is allowed.
  virtual Outcome Run(const Call& call, ResultWriter& out) const = 0;
};

// A row of the list of operations.
struct Operation {
  std::string_view name;
  bool read_only = true;
  wire::ResultElement result = wire::ResultElement::kPresent;
  std::unique_ptr<OperationCall> (*make)(Parameters& in) = nullptr;
};

template <class T>
std::unique_ptr<OperationCall> Make(Parameters& in) {
  return std::make_unique<T>(in);
}

// What reads, what changes and answers something, what changes and answers nothing.
template <class T>
constexpr Operation Reads(std::string_view name) {
  return {name, true, wire::ResultElement::kPresent, &Make<T>};
}
template <class T>
constexpr Operation Answers(std::string_view name) {
  return {name, false, wire::ResultElement::kPresent, &Make<T>};
}
template <class T>
constexpr Operation Changes(std::string_view name) {
  return {name, false, wire::ResultElement::kAbsent, &Make<T>};
}

// Null: IAM here has no such operation.
const Operation* FindOperation(std::string_view name);
// All of them, sorted by name.
std::span<const Operation> AllOperations();

// The families, each in a file of its own name.
std::span<const Operation> AccessKeyOperations();
std::span<const Operation> AccountOperations();
std::span<const Operation> AttachedPolicyOperations();
std::span<const Operation> AuthorizationDetailsOperations();
std::span<const Operation> BoundaryOperations();
std::span<const Operation> GroupOperations();
std::span<const Operation> GroupMemberOperations();
std::span<const Operation> InlinePolicyOperations();
std::span<const Operation> ManagedPolicyOperations();
std::span<const Operation> PolicyVersionOperations();
std::span<const Operation> ProviderOperations();
std::span<const Operation> RoleOperations();
std::span<const Operation> SimulationOperations();
std::span<const Operation> TagOperations();
std::span<const Operation> UserOperations();

// What Ask mostly gives.
inline OrError<std::vector<Access>> Only(Access access) {
  std::vector<Access> all;
  all.push_back(std::move(access));
  return all;
}

}  // namespace kagimori::iam

#endif  // KAGIMORI_IAM_OPERATION_H_
