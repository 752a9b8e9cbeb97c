#ifndef KAGIMORI_BASE_RESULT_H_
#define KAGIMORI_BASE_RESULT_H_

#include <expected>
#include <source_location>
#include <string>
#include <utility>

namespace kagimori {

// What went wrong inside, for code that has to decide; the text is for the operator. Neither is ever sent to a client.
enum class ErrorKind {
  kInvalid,         // the input breaks a rule of its format
  kNotFound,        // a thing that was asked for is not there
  kConflict,        // a revision precondition did not hold; rerun
  kCorrupt,         // stored or sealed data is not what was written
  kAuthentication,  // a tag, signature or passphrase did not match
  kLimit,           // a bound was reached
  kUnavailable,     // sealed, shutting down, or not ready
  kIo,              // the operating system refused
  kInternal,        // a bug or a failing library
};

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string text;  // operator's text; REQUIRES: no secret in it
  std::source_location where;
};

template <class T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> Fail(ErrorKind kind, std::string text,
                                                 std::source_location where = std::source_location::current()) {
  return std::unexpected<Error>(Error{kind, std::move(text), where});
}

// "kind: text (file:line)", for logs.
std::string Describe(const Error& error);

}  // namespace kagimori

#define KAGIMORI_CONCAT_INNER_(a, b) a##b
#define KAGIMORI_CONCAT_(a, b) KAGIMORI_CONCAT_INNER_(a, b)

// Leaves the function with the error of `expression`, if it has one.
#define KAGIMORI_RETURN_IF_ERROR(expression)                                    \
  do {                                                                          \
    if (auto kagimori_result_ = (expression); !kagimori_result_) [[unlikely]] { \
      return std::unexpected(std::move(kagimori_result_).error());              \
    }                                                                           \
  } while (false)

// `target` (a declaration or an lvalue) takes the value of `expression`, or the function is left with its error.
#define KAGIMORI_ASSIGN_OR_RETURN(target, expression) \
  KAGIMORI_ASSIGN_OR_RETURN_INNER_(KAGIMORI_CONCAT_(kagimori_result_, __LINE__), target, expression)
#define KAGIMORI_ASSIGN_OR_RETURN_INNER_(name, target, expression) \
  auto name = (expression);                                        \
  if (!name) [[unlikely]]                                          \
    return std::unexpected(std::move(name).error());               \
  target = *std::move(name)

#endif  // KAGIMORI_BASE_RESULT_H_
