#ifndef KAGIMORI_SSM_ERROR_H_
#define KAGIMORI_SSM_ERROR_H_

#include <expected>
#include <string>
#include <utility>

#include "shapes/ssm_operations.h"

namespace kagimori::ssm {

using shapes::ssm::Errors;
using ApiError = shapes::ssm::ApiError;

template <class T>
using OrError = std::expected<T, ApiError>;

inline std::unexpected<ApiError> Refuse(ApiError error) { return std::unexpected(std::move(error)); }
inline std::unexpected<ApiError> Invalid(std::string text) { return Refuse(Errors::Validation(std::move(text))); }

}  // namespace kagimori::ssm

#endif  // KAGIMORI_SSM_ERROR_H_
