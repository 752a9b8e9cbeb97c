#include "sigv4/failure.h"

#include <gtest/gtest.h>

namespace kagimori::sigv4 {
namespace {

TEST(Failure, NamesInBothProtocols) {
  struct Row {
    FailureKind kind;
    const char* json_code;
    int query_status;
    const char* query_code;
  };
  const Row rows[] = {
      {FailureKind::kMissingToken, "MissingAuthenticationTokenException", 403, "MissingAuthenticationToken"},
      {FailureKind::kIncomplete, "IncompleteSignatureException", 400, "IncompleteSignature"},
      {FailureKind::kInvalid, "InvalidSignatureException", 403, "SignatureDoesNotMatch"},
      {FailureKind::kUnknownKey, "UnrecognizedClientException", 403, "InvalidClientTokenId"},
      {FailureKind::kInvalidToken, "UnrecognizedClientException", 403, "InvalidClientTokenId"},
      {FailureKind::kExpiredToken, "ExpiredTokenException", 403, "ExpiredToken"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(ToWire(row.kind, Protocol::kJson).status, 400);
    EXPECT_EQ(ToWire(row.kind, Protocol::kJson).code, row.json_code);
    EXPECT_EQ(ToWire(row.kind, Protocol::kQuery).status, row.query_status);
    EXPECT_EQ(ToWire(row.kind, Protocol::kQuery).code, row.query_code);
  }
}

TEST(Failure, TextsOfTheCredentialChecks) {
  EXPECT_EQ(UnknownAccessKey().message, "The security token included in the request is invalid.");
  EXPECT_EQ(InvalidSessionToken().message, "The security token included in the request is invalid");
  EXPECT_EQ(ExpiredSessionToken().message, "The security token included in the request is expired");
  EXPECT_EQ(SignatureMismatch().message,
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
            "Access Key and signing method. Consult the service documentation for details.");
}

}  // namespace
}  // namespace kagimori::sigv4
