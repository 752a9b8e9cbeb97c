// Put…PermissionsBoundary and Delete…PermissionsBoundary of users and roles.

#include "iam/holder.h"
#include "iam/lookup.h"
#include "iam/operation.h"

namespace kagimori::iam {
namespace {

using identity::Role;
using identity::User;

template <class T>
class PutPermissionsBoundary : public OperationCall {
 public:
  explicit PutPermissionsBoundary(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::AttachNameRule())),
        arn_(in.Required("PermissionsBoundary", kArn)) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    Access access = AccessTo<T>(call, fmt::format("Put{}PermissionsBoundary", KindText<T>::kUpper), holder_);
    access.boundary = arn_;
    return Only(std::move(access));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    KAGIMORI_RETURN_IF_ERROR(FindAttachablePolicy(call, arn_));
    T after = *holder;
    after.boundary = arn_;
    return ChangeHolder<T>(call, holder, std::move(after));
  }

 private:
  std::string holder_;
  std::string arn_;
};

template <class T>
class DeletePermissionsBoundary : public OperationCall {
 public:
  explicit DeletePermissionsBoundary(Parameters& in)
      : holder_(in.Required(Holder<T>::kNameMember, Holder<T>::AttachNameRule())) {}

  OrError<std::vector<Access>> Ask(const Call& call) const override {
    return Only(AccessTo<T>(call, fmt::format("Delete{}PermissionsBoundary", KindText<T>::kUpper), holder_));
  }

  Outcome Run(const Call& call, ResultWriter&) const override {
    KAGIMORI_ASSIGN_OR_RETURN(const auto holder, FindNamed<T>(call, holder_));
    if (!holder->boundary) {
      return NoSuchEntity(fmt::format("{} with name {} does not have a permissions boundary attached.",
                                      KindText<T>::kUpper, holder_));  // guess: the text
    }
    T after = *holder;
    after.boundary.reset();
    return ChangeHolder<T>(call, holder, std::move(after));
  }

 private:
  std::string holder_;
};

constexpr Operation kOperations[] = {Changes<PutPermissionsBoundary<User>>("PutUserPermissionsBoundary"),
                                     Changes<PutPermissionsBoundary<Role>>("PutRolePermissionsBoundary"),
                                     Changes<DeletePermissionsBoundary<User>>("DeleteUserPermissionsBoundary"),
                                     Changes<DeletePermissionsBoundary<Role>>("DeleteRolePermissionsBoundary")};

}  // namespace

std::span<const Operation> BoundaryOperations() { return kOperations; }

}  // namespace kagimori::iam
