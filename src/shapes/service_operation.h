#ifndef KAGIMORI_SHAPES_SERVICE_OPERATION_H_
#define KAGIMORI_SHAPES_SERVICE_OPERATION_H_

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "shapes/api_error.h"

// What is generated of the model of another service than KMS is made of these.
namespace kagimori::shapes {

// What there is to know about an operation, on one line of the service's model.
template <class Operation, class ErrorCode>
struct ServiceOperation {
  Operation operation;
  std::string_view name;    // GetParameter
  std::string_view target;  // AmazonSSM.GetParameter
  std::string_view action;  // ssm:GetParameter
  bool read_only;
  uint32_t body_limit;                // bytes
  std::span<const ErrorCode> errors;  // what it may answer

  bool Allows(ErrorCode code) const { return std::ranges::find(errors, code) != errors.end(); }
};

// An error as a client of the service sees it. Made by the factories of `Maker` only.
template <class Code, const auto& Infos, class Maker>
class ServiceError {
 public:
  Code code() const { return code_; }
  const ErrorInfo& info() const { return Infos[static_cast<uint8_t>(code_)]; }
  // Empty for errors that carry no text.
  const std::string& message() const { return message_; }

 private:
  friend Maker;
  ServiceError(Code code, std::string message) : code_(code), message_(std::move(message)) {}

  Code code_;
  std::string message_;
};

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_SERVICE_OPERATION_H_
