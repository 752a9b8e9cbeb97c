#include "keys/reseal.h"

#include <optional>
#include <utility>

#include "identity/reseal.h"
#include "keys/paths.h"
#include "keys/records.h"
#include "parameters/reseal.h"
#include "seal/path.h"
#include "seal/sealed_record.h"

namespace kagimori::keys {
namespace {

using identity::WrappedSecret;
using seal::RecordType;

enum class Holds { kNoSecret, kMaterial, kAccessKeySecret, kAuditSeed, kParameterValue };

// A type that is missing here does not compile (-Wswitch): it would be lost with its term.
Result<Holds> HoldsOf(std::string_view path) {
  if (path.empty()) return Fail(ErrorKind::kCorrupt, "a record without a path");
  switch (static_cast<RecordType>(path[0])) {
    case RecordType::kDeployment:
      return Fail(ErrorKind::kInternal, "the deployment record is under no term");
    case RecordType::kAuditKey:
      return Holds::kAuditSeed;
    case RecordType::kAccessKey:
      return Holds::kAccessKeySecret;
    case RecordType::kKeyPart:
      return IsMaterialPath(path) ? Holds::kMaterial : Holds::kNoSecret;
    case RecordType::kClock:
    case RecordType::kHead:
    case RecordType::kAnchorsKept:
    case RecordType::kAccount:
    case RecordType::kIamHead:
    case RecordType::kIamEntity:
    case RecordType::kKey:
    case RecordType::kAlias:
    case RecordType::kDue:
    case RecordType::kGrant:
    case RecordType::kRetirable:
    case RecordType::kOutbox:
    case RecordType::kParameterEntry:
    case RecordType::kParameterCounts:
    case RecordType::kParameterDue:
    case RecordType::kParameterGone:
      return Holds::kNoSecret;
    case RecordType::kParameter:
    case RecordType::kParameterPart:
      return parameters::MayHoldValue(path) ? Holds::kParameterValue : Holds::kNoSecret;
  }
  return Fail(ErrorKind::kCorrupt, "a record of a type that this program does not know");
}

Result<std::optional<WrappedSecret>> SecretIn(Holds holds, std::string_view path, std::string_view message) {
  switch (holds) {
    case Holds::kNoSecret:
      return std::nullopt;
    case Holds::kMaterial: {
      KAGIMORI_ASSIGN_OR_RETURN(records::MaterialRecord material, records::DecodeMaterial(message));
      return WrappedSecret{
          .account = seal::SealingAccount(path), .binding = std::string(path), .wrapped = std::move(material.wrapped)};
    }
    case Holds::kAccessKeySecret:
      return identity::SecretOfAccessKey(message);
    case Holds::kParameterValue: {
      KAGIMORI_ASSIGN_OR_RETURN(std::optional<parameters::WrappedValue> value, parameters::ValueIn(path, message));
      if (!value) return std::nullopt;
      return WrappedSecret{.account = seal::SealingAccount(path),
                           .binding = std::move(value->binding),
                           .wrapped = std::move(value->wrapped)};
    }
    case Holds::kAuditSeed:  // the message is nothing else
      return WrappedSecret{.account = seal::kNoAccount,
                           .binding = std::string(path),
                           .wrapped = Bytes(AsBytes(message).begin(), AsBytes(message).end())};
  }
  std::unreachable();
}

Result<std::string> WithSecret(Holds holds, std::string_view path, std::string_view message, ByteView wrapped) {
  switch (holds) {
    case Holds::kNoSecret:
      break;
    case Holds::kMaterial: {
      KAGIMORI_ASSIGN_OR_RETURN(records::MaterialRecord material, records::DecodeMaterial(message));
      material.wrapped.assign(wrapped.begin(), wrapped.end());
      return records::EncodeMaterial(material);
    }
    case Holds::kAccessKeySecret:
      return identity::WithSecretOfAccessKey(message, wrapped);
    case Holds::kAuditSeed:
      return std::string(AsText(wrapped));
    case Holds::kParameterValue:
      return parameters::WithValue(path, message, wrapped);
  }
  std::unreachable();
}

}  // namespace

Result<Resealed> Reseal(const seal::KeyHierarchy& hierarchy, std::string_view path, ByteView stored) {
  KAGIMORI_ASSIGN_OR_RETURN(Holds holds, HoldsOf(path));
  const AccountId account = seal::SealingAccount(path);
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened, seal::OpenRecord(hierarchy, path, account, stored));
  const seal::RecordContext context{
      .path = path, .account = account, .schema = opened.schema, .version = opened.version};
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<WrappedSecret> old, SecretIn(holds, path, opened.message));
  if (!old) {
    Bytes value = seal::SealRecord(hierarchy, context, opened.message);
    return Resealed{.value = std::move(value), .message = std::move(opened.message)};
  }
  KAGIMORI_ASSIGN_OR_RETURN(secret::SecretBytes secret,
                            seal::UnwrapSecret(hierarchy, old->account, old->binding, old->wrapped));
  const Bytes wrapped = seal::WrapSecret(hierarchy, old->account, old->binding, secret);
  KAGIMORI_ASSIGN_OR_RETURN(std::string message, WithSecret(holds, path, opened.message, wrapped));
  KAGIMORI_ASSIGN_OR_RETURN(Bytes value, seal::SealRecordWithSecret(hierarchy, context, wrapped, message));
  return Resealed{.value = std::move(value), .message = std::move(message)};
}

Result<bool> Needs(const seal::KeyHierarchy& hierarchy, std::string_view path, ByteView stored,
                   const std::set<seal::TermId>& terms) {
  KAGIMORI_ASSIGN_OR_RETURN(seal::TermId term, seal::TermOfRecord(stored));
  if (terms.contains(term)) return true;
  KAGIMORI_ASSIGN_OR_RETURN(Holds holds, HoldsOf(path));
  if (holds == Holds::kNoSecret) return false;
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, path, seal::SealingAccount(path), stored));
  KAGIMORI_ASSIGN_OR_RETURN(std::optional<WrappedSecret> secret, SecretIn(holds, path, opened.message));
  if (!secret) return false;
  KAGIMORI_ASSIGN_OR_RETURN(seal::TermId secret_term, seal::TermOfWrapped(secret->wrapped));
  return terms.contains(secret_term);
}

}  // namespace kagimori::keys
