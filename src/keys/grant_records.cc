#include "keys/grant_records.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "keys/grant_paths.h"
#include "keys/records.pb.h"
#include "seal/sealed_record.h"

namespace kagimori::keys::records {
namespace {

constexpr uint64_t kAccountNumbers = 1'000'000'000'000;

std::unexpected<Error> Corrupt(std::string_view what) {
  return Fail(ErrorKind::kCorrupt, "the record of a grant does not decode: " + std::string(what));
}

template <class Message>
Result<Message> Parse(std::string_view text) {
  Message message;
  if (!message.ParseFromArray(text.data(), static_cast<int>(text.size()))) return Corrupt("not the message");
  return message;
}

void Encode(const keys::GrantPrincipal& principal, GrantPrincipal* message) {
  message->set_kind(static_cast<uint32_t>(principal.form.kind));
  message->set_id(principal.form.id);
  message->set_account(principal.account.number());
  message->set_given(principal.given);
}

Result<keys::GrantPrincipal> Decode(const GrantPrincipal& message) {
  constexpr auto kFirst = static_cast<uint32_t>(PrincipalKind::kAccount);
  constexpr auto kLast = static_cast<uint32_t>(PrincipalKind::kService);
  if (message.kind() < kFirst || message.kind() > kLast) return Corrupt("unknown kind of principal");
  if (message.account() >= kAccountNumbers) return Corrupt("no such account");
  return keys::GrantPrincipal{.form = {.kind = static_cast<PrincipalKind>(message.kind()), .id = message.id()},
                              .account = AccountId::FromNumber(message.account()),
                              .given = message.given()};
}

void Encode(const shapes::StringMap& pairs, Pairs* message) {
  for (const auto& [key, value] : pairs) {
    Pair* pair = message->add_pairs();
    pair->set_key(key);
    pair->set_value(value);
  }
}

shapes::StringMap Decode(const Pairs& message) {
  std::vector<shapes::StringMap::Entry> pairs;
  for (const Pair& pair : message.pairs()) pairs.emplace_back(pair.key(), pair.value());
  return shapes::StringMap(std::move(pairs));
}

}  // namespace

std::string EncodeGrant(const keys::Grant& grant) {
  Grant message;
  Encode(grant.grantee, message.mutable_grantee());
  if (grant.retiring) Encode(*grant.retiring, message.mutable_retiring());
  message.set_operations(grant.terms.operations.bits());
  const GrantConstraints& constraints = grant.terms.constraints;
  if (constraints.equals) Encode(*constraints.equals, message.mutable_equals());
  if (constraints.subset) Encode(*constraints.subset, message.mutable_subset());
  message.set_source_arn(constraints.source_arn);
  message.set_name(grant.name);
  message.set_issuing_account(grant.issuing_account.number());
  message.set_created(grant.created.millis);
  return message.SerializeAsString();
}

Result<> DecodeGrant(std::string_view text, keys::Grant* grant) {
  KAGIMORI_ASSIGN_OR_RETURN(Grant message, Parse<Grant>(text));
  KAGIMORI_ASSIGN_OR_RETURN(grant->grantee, Decode(message.grantee()));
  if (message.has_retiring()) {
    KAGIMORI_ASSIGN_OR_RETURN(grant->retiring, Decode(message.retiring()));
  }
  std::optional<GrantOperations> operations = GrantOperations::FromBits(message.operations());
  if (!operations || operations->empty()) return Corrupt("unknown operations");
  if (message.issuing_account() >= kAccountNumbers) return Corrupt("no such account");
  grant->terms.operations = *operations;
  if (message.has_equals()) grant->terms.constraints.equals = Decode(message.equals());
  if (message.has_subset()) grant->terms.constraints.subset = Decode(message.subset());
  grant->terms.constraints.source_arn = message.source_arn();
  grant->name = message.name();
  grant->issuing_account = AccountId::FromNumber(message.issuing_account());
  grant->created = {message.created()};
  return {};
}

std::string EncodeGranteeHead(const keys::GranteeHead& head) {
  GranteeHead message;
  message.set_count(head.count);
  message.set_hash(std::string(AsText(head.hash.ToBytes())));
  return message.SerializeAsString();
}

Result<keys::GranteeHead> DecodeGranteeHead(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(GranteeHead message, Parse<GranteeHead>(text));
  ByteArray<32> hash;
  if (message.hash().size() != hash.size()) return Corrupt("wrong length");
  std::ranges::copy(AsBytes(message.hash()), hash.begin());
  return keys::GranteeHead{.count = message.count(), .hash = crypto::MultisetHash(hash)};
}

std::string EncodeGrantCount(uint64_t count) {
  GrantCount message;
  message.set_count(count);
  return message.SerializeAsString();
}

Result<uint64_t> DecodeGrantCount(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(GrantCount message, Parse<GrantCount>(text));
  return message.count();
}

std::string EncodeGrantName(const GrantId& id) {
  GrantName message;
  message.set_grant_id(std::string(AsText(id.random)).append(AsText(id.grantee)));
  return message.SerializeAsString();
}

Result<GrantId> DecodeGrantName(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(GrantName message, Parse<GrantName>(text));
  std::optional<GrantId> id = GrantId::Parse(HexEncode(AsBytes(message.grant_id())));
  if (!id) return Corrupt("wrong length");
  return *id;
}

Result<std::shared_ptr<const keys::Grant>> OpenGrant(const seal::KeyHierarchy& hierarchy, const store::Record& record) {
  std::optional<GrantRecordPath> path = ParseGrantRecordPath(record.key);
  if (!path || path->kind != GrantRecordKind::kGrant) return Corrupt("it is in a wrong place");
  KAGIMORI_ASSIGN_OR_RETURN(seal::OpenedRecord opened,
                            seal::OpenRecord(hierarchy, record.key, path->key.account, record.value));
  auto grant = std::make_shared<keys::Grant>(keys::Grant{.key = path->key, .id = path->id, .grantee = {}});
  KAGIMORI_RETURN_IF_ERROR(DecodeGrant(opened.message, grant.get()));
  grant->revision = record.revision;
  return std::shared_ptr<const keys::Grant>(std::move(grant));
}

}  // namespace kagimori::keys::records
