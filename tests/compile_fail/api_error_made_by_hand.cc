// expect: is protected within this context|protected constructor
// API errors come from the generated factories alone.
#include "shapes/kms_operations.h"

namespace shapes = kagimori::shapes;

shapes::ApiError Use() {
#ifdef TWIN
  return shapes::Errors::NotFound("text");
#else
  return shapes::ApiError(shapes::ErrorCode{}, "text");
#endif
}
