#include "identity/account_records.h"

#include <algorithm>
#include <utility>

#include "identity/records.pb.h"
#include "identity/stored_policy.h"
#include "seal/path.h"

namespace kagimori::identity {
namespace {

using seal::Path;
using seal::RecordType;

constexpr std::string_view kTagLabel = "kagimori/iam-head/1";  // no path's length begins like this: see seal::LedgerTag

std::unexpected<Error> Malformed() { return Fail(ErrorKind::kCorrupt, "the record of an entity is malformed"); }

records::IamEntity EncodeBase(const Entity& entity) {
  records::IamEntity message;
  message.set_id(entity.id);
  message.set_path(entity.path);
  message.set_name(entity.name);
  message.set_created_millis(entity.created.millis);
  for (const Tag& tag : entity.tags) {
    records::Tag* added = message.add_tags();
    added->set_key(tag.key);
    added->set_value(tag.value);
  }
  return message;
}

records::IamEntity EncodeHolder(const PolicyHolder& holder) {
  records::IamEntity message = EncodeBase(holder);
  for (const InlinePolicy& policy : holder.inline_policies) {
    records::InlinePolicy* added = message.add_inline_policies();
    added->set_name(policy.name);
    added->set_document(policy.policy.document);
  }
  for (const std::string& arn : holder.attached) message.add_attached_arns(arn);
  return message;
}

void DecodeBase(const records::IamEntity& message, uint64_t version, Entity* entity) {
  entity->id = message.id();
  entity->path = message.path();
  entity->name = message.name();
  entity->created = {message.created_millis()};
  entity->version = version;
  for (const records::Tag& tag : message.tags()) entity->tags.push_back({tag.key(), tag.value()});
}

void DecodeHolder(const records::IamEntity& message, uint64_t version, PolicyHolder* holder) {
  DecodeBase(message, version, holder);
  for (const records::InlinePolicy& policy : message.inline_policies()) {
    holder->inline_policies.push_back({policy.name(), StoredIdentityPolicy(policy.document())});
  }
  holder->attached.assign(message.attached_arns().begin(), message.attached_arns().end());
}

std::optional<std::string> Boundary(const records::IamEntity& message) {
  if (message.boundary_arn().empty()) return std::nullopt;
  return message.boundary_arn();
}

template <class T>
Result<> Add(T entity, EntityIndex<T>* index) {
  auto shared = std::make_shared<const T>(std::move(entity));
  const bool by_name = index->by_name.emplace(FoldName(shared->name), shared).second;
  const bool by_id = index->by_id.emplace(shared->id, shared).second;
  if (!by_name || !by_id) return Fail(ErrorKind::kCorrupt, "two entities of one name");
  return {};
}

Result<> DecodeUser(const records::IamEntity& message, uint64_t version, AccountSnapshot::Parts* parts) {
  User user;
  DecodeHolder(message, version, &user);
  user.boundary = Boundary(message);
  user.groups.assign(message.user().group_ids().begin(), message.user().group_ids().end());
  for (const records::UserAccessKey& key : message.user().access_keys()) {
    user.access_keys.push_back({key.id(), key.active(), {key.created_millis()}, key.version()});
  }
  return Add(std::move(user), &parts->users);
}

Result<> DecodeRole(const records::IamEntity& message, uint64_t version, AccountSnapshot::Parts* parts) {
  Role role;
  DecodeHolder(message, version, &role);
  role.boundary = Boundary(message);
  role.description = message.role().description();
  role.max_session_seconds = message.role().max_session_seconds();
  for (const records::TrustBinding& binding : message.role().trust_bindings()) {
    role.trust_bindings.emplace(binding.arn(), binding.id());
  }
  role.trust = StoredTrustPolicy(message.role().trust_document(), role.trust_bindings);
  return Add(std::move(role), &parts->roles);
}

Result<> DecodePolicy(const records::IamEntity& message, uint64_t version, AccountSnapshot::Parts* parts) {
  ManagedPolicy policy;
  DecodeBase(message, version, &policy);
  policy.description = message.policy().description();
  policy.updated = {message.policy().updated_millis()};
  for (const records::ManagedPolicyVersion& stored : message.policy().versions()) {
    policy.versions.push_back({stored.number(), {stored.created_millis()}, StoredIdentityPolicy(stored.document())});
  }
  policy.default_version = message.policy().default_version();
  policy.next_version = message.policy().next_version();
  if (policy.Find(policy.default_version) == nullptr) return Malformed();
  return Add(std::move(policy), &parts->policies);
}

Result<> DecodeProvider(const records::IamEntity& message, uint64_t version, AccountSnapshot::Parts* parts) {
  OidcProvider provider;
  DecodeBase(message, version, &provider);
  provider.client_ids.assign(message.provider().client_ids().begin(), message.provider().client_ids().end());
  provider.thumbprints.assign(message.provider().thumbprints().begin(), message.provider().thumbprints().end());
  return Add(std::move(provider), &parts->providers);
}

}  // namespace

std::string IamHeadPath(AccountId account) { return Path(RecordType::kIamHead).Account(account).text(); }

std::string EntityPrefix(AccountId account) { return Path(RecordType::kIamEntity).Account(account).text(); }

std::string EntityPath(AccountId account, EntityKind kind, std::string_view id) {
  return Path(RecordType::kIamEntity).Account(account).Number<1>(static_cast<uint8_t>(kind)).Raw(AsBytes(id)).text();
}

std::optional<EntityPlace> ParseEntityPath(AccountId account, std::string_view path) {
  const std::string prefix = EntityPrefix(account);
  if (!path.starts_with(prefix) || path.size() != prefix.size() + 1 + kUniqueIdSize) return std::nullopt;
  const auto kind = static_cast<uint8_t>(path[prefix.size()]);
  if (kind < static_cast<uint8_t>(EntityKind::kUser) || kind > static_cast<uint8_t>(EntityKind::kOidcProvider)) {
    return std::nullopt;
  }
  return EntityPlace{.kind = static_cast<EntityKind>(kind), .id = std::string(path.substr(prefix.size() + 1))};
}

crypto::Sha256Digest EntityTag(const seal::KeyHierarchy& hierarchy, AccountId account, std::string_view path,
                               uint64_t version) {
  Bytes number;
  AppendBe64(version, &number);
  return hierarchy.KeyForNaming(seal::Purpose::kLedger, account)->Sign({AsBytes(kTagLabel), AsBytes(path), number});
}

std::string EncodeHead(const AccountSnapshot::Head& head) {
  records::IamHead message;
  const ByteArray<32> hash = head.hash.ToBytes();
  message.set_hash(std::string(AsText(hash)));
  message.set_count(head.count);
  return message.SerializeAsString();
}

Result<AccountSnapshot::Head> DecodeHead(std::string_view text) {
  records::IamHead message;
  ByteArray<32> hash;
  if (!message.ParseFromArray(text.data(), static_cast<int>(text.size())) || message.hash().size() != hash.size()) {
    return Fail(ErrorKind::kCorrupt, "the head of an account's IAM is malformed");
  }
  std::ranges::copy(AsBytes(message.hash()), hash.begin());
  AccountSnapshot::Head head;
  head.hash = crypto::MultisetHash(hash);
  head.count = message.count();
  return head;
}

std::string EncodeEntity(const User& user) {
  records::IamEntity message = EncodeHolder(user);
  if (user.boundary) message.set_boundary_arn(*user.boundary);
  records::User* stored = message.mutable_user();
  for (const std::string& group : user.groups) stored->add_group_ids(group);
  for (const UserAccessKey& key : user.access_keys) {
    records::UserAccessKey* added = stored->add_access_keys();
    added->set_id(key.id);
    added->set_active(key.active);
    added->set_created_millis(key.created.millis);
    added->set_version(key.version);
  }
  return message.SerializeAsString();
}

std::string EncodeEntity(const Group& group) { return EncodeHolder(group).SerializeAsString(); }

std::string EncodeEntity(const Role& role) {
  records::IamEntity message = EncodeHolder(role);
  if (role.boundary) message.set_boundary_arn(*role.boundary);
  records::Role* stored = message.mutable_role();
  stored->set_description(role.description);
  stored->set_max_session_seconds(role.max_session_seconds);
  stored->set_trust_document(role.trust.document);
  for (const auto& [arn, id] : role.trust_bindings) {
    records::TrustBinding* added = stored->add_trust_bindings();
    added->set_arn(arn);
    added->set_id(id);
  }
  return message.SerializeAsString();
}

std::string EncodeEntity(const ManagedPolicy& policy) {
  records::IamEntity message = EncodeBase(policy);
  records::ManagedPolicy* stored = message.mutable_policy();
  stored->set_description(policy.description);
  stored->set_updated_millis(policy.updated.millis);
  for (const ManagedPolicyVersion& version : policy.versions) {
    records::ManagedPolicyVersion* added = stored->add_versions();
    added->set_number(version.number);
    added->set_created_millis(version.created.millis);
    added->set_document(version.policy.document);
  }
  stored->set_default_version(policy.default_version);
  stored->set_next_version(policy.next_version);
  return message.SerializeAsString();
}

std::string EncodeEntity(const OidcProvider& provider) {
  records::IamEntity message = EncodeBase(provider);
  records::OidcProvider* stored = message.mutable_provider();
  for (const std::string& id : provider.client_ids) stored->add_client_ids(id);
  for (const std::string& thumbprint : provider.thumbprints) stored->add_thumbprints(thumbprint);
  return message.SerializeAsString();
}

Result<> DecodeEntity(const EntityPlace& place, std::string_view text, uint64_t version,
                      AccountSnapshot::Parts* parts) {
  records::IamEntity message;
  if (!message.ParseFromArray(text.data(), static_cast<int>(text.size())) || message.id() != place.id) {
    return Malformed();
  }
  using Kind = records::IamEntity::KindCase;
  const Kind kind = message.kind_case();
  switch (place.kind) {
    case EntityKind::kUser:
      return kind == Kind::kUser ? DecodeUser(message, version, parts) : Malformed();
    case EntityKind::kGroup: {
      if (kind != Kind::KIND_NOT_SET) return Malformed();
      Group group;
      DecodeHolder(message, version, &group);
      return Add(std::move(group), &parts->groups);
    }
    case EntityKind::kRole:
      return kind == Kind::kRole ? DecodeRole(message, version, parts) : Malformed();
    case EntityKind::kPolicy:
      return kind == Kind::kPolicy ? DecodePolicy(message, version, parts) : Malformed();
    case EntityKind::kOidcProvider:
      return kind == Kind::kProvider ? DecodeProvider(message, version, parts) : Malformed();
  }
  return Malformed();
}

}  // namespace kagimori::identity
