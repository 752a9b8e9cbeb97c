#include "keys/grant.h"

#include <gtest/gtest.h>

#include <set>

#include "keys/testing/test_grants.h"

namespace kagimori::keys {
namespace {

using enum GrantOperation;
using shapes::KeySpec;
using shapes::KeyUsageType;

TEST(GrantId, IsSixtyFourDigitsInLowerCase) {
  GrantId id;
  id.random.fill(0xAB);
  id.grantee.fill(0x01);
  const std::string text = id.ToString();
  EXPECT_EQ(text, "abababababababababababababababab01010101010101010101010101010101");
  EXPECT_EQ(GrantId::Parse(text), id);
  EXPECT_FALSE(GrantId::Parse("AB" + text.substr(2)));
  EXPECT_FALSE(GrantId::Parse(text.substr(1)));
  EXPECT_FALSE(GrantId::Parse(text + "0"));
  EXPECT_FALSE(GrantId::Parse("g" + text.substr(1)));
  EXPECT_FALSE(GrantId::Parse(""));
}

// The numbers are on disks: docs/storage-format.md.
TEST(GrantOperations, HaveTheNumbersOfTheFormat) {
  constexpr std::array kByNumber = {kDecrypt,
                                    kEncrypt,
                                    kGenerateDataKey,
                                    kGenerateDataKeyWithoutPlaintext,
                                    kReEncryptFrom,
                                    kReEncryptTo,
                                    kSign,
                                    kVerify,
                                    kGetPublicKey,
                                    kCreateGrant,
                                    kRetireGrant,
                                    kDescribeKey,
                                    kGenerateDataKeyPair,
                                    kGenerateDataKeyPairWithoutPlaintext,
                                    kGenerateMac,
                                    kVerifyMac,
                                    kDeriveSharedSecret,
                                    kDecapsulate,
                                    kEncapsulate};
  GrantOperations all;
  for (size_t i = 0; i < kByNumber.size(); ++i) {
    EXPECT_EQ(GrantOperations::Number(kByNumber[i]), i);
    EXPECT_EQ(GrantOperations{kByNumber[i]}.bits(), 1u << i);
    all.Add(kByNumber[i]);
  }
  EXPECT_EQ(all.List().size(), GrantOperations::kCount);
  EXPECT_EQ(GrantOperations::FromBits(all.bits()), all);
  EXPECT_FALSE(GrantOperations::FromBits(all.bits() + 1));
}

TEST(GrantOperations, ASetOfThem) {
  GrantOperations some = {kDecrypt, kEncrypt, kDecrypt};
  EXPECT_EQ(some.List(), (std::vector{kDecrypt, kEncrypt}));
  EXPECT_TRUE(some.Contains({kEncrypt}));
  EXPECT_TRUE(some.Contains({}));
  EXPECT_FALSE(some.Contains({kEncrypt, kSign}));
  EXPECT_FALSE(some.Has(kSign));
}

TEST(GrantOperations, OfPermissions) {
  EXPECT_EQ(GrantOperationFor("kms:ReEncryptTo"), kReEncryptTo);
  EXPECT_EQ(GrantOperationFor("kms:Decrypt"), kDecrypt);
  for (auto never : {"kms:ScheduleKeyDeletion", "kms:ListGrants", "kms:RevokeGrant", "kms:ReEncrypt", "Decrypt",
                     "iam:Decrypt", "kms:", ""}) {
    EXPECT_FALSE(GrantOperationFor(never)) << never;
  }
}

// The developer guide's matrix: what is for every key, for asymmetric ones, and for the usage.
TEST(GrantOperations, ByTypeOfKey) {
  const GrantOperations any = {kDescribeKey, kCreateGrant, kRetireGrant};
  auto with = [&](std::initializer_list<GrantOperation> more) {
    GrantOperations all = any;
    for (GrantOperation operation : more) all.Add(operation);
    return all;
  };
  EXPECT_EQ(GrantableOperations(KeySpec::kSymmetricDefault, KeyUsageType::kEncryptDecrypt),
            with({kEncrypt, kDecrypt, kReEncryptFrom, kReEncryptTo, kGenerateDataKey, kGenerateDataKeyWithoutPlaintext,
                  kGenerateDataKeyPair, kGenerateDataKeyPairWithoutPlaintext}));
  const GrantOperations encryption = with({kEncrypt, kDecrypt, kReEncryptFrom, kReEncryptTo, kGetPublicKey});
  EXPECT_EQ(GrantableOperations(KeySpec::kRsa2048, KeyUsageType::kEncryptDecrypt), encryption);
  EXPECT_EQ(GrantableOperations(KeySpec::kSm2, KeyUsageType::kEncryptDecrypt), encryption);
  EXPECT_EQ(GrantableOperations(KeySpec::kMlDsa65, KeyUsageType::kSignVerify), with({kSign, kVerify, kGetPublicKey}));
  EXPECT_EQ(GrantableOperations(KeySpec::kHmac256, KeyUsageType::kGenerateVerifyMac), with({kGenerateMac, kVerifyMac}));
  EXPECT_EQ(GrantableOperations(KeySpec::kEccNistP256, KeyUsageType::kKeyAgreement),
            with({kDeriveSharedSecret, kGetPublicKey}));
  EXPECT_EQ(GrantableOperations(KeySpec::kMlKem768, KeyUsageType::kEncapsulateDecapsulate),
            with({kEncapsulate, kDecapsulate, kGetPublicKey}));
}

TEST(Sameness, EveryParameterCountsAndNothingElse) {
  std::vector<Grant> different(12, TestGrant());
  different[1].name = "a";
  different[2].issuing_account = kOtherAccount;
  different[3].grantee = TestRole("TWO");
  different[4].grantee.form.kind = PrincipalKind::kUser;
  different[5].retiring = TestRole("ONE");
  different[6].terms.operations.Add(kEncrypt);
  different[7].terms.constraints.equals = {{"a", "b"}};
  different[8].terms.constraints.subset = {{"a", "b"}};
  different[9].terms.constraints.equals = {{"a", "b1:c"}};
  different[10].terms.constraints.equals = {{"a", "b"}, {"c", ""}};
  different[11].terms.constraints.source_arn = "arn:aws:s3:::a";
  std::set<std::string> texts;
  for (const Grant& grant : different) texts.insert(SamenessOf(grant));
  EXPECT_EQ(texts.size(), different.size());
  Grant later = TestGrant();
  later.id.random.fill(7);
  later.created = kTestNow + std::chrono::hours(1);
  later.revision = 5;
  later.grantee.given = "another way to write it";
  EXPECT_EQ(SamenessOf(later), SamenessOf(TestGrant()));
}

}  // namespace
}  // namespace kagimori::keys
