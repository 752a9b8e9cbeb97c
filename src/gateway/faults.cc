#include "gateway/faults.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/bytes.h"
#include "crypto/random.h"
#include "shapes/kms_errors.h"

namespace kagimori::gateway {
namespace {

using shapes::ApiError;
using shapes::ErrorCode;
using shapes::Errors;

struct Answer {
  ErrorCode code;
  std::string_view name;
  ApiError (*make)();
};

constexpr Answer kAnswers[] = {
    {ErrorCode::kThrottling, "ThrottlingException", []() -> ApiError { return Errors::Throttling(); }},
    {ErrorCode::kKmsInternal, "KMSInternalException", []() -> ApiError { return Errors::KmsInternal(); }},
    {ErrorCode::kDependencyTimeout, "DependencyTimeoutException",
     []() -> ApiError { return Errors::DependencyTimeout("The request timed out on purpose."); }},
    {ErrorCode::kKeyUnavailable, "KeyUnavailableException",
     []() -> ApiError { return Errors::KeyUnavailable("The key is unavailable on purpose."); }},
};

const Answer& AnswerOf(ErrorCode code) { return *std::ranges::find(kAnswers, code, &Answer::code); }

bool CanAnswer(shapes::Operation operation, ErrorCode code) {
  const auto errors = shapes::Describe(operation).errors;
  return std::ranges::find(errors, code) != errors.end();
}

bool Happens(uint32_t per_million) {
  ByteArray<8> random;
  crypto::FillRandomId(random);
  return ReadBe(ByteView(random)) % 1'000'000 < per_million;
}

}  // namespace

Result<ErrorCode> ParseFaultCode(std::string_view name) {
  for (const Answer& answer : kAnswers) {
    if (answer.name == name) return answer.code;
  }
  std::string names;
  for (const Answer& answer : kAnswers) names += (names.empty() ? "" : ", ") + std::string(answer.name);
  return Fail(ErrorKind::kInvalid, "expected one of " + names);
}

std::string_view NameOfFault(ErrorCode code) { return AnswerOf(code).name; }

Result<> Faults::Add(const Fault& fault) {
  if (fault.error && fault.operation && !CanAnswer(*fault.operation, *fault.error)) {
    return Fail(ErrorKind::kInvalid, std::string(shapes::Describe(*fault.operation).name) + " never answers " +
                                         std::string(NameOfFault(*fault.error)));
  }
  if (fault.delay < std::chrono::milliseconds(0) || fault.delay > kLongestDelay)
    return Fail(ErrorKind::kInvalid, "a delay is at most 30 seconds");
  std::lock_guard lock(mutex_);
  if (faults_.size() == kMost) return Fail(ErrorKind::kInvalid, "there are 64 faults, the most there may be");
  faults_.push_back(fault);
  any_ = true;
  return {};
}

void Faults::Clear() {
  std::lock_guard lock(mutex_);
  faults_.clear();
  any_ = false;
}

std::vector<Fault> Faults::List() const {
  std::lock_guard lock(mutex_);
  return faults_;
}

Faults::Verdict Faults::Decide(shapes::Operation operation) const {
  Verdict verdict;
  std::lock_guard lock(mutex_);
  for (const Fault& fault : faults_) {
    if (fault.operation && *fault.operation != operation) continue;
    if (fault.error && (verdict.error || !CanAnswer(operation, *fault.error))) continue;
    if (!Happens(fault.per_million)) continue;
    if (fault.error) {
      verdict.error = AnswerOf(*fault.error).make();
    } else {
      verdict.delay = std::min(verdict.delay + fault.delay, kLongestDelay);
    }
  }
  return verdict;
}

}  // namespace kagimori::gateway
