#include "keys/grant.h"

#include <algorithm>
#include <ranges>

#include "keys/key_spec.h"
#include "shapes/member_info.h"

namespace kagimori::keys {
namespace {

// The place is the number that is stored: append only.
constexpr std::array kOperations = {GrantOperation::kDecrypt,
                                    GrantOperation::kEncrypt,
                                    GrantOperation::kGenerateDataKey,
                                    GrantOperation::kGenerateDataKeyWithoutPlaintext,
                                    GrantOperation::kReEncryptFrom,
                                    GrantOperation::kReEncryptTo,
                                    GrantOperation::kSign,
                                    GrantOperation::kVerify,
                                    GrantOperation::kGetPublicKey,
                                    GrantOperation::kCreateGrant,
                                    GrantOperation::kRetireGrant,
                                    GrantOperation::kDescribeKey,
                                    GrantOperation::kGenerateDataKeyPair,
                                    GrantOperation::kGenerateDataKeyPairWithoutPlaintext,
                                    GrantOperation::kGenerateMac,
                                    GrantOperation::kVerifyMac,
                                    GrantOperation::kDeriveSharedSecret,
                                    GrantOperation::kDecapsulate,
                                    GrantOperation::kEncapsulate};
static_assert(kOperations.size() == GrantOperations::kCount);

// By the value of the enumeration.
constexpr auto kNumbers = [] {
  std::array<uint8_t, kOperations.size()> numbers{};
  for (size_t i = 0; i < kOperations.size(); ++i)
    numbers[static_cast<size_t>(kOperations[i])] = static_cast<uint8_t>(i);
  return numbers;
}();

void AppendText(std::string_view text, std::string* out) {
  out->append(std::to_string(text.size())).append(":").append(text);
}

void AppendPairs(const std::optional<shapes::StringMap>& pairs, std::string* out) {
  AppendText(pairs ? std::to_string(pairs->size()) : "", out);
  if (!pairs) return;
  for (const auto& [key, value] : *pairs) {
    AppendText(key, out);
    AppendText(value, out);
  }
}

}  // namespace

std::string GrantId::ToString() const {
  std::string text;
  AppendHex(random, &text);
  AppendHex(grantee, &text);
  return text;
}

std::optional<GrantId> GrantId::Parse(std::string_view text) {
  constexpr size_t kHalf = 32;
  GrantId id;
  if (text.size() != 2 * kHalf || !HexDecodeTo(text.substr(0, kHalf), id.random) ||
      !HexDecodeTo(text.substr(kHalf), id.grantee) || id.ToString() != text)
    return std::nullopt;
  return id;
}

std::optional<GrantOperations> GrantOperations::FromBits(uint32_t bits) {
  if (bits >> kCount != 0) return std::nullopt;
  GrantOperations operations;
  operations.bits_ = bits;
  return operations;
}

size_t GrantOperations::Number(GrantOperation operation) { return kNumbers[static_cast<size_t>(operation)]; }

std::vector<GrantOperation> GrantOperations::List() const {
  std::vector<GrantOperation> list;
  for (GrantOperation operation : kOperations) {
    if (Has(operation)) list.push_back(operation);
  }
  return list;
}

std::optional<GrantOperation> GrantOperationFor(std::string_view action) {
  constexpr std::string_view kService = "kms:";
  if (!action.starts_with(kService)) return std::nullopt;
  return shapes::ParseEnum<GrantOperation>(action.substr(kService.size()));
}

GrantOperations GrantableOperations(shapes::KeySpec spec, shapes::KeyUsageType usage) {
  using enum GrantOperation;
  GrantOperations operations = {kDescribeKey, kCreateGrant, kRetireGrant};
  auto add = [&](std::initializer_list<GrantOperation> more) {
    for (GrantOperation operation : more) operations.Add(operation);
  };
  if (IsAsymmetric(spec)) add({kGetPublicKey});
  switch (usage) {
    case shapes::KeyUsageType::kEncryptDecrypt:
      add({kEncrypt, kDecrypt, kReEncryptFrom, kReEncryptTo});
      if (!IsAsymmetric(spec)) {
        add({kGenerateDataKey, kGenerateDataKeyWithoutPlaintext, kGenerateDataKeyPair,
             kGenerateDataKeyPairWithoutPlaintext});
      }
      break;
    case shapes::KeyUsageType::kSignVerify:
      add({kSign, kVerify});
      break;
    case shapes::KeyUsageType::kGenerateVerifyMac:
      add({kGenerateMac, kVerifyMac});
      break;
    case shapes::KeyUsageType::kKeyAgreement:
      add({kDeriveSharedSecret});
      break;
    case shapes::KeyUsageType::kEncapsulateDecapsulate:
      add({kEncapsulate, kDecapsulate});
      break;
  }
  return operations;
}

std::string SamenessOf(const Grant& grant) {
  std::string text;
  AppendText(grant.name, &text);
  AppendText(grant.issuing_account.ToString(), &text);
  AppendText(grant.grantee.form.Text(), &text);
  AppendText(grant.retiring ? grant.retiring->form.Text() : "", &text);
  AppendText(std::to_string(grant.terms.operations.bits()), &text);
  AppendPairs(grant.terms.constraints.equals, &text);
  AppendPairs(grant.terms.constraints.subset, &text);
  AppendText(grant.terms.constraints.source_arn, &text);
  return text;
}

}  // namespace kagimori::keys
