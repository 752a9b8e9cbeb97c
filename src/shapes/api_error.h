#ifndef KAGIMORI_SHAPES_API_ERROR_H_
#define KAGIMORI_SHAPES_API_ERROR_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace kagimori::shapes {

enum class ErrorCode : uint8_t;  // generated
class Errors;                    // generated: the factories, and the only maker of errors

struct ErrorInfo {
  std::string_view name;  // NotFoundException
  int16_t http_status;
  bool capital_message;  // "Message" instead of "message"
};

// An error as a client sees it. Made by Errors' factories only.
class ApiError {
 public:
  ErrorCode code() const { return code_; }
  const ErrorInfo& info() const;
  std::string_view name() const { return info().name; }
  int http_status() const { return info().http_status; }
  // Empty for errors that carry no text.
  const std::string& message() const { return message_; }

 protected:
  ApiError(ErrorCode code, std::string message) : code_(code), message_(std::move(message)) {}

 private:
  ErrorCode code_;
  std::string message_;
};

// An error whose code the compiler knows.
template <ErrorCode C>
class TypedError : public ApiError {
 private:
  friend class Errors;
  explicit TypedError(std::string message) : ApiError(C, std::move(message)) {}
};

// What operation `Op` (shapes::op::…) may answer: an error of its model or one that every operation has. Another one
// does not compile.
template <class Op>
class OpError {
 public:
  static constexpr bool Allows(ErrorCode code) {
    return std::find(Op::kErrors.begin(), Op::kErrors.end(), code) != Op::kErrors.end();
  }

  template <ErrorCode C>
    requires(Allows(C))
  OpError(TypedError<C> error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor): the point of it

  // For code that several operations share and whose error is known at run time only. Closed: what the operation's
  // model lacks becomes KMSInternalException.
  static OpError From(ApiError error);

  const ApiError& error() const { return error_; }

 private:
  explicit OpError(ApiError error, int) : error_(std::move(error)) {}
  ApiError error_;
};

// {"__type":"NotFoundException","message":"…"}; an empty text is left out.
void AppendErrorBody(const ErrorInfo& info, std::string_view message, std::string* out);
void AppendErrorBody(const ApiError& error, std::string* out);

}  // namespace kagimori::shapes

#endif  // KAGIMORI_SHAPES_API_ERROR_H_
