// expect: could not convert|conversion from|no viable conversion|constraints not satisfied
// Encrypt never answers AlreadyExistsException.
#include "shapes/kms_operations.h"

namespace shapes = kagimori::shapes;

shapes::OpError<shapes::op::Encrypt> Use() {
#ifdef TWIN
  return shapes::Errors::NotFound("text");
#else
  return shapes::Errors::AlreadyExists("text");
#endif
}
