#include "keys/records.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "keys/records.pb.h"

namespace kagimori::keys::records {
namespace {

Error Corrupt(std::string_view what) {
  return {ErrorKind::kCorrupt, std::string("a stored record does not decode: ") + std::string(what),
          std::source_location::current()};
}

// The numbers that stand for API values on disk. The index is the number: append only; 0 is never used.
constexpr std::array kSpecs = {KeySpec::kSymmetricDefault,
                               KeySpec::kSymmetricDefault,
                               KeySpec::kRsa2048,
                               KeySpec::kRsa3072,
                               KeySpec::kRsa4096,
                               KeySpec::kEccNistP256,
                               KeySpec::kEccNistP384,
                               KeySpec::kEccNistP521,
                               KeySpec::kEccSecgP256K1,
                               KeySpec::kEccNistEdwards25519,
                               KeySpec::kHmac224,
                               KeySpec::kHmac256,
                               KeySpec::kHmac384,
                               KeySpec::kHmac512,
                               KeySpec::kSm2,
                               KeySpec::kMlDsa44,
                               KeySpec::kMlDsa65,
                               KeySpec::kMlDsa87,
                               KeySpec::kMlKem512,
                               KeySpec::kMlKem768,
                               KeySpec::kMlKem1024};
constexpr std::array kUsages = {KeyUsageType::kEncryptDecrypt, KeyUsageType::kEncryptDecrypt,
                                KeyUsageType::kSignVerify,     KeyUsageType::kGenerateVerifyMac,
                                KeyUsageType::kKeyAgreement,   KeyUsageType::kEncapsulateDecapsulate};
constexpr std::array kOrigins = {OriginType::kAwsKms, OriginType::kAwsKms, OriginType::kExternal};
constexpr std::array kManagers = {KeyManagerType::kCustomer, KeyManagerType::kCustomer, KeyManagerType::kAws};
constexpr std::array kStates = {KeyState::kEnabled, KeyState::kEnabled, KeyState::kDisabled, KeyState::kPendingDeletion,
                                KeyState::kPendingImport};

template <class T, size_t N>
uint32_t ToNumber(const std::array<T, N>& table, T value) {
  auto found = std::find(table.begin() + 1, table.end(), value);
  if (found == table.end()) std::abort();  // a value that no stored number stands for: writing it would lose the key
  return static_cast<uint32_t>(found - table.begin());
}

template <class T, size_t N>
Result<T> FromNumber(const std::array<T, N>& table, uint32_t number) {
  if (number == 0 || number >= N) return std::unexpected(Corrupt("unknown number"));
  return table[number];
}

template <class Message>
Result<Message> Parse(std::string_view text) {
  Message message;
  if (!message.ParseFromArray(text.data(), static_cast<int>(text.size())))
    return std::unexpected(Corrupt("not the message"));
  return message;
}

template <size_t N>
Result<ByteArray<N>> FixedBytes(std::string_view text) {
  if (text.size() != N) return std::unexpected(Corrupt("wrong length"));
  ByteArray<N> bytes;
  std::ranges::copy(AsBytes(text), bytes.begin());
  return bytes;
}

Result<KeyId> DecodeKeyId(uint32_t kind, std::string_view bytes) {
  if (kind != 1 && kind != 2) return std::unexpected(Corrupt("unknown kind of key id"));
  KeyId id{.kind = static_cast<KeyId::Kind>(kind), .bytes = {}};
  KAGIMORI_ASSIGN_OR_RETURN(id.bytes, FixedBytes<16>(bytes));
  return id;
}

void EncodeMaterialEntry(const MaterialEntry& material, MaterialRef* reference) {
  reference->set_id(std::string(AsText(material.id)));
  reference->set_version(material.version);
  reference->set_rotation(static_cast<uint32_t>(material.rotation));
  reference->set_rotated(material.rotated.millis);
  reference->set_valid_to(material.valid_to ? material.valid_to->millis : 0);
  reference->set_expired_uptime(material.expired_uptime);
}

Result<MaterialEntry> DecodeMaterialEntry(const MaterialRef& reference) {
  MaterialEntry material;
  KAGIMORI_ASSIGN_OR_RETURN(material.id, FixedBytes<32>(reference.id()));
  material.version = reference.version();
  if (reference.rotation() > static_cast<uint32_t>(RotationKind::kOnDemand))
    return std::unexpected(Corrupt("unknown kind of rotation"));
  material.rotation = static_cast<RotationKind>(reference.rotation());
  material.rotated = {reference.rotated()};
  if (reference.valid_to() != 0) material.valid_to = Timestamp{reference.valid_to()};
  material.expired_uptime = reference.expired_uptime();
  return material;
}

void EncodeRotation(const keys::Rotation& rotation, Rotation* message) {
  message->set_period_days(rotation.period_days);
  message->set_next(rotation.next.millis);
  message->set_on_demand_count(rotation.on_demand_count);
  message->set_on_demand_started(rotation.on_demand_started ? rotation.on_demand_started->millis : 0);
}

keys::Rotation DecodeRotation(const Rotation& message) {
  keys::Rotation rotation{
      .period_days = message.period_days(), .next = {message.next()}, .on_demand_count = message.on_demand_count()};
  if (message.on_demand_started() != 0) rotation.on_demand_started = Timestamp{message.on_demand_started()};
  return rotation;
}

}  // namespace

std::string EncodeHead(const Key& key) {
  KeyHead head;
  head.set_spec(ToNumber(kSpecs, key.spec));
  head.set_usage(ToNumber(kUsages, key.usage));
  head.set_origin(ToNumber(kOrigins, key.origin));
  head.set_manager(ToNumber(kManagers, key.manager));
  head.set_state(ToNumber(kStates, key.stored_state));
  head.set_created(key.created.millis);
  head.set_deletion_due(key.deletion_due ? key.deletion_due->millis : 0);
  head.set_pending_window_days(key.pending_window_days);
  head.set_due_seen_uptime(key.due_seen_uptime);
  head.mutable_parts()->set_description(key.parts.description);
  head.mutable_parts()->set_policy(key.parts.policy);
  head.mutable_parts()->set_tags(key.parts.tags);
  head.mutable_parts()->set_aliases(key.parts.aliases);
  head.mutable_parts()->set_notes(key.parts.notes);
  for (const MaterialEntry& material : key.materials) EncodeMaterialEntry(material, head.add_materials());
  if (key.staged) EncodeMaterialEntry(*key.staged, head.mutable_staged());
  EncodeRotation(key.rotation, head.mutable_rotation());
  return head.SerializeAsString();
}

Result<> DecodeHead(std::string_view message, Key* key) {
  KAGIMORI_ASSIGN_OR_RETURN(KeyHead head, Parse<KeyHead>(message));
  KAGIMORI_ASSIGN_OR_RETURN(key->spec, FromNumber(kSpecs, head.spec()));
  KAGIMORI_ASSIGN_OR_RETURN(key->usage, FromNumber(kUsages, head.usage()));
  KAGIMORI_ASSIGN_OR_RETURN(key->origin, FromNumber(kOrigins, head.origin()));
  KAGIMORI_ASSIGN_OR_RETURN(key->manager, FromNumber(kManagers, head.manager()));
  KAGIMORI_ASSIGN_OR_RETURN(key->stored_state, FromNumber(kStates, head.state()));
  key->created = {head.created()};
  if (head.deletion_due() != 0) key->deletion_due = Timestamp{head.deletion_due()};
  key->pending_window_days = head.pending_window_days();
  key->due_seen_uptime = head.due_seen_uptime();
  key->parts = {.description = head.parts().description(),
                .policy = head.parts().policy(),
                .tags = head.parts().tags(),
                .aliases = head.parts().aliases(),
                .notes = head.parts().notes()};
  key->materials.reserve(static_cast<size_t>(head.materials_size()));
  for (const MaterialRef& reference : head.materials()) {
    KAGIMORI_ASSIGN_OR_RETURN(MaterialEntry material, DecodeMaterialEntry(reference));
    key->materials.push_back(std::move(material));
  }
  if (head.has_staged()) {
    KAGIMORI_ASSIGN_OR_RETURN(key->staged, DecodeMaterialEntry(head.staged()));
  }
  key->rotation = DecodeRotation(head.rotation());
  return {};
}

std::string EncodeText(std::string_view text) {
  Text message;
  message.set_text(std::string(text));
  return message.SerializeAsString();
}

Result<std::string> DecodeText(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(Text text, Parse<Text>(message));
  return std::move(*text.mutable_text());
}

std::string EncodePolicy(std::string_view text, const policy::PrincipalBindings& bindings) {
  KeyPolicy message;
  message.set_text(std::string(text));
  for (const auto& [arn, unique_id] : bindings) {
    KeyPolicy::Binding* added = message.add_bindings();
    added->set_arn(arn);
    added->set_unique_id(unique_id);
  }
  return message.SerializeAsString();
}

Result<StoredPolicy> DecodePolicy(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(KeyPolicy policy, Parse<KeyPolicy>(message));
  StoredPolicy stored;
  stored.text = std::move(*policy.mutable_text());
  for (const KeyPolicy::Binding& binding : policy.bindings()) stored.bindings[binding.arn()] = binding.unique_id();
  return stored;
}

std::string EncodeTags(const std::vector<keys::Tag>& tags) {
  Tags message;
  for (const keys::Tag& tag : tags) {
    Tag* added = message.add_tags();
    added->set_key(tag.key);
    added->set_value(tag.value);
  }
  return message.SerializeAsString();
}

Result<std::vector<keys::Tag>> DecodeTags(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(Tags tags, Parse<Tags>(message));
  std::vector<keys::Tag> out;
  for (const Tag& tag : tags.tags()) out.push_back({tag.key(), tag.value()});
  return out;
}

std::string EncodeAliasNames(const std::vector<std::string>& names) {
  AliasNames message;
  for (const std::string& name : names) message.add_names(name);
  return message.SerializeAsString();
}

Result<std::vector<std::string>> DecodeAliasNames(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(AliasNames names, Parse<AliasNames>(message));
  return std::vector<std::string>(names.names().begin(), names.names().end());
}

std::string EncodeNotes(const std::vector<MaterialNote>& notes) {
  MaterialNotes message;
  for (const MaterialNote& note : notes) {
    MaterialNotes::Note* added = message.add_notes();
    added->set_id(std::string(AsText(note.id)));
    added->set_description(note.description);
    added->set_public_key(std::string(AsText(note.public_key)));
  }
  return message.SerializeAsString();
}

Result<std::vector<MaterialNote>> DecodeNotes(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(MaterialNotes decoded, Parse<MaterialNotes>(message));
  std::vector<MaterialNote> notes;
  for (const MaterialNotes::Note& from : decoded.notes()) {
    MaterialNote note;
    KAGIMORI_ASSIGN_OR_RETURN(note.id, FixedBytes<32>(from.id()));
    note.description = from.description();
    note.public_key.assign(AsBytes(from.public_key()).begin(), AsBytes(from.public_key()).end());
    notes.push_back(std::move(note));
  }
  return notes;
}

std::string EncodeMaterial(const MaterialRecord& material) {
  Material message;
  message.set_wrapped(std::string(AsText(material.wrapped)));
  message.set_created(material.created.millis);
  return message.SerializeAsString();
}

Result<MaterialRecord> DecodeMaterial(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(Material material, Parse<Material>(message));
  ByteView wrapped = AsBytes(material.wrapped());
  return MaterialRecord{.wrapped = Bytes(wrapped.begin(), wrapped.end()), .created = {material.created()}};
}

std::string EncodeAlias(const keys::Alias& alias) {
  Alias message;
  message.set_name(alias.name.name);
  message.set_key_kind(static_cast<uint32_t>(alias.target.kind));
  message.set_key_id(std::string(AsText(alias.target.bytes)));
  message.set_created(alias.created.millis);
  message.set_updated(alias.updated.millis);
  return message.SerializeAsString();
}

Result<> DecodeAlias(std::string_view message, keys::Alias* alias) {
  KAGIMORI_ASSIGN_OR_RETURN(Alias decoded, Parse<Alias>(message));
  KAGIMORI_ASSIGN_OR_RETURN(alias->target, DecodeKeyId(decoded.key_kind(), decoded.key_id()));
  alias->name.name = decoded.name();
  alias->created = {decoded.created()};
  alias->updated = {decoded.updated()};
  return {};
}

std::string EncodeUsage(const LastUsage& usage) {
  KeyUsage message;
  message.set_operation(std::string(shapes::Describe(usage.operation).name));
  message.set_at(usage.at.millis);
  message.set_event_id(std::string(AsText(usage.event_id)));
  message.set_request_id(std::string(AsText(usage.request_id)));
  return message.SerializeAsString();
}

Result<LastUsage> DecodeUsage(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(KeyUsage stored, Parse<KeyUsage>(message));
  const auto operation =
      std::ranges::find(shapes::kOperations, std::string_view(stored.operation()), &shapes::OperationDescriptor::name);
  if (operation == std::end(shapes::kOperations) || !operation->tracked)
    return std::unexpected(Corrupt("no such use of a key"));
  LastUsage usage{.operation = operation->operation, .at = {stored.at()}};
  if (stored.event_id().size() != usage.event_id.size() || stored.request_id().size() != usage.request_id.size())
    return std::unexpected(Corrupt("an id of the wrong length"));
  std::ranges::copy(AsBytes(stored.event_id()), usage.event_id.begin());
  std::ranges::copy(AsBytes(stored.request_id()), usage.request_id.begin());
  return usage;
}

std::string EncodeDue(const KeyName& name) {
  Due message;
  message.set_account(name.account.number());
  message.set_region(name.region.number());
  message.set_key_kind(static_cast<uint32_t>(name.id.kind));
  message.set_key_id(std::string(AsText(name.id.bytes)));
  return message.SerializeAsString();
}

Result<KeyName> DecodeDue(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(Due due, Parse<Due>(message));
  std::optional<Region> region;
  if (due.region() <= 0xFFFF) region = Region::FromNumber(static_cast<uint16_t>(due.region()));
  if (!region || due.account() >= 1'000'000'000'000) return std::unexpected(Corrupt("no such account or Region"));
  KAGIMORI_ASSIGN_OR_RETURN(KeyId id, DecodeKeyId(due.key_kind(), due.key_id()));
  return KeyName{.account = AccountId::FromNumber(due.account()), .region = *region, .id = id};
}

std::string EncodeOutbox(std::string_view line) {
  OutboxEvent message;
  message.set_line(std::string(line));
  return message.SerializeAsString();
}

Result<std::string> DecodeOutbox(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(OutboxEvent event, Parse<OutboxEvent>(message));
  return std::move(*event.mutable_line());
}

std::string EncodeClock(const ClockState& state) {
  ClockRecord message;
  message.set_high_water(state.high_water.millis);
  message.set_uptime_seconds(state.uptime_seconds);
  message.set_development_offset(state.development_offset_millis);
  return message.SerializeAsString();
}

Result<ClockState> DecodeClock(std::string_view message) {
  KAGIMORI_ASSIGN_OR_RETURN(ClockRecord record, Parse<ClockRecord>(message));
  return ClockState{.high_water = {record.high_water()},
                    .uptime_seconds = record.uptime_seconds(),
                    .development_offset_millis = record.development_offset()};
}

}  // namespace kagimori::keys::records
