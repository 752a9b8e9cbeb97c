#ifndef KAGIMORI_SSM_OPERATIONS_H_
#define KAGIMORI_SSM_OPERATIONS_H_

#include "ssm/session.h"

// The operations of the Parameter Store. Each asks for its permission first.
namespace kagimori::ssm {

// The one way an operation looks.
#define KAGIMORI_SSM_OPERATION(name)                                              \
  struct name {                                                                   \
    using Api = shapes::ssm::op::name;                                            \
    static Task<Outcome<Api>> Run(Session& session, const Api::Request& request); \
  }

KAGIMORI_SSM_OPERATION(AddTagsToResource);
KAGIMORI_SSM_OPERATION(DeleteParameter);
KAGIMORI_SSM_OPERATION(DeleteParameters);
KAGIMORI_SSM_OPERATION(DescribeParameters);
KAGIMORI_SSM_OPERATION(GetParameter);
KAGIMORI_SSM_OPERATION(GetParameterHistory);
KAGIMORI_SSM_OPERATION(GetParameters);
KAGIMORI_SSM_OPERATION(GetParametersByPath);
KAGIMORI_SSM_OPERATION(LabelParameterVersion);
KAGIMORI_SSM_OPERATION(ListTagsForResource);
KAGIMORI_SSM_OPERATION(PutParameter);
KAGIMORI_SSM_OPERATION(RemoveTagsFromResource);
KAGIMORI_SSM_OPERATION(UnlabelParameterVersion);

#undef KAGIMORI_SSM_OPERATION

template <class... Operations>
struct OperationList {};
using AllOperations =
    OperationList<AddTagsToResource, DeleteParameter, DeleteParameters, DescribeParameters, GetParameter,
                  GetParameterHistory, GetParameters, GetParametersByPath, LabelParameterVersion, ListTagsForResource,
                  PutParameter, RemoveTagsFromResource, UnlabelParameterVersion>;

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_OPERATIONS_H_
