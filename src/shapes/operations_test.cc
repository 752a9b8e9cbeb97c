#include <gtest/gtest.h>

#include <algorithm>
#include <concepts>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "shapes/api_error.h"
#include "shapes/kms_operations.h"

namespace kagimori::shapes {
namespace {

std::string Body(const ApiError& error) {
  std::string body;
  AppendErrorBody(error, &body);
  return body;
}

TEST(Operations, AreFoundByTheirTargetAlone) {
  for (const OperationDescriptor& operation : kOperations) {
    EXPECT_EQ(FindOperation(operation.target), &operation);
    EXPECT_EQ(&Describe(operation.operation), &operation);
    EXPECT_EQ(operation.target, "TrentService." + std::string(operation.name));
  }
  for (std::string_view target : {"", "TrentService.", "TrentService.encrypt", "TrentService.Encrypt ", "Encrypt",
                                  "AmazonSSM.Encrypt", "TrentService.Encryp", "trentservice.Encrypt"}) {
    EXPECT_EQ(FindOperation(target), nullptr) << target;
  }
  EXPECT_EQ(FindOperation(std::string_view("TrentService.Encrypt\0", 21)), nullptr);
}

TEST(Operations, SayWhatTheyAre) {
  const OperationDescriptor& encrypt = Describe(Operation::kEncrypt);
  EXPECT_EQ(encrypt.access, Access::kCrypto);
  EXPECT_TRUE(encrypt.read_only && encrypt.dry_run && encrypt.cross_account && encrypt.tracked && encrypt.implemented);
  EXPECT_EQ(encrypt.grant_operations.size(), 1u);
  EXPECT_EQ(encrypt.states[1], "1");
  EXPECT_EQ(encrypt.sensitive.size(), 1u);
  const OperationDescriptor& re_encrypt = Describe(Operation::kReEncrypt);
  ASSERT_EQ(re_encrypt.actions.size(), 2u);
  EXPECT_EQ(re_encrypt.actions[0], "kms:ReEncryptFrom");
  EXPECT_EQ(re_encrypt.actions[1], "kms:ReEncryptTo");
  EXPECT_EQ(re_encrypt.grant_operations.size(), 2u);
  EXPECT_EQ(Describe(Operation::kGetKeyPolicy).access, Access::kRead);
  EXPECT_FALSE(Describe(Operation::kPutKeyPolicy).read_only);
  EXPECT_EQ(Describe(Operation::kPutKeyPolicy).identifiers[0].form, IdentifierForm::kKeyOnly);
  EXPECT_EQ(std::count_if(std::begin(kOperations), std::end(kOperations), [](const auto& o) { return o.implemented; }),
            48);
}

// Adds up the longest valid value of each bounded member.
struct Longest {
  uint64_t bytes = 2;
  uint64_t Of(const MemberInfo& info, const std::string&) { return Bound(info.value); }
  uint64_t Of(const MemberInfo& info, const SecretText&) { return Bound(info.value); }
  uint64_t Of(const MemberInfo& info, const Bytes&) { return Bound(info.value) * 4 / 3 + 4; }
  uint64_t Of(const MemberInfo& info, const secret::SecretBytes&) { return Bound(info.value) * 4 / 3 + 4; }
  uint64_t Of(const MemberInfo& info, const std::vector<std::string>&) {
    return std::min<int64_t>(info.value.max, 50) * (Bound(info.element) + 3);
  }
  uint64_t Of(const MemberInfo&, const StringMap&) { return 8192; }
  template <Structure T>
  uint64_t Of(const MemberInfo&, const T& value) {
    Longest inner;
    T::Visit(inner, value);
    return inner.bytes;
  }
  template <Structure T>
  uint64_t Of(const MemberInfo& info, const std::vector<T>&) {
    return 50 * Of(info, T());
  }
  template <class T>
  uint64_t Of(const MemberInfo&, const T&) {
    return 64;
  }
  static uint64_t Bound(const Constraint& c) { return c.max == Constraint::kNoMax ? 64 : static_cast<uint64_t>(c.max); }
  template <class T>
  void Member(const MemberInfo& info, const std::optional<T>&) {
    Member(info, T());
  }
  template <class T>
  void Member(const MemberInfo& info, const T& value) {
    bytes += info.key.size() + 3 + Of(info, value);
  }
};

// The longest valid request fits the operation's body.
TEST(Operations, BodyLimitsHoldTheLongestRequest) {
  ForEachOperation([]<class Op>() {
    Longest longest;
    typename Op::Request request;
    Op::Request::Visit(longest, std::as_const(request));
    EXPECT_LE(longest.bytes, Describe(Op::kOperation).body_limit) << Describe(Op::kOperation).name;
  });
}

TEST(Errors, PrintTheServicesForm) {
  EXPECT_EQ(Body(Errors::NotFound("Key 'x' does not exist")),
            R"({"__type":"NotFoundException","message":"Key 'x' does not exist"})");
  EXPECT_EQ(Body(Errors::AccessDenied("User: \"x\"")), R"({"__type":"AccessDeniedException","Message":"User: \"x\""})");
  EXPECT_EQ(Body(Errors::Serialization("Expected list or null")),
            R"({"__type":"SerializationException","Message":"Expected list or null"})");
  EXPECT_EQ(Body(Errors::InvalidCiphertext()), R"({"__type":"InvalidCiphertextException"})");
  EXPECT_EQ(Body(Errors::KmsInternal()), R"({"__type":"KMSInternalException"})");
  EXPECT_EQ(
      Body(Errors::DryRunOperation()),
      R"({"__type":"DryRunOperationException","message":"The request would have succeeded, but the DryRun option is set."})");
  EXPECT_EQ(Body(Errors::UnknownOperation()), R"({"__type":"UnknownOperationException"})");
}

TEST(Errors, HaveTheRecordedStatus) {
  EXPECT_EQ(Errors::NotFound("").http_status(), 400);
  EXPECT_EQ(Errors::AccessDenied("").http_status(), 400);
  EXPECT_EQ(Errors::KmsInternal().http_status(), 500);
  EXPECT_EQ(Errors::KeyUnavailable("").http_status(), 500);
  EXPECT_EQ(Errors::DependencyTimeout("").http_status(), 503);
  std::set<std::string_view> names;
  for (const ErrorInfo& info : kErrorInfo) EXPECT_TRUE(names.insert(info.name).second) << info.name;
}

template <class Op, ErrorCode C>
constexpr bool kAnswers = std::constructible_from<OpError<Op>, TypedError<C>>;

// An operation cannot answer what its model lacks.
static_assert(kAnswers<op::Decrypt, ErrorCode::kInvalidCiphertext>);
static_assert(!kAnswers<op::Encrypt, ErrorCode::kInvalidCiphertext>);
static_assert(!kAnswers<op::Encrypt, ErrorCode::kInvalidArn>);
static_assert(kAnswers<op::DescribeKey, ErrorCode::kInvalidArn>);
static_assert(kAnswers<op::Encrypt, ErrorCode::kValidation>);
static_assert(kAnswers<op::Encrypt, ErrorCode::kAccessDenied>);
static_assert(kAnswers<op::GenerateRandom, ErrorCode::kKmsInternal>);
static_assert(kAnswers<op::CreateAlias, ErrorCode::kNotAuthorized>);
static_assert(!kAnswers<op::Encrypt, ErrorCode::kInvalidSignature>);
// Not built yet, so it may say so.
static_assert(kAnswers<op::RotateKeyOnDemand, ErrorCode::kUnsupportedOperation>);
static_assert(!kAnswers<op::Encrypt, ErrorCode::kUnsupportedOperation>);
// Nobody but the factories makes an error, and no untyped one becomes an operation's.
static_assert(!std::constructible_from<ApiError, ErrorCode, std::string>);
static_assert(!std::constructible_from<TypedError<ErrorCode::kNotFound>, std::string>);
static_assert(!std::constructible_from<OpError<op::Encrypt>, ApiError>);

TEST(Errors, FallClosedAtRunTime) {
  EXPECT_EQ(OpError<op::Encrypt>::From(Errors::NotFound("x")).error().name(), "NotFoundException");
  ApiError hidden = OpError<op::Encrypt>::From(Errors::InvalidArn("inner text")).error();
  EXPECT_EQ(hidden.name(), "KMSInternalException");
  EXPECT_EQ(hidden.message(), "");
}

TEST(Errors, BecomeAnOperationsResult) {
  auto answer = [](bool good) -> std::expected<EncryptResponse, OpError<op::Encrypt>> {
    if (!good) return std::unexpected(Errors::Disabled("x is disabled."));
    return EncryptResponse{.key_id = "k"};
  };
  EXPECT_EQ(answer(false).error().error().message(), "x is disabled.");
  EXPECT_EQ(answer(true)->key_id, "k");
}

}  // namespace
}  // namespace kagimori::shapes
