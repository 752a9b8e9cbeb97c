#include "parameters/records.h"

#include <algorithm>

#include "parameters/records.pb.h"

namespace kagimori::parameters::records {
namespace {

template <class Message>
Result<Message> Parse(std::string_view text) {
  Message message;
  if (!message.ParseFromArray(text.data(), static_cast<int>(text.size())))
    return Fail(ErrorKind::kCorrupt, "the record of a parameter is malformed");
  return message;
}

Result<ParameterId> ReadId(const std::string& bytes) {
  ParameterId id;
  if (bytes.size() != id.size()) return Fail(ErrorKind::kCorrupt, "the id of a parameter has another length");
  std::ranges::copy(AsBytes(bytes), id.begin());
  return id;
}

std::string Text(ByteView bytes) { return std::string(AsText(bytes)); }
Bytes ToBytes(const std::string& text) { return Bytes(AsBytes(text).begin(), AsBytes(text).end()); }

void Write(const ParameterId& id, const Version& version, messages::Version* message) {
  message->set_parameter_id(Text(id));
  message->set_number(version.number);
  message->set_type(static_cast<uint32_t>(version.type));
  message->set_tier(static_cast<uint32_t>(version.tier));
  message->set_data_type(version.data_type);
  message->set_description(version.description);
  message->set_allowed_pattern(version.allowed_pattern);
  message->set_policies(version.policies);
  message->set_key_id(version.key_id);
  message->set_modified(version.modified.millis);
  message->set_modified_by(version.modified_by);
  message->set_wrapped(Text(version.wrapped));
  message->set_ciphertext(Text(version.ciphertext));
}

Result<Version> Read(const messages::Version& message) {
  if (message.type() < 1 || message.type() > 3 || message.tier() < 1 || message.tier() > 2 || message.number() == 0)
    return Fail(ErrorKind::kCorrupt, "the record of a parameter's version is malformed");
  return Version{.number = message.number(),
                 .type = static_cast<Type>(message.type()),
                 .tier = static_cast<Tier>(message.tier()),
                 .data_type = message.data_type(),
                 .description = message.description(),
                 .allowed_pattern = message.allowed_pattern(),
                 .policies = message.policies(),
                 .key_id = message.key_id(),
                 .modified = {message.modified()},
                 .modified_by = message.modified_by(),
                 .wrapped = ToBytes(message.wrapped()),
                 .ciphertext = ToBytes(message.ciphertext())};
}

}  // namespace

std::string EncodeHead(const Parameter& parameter) {
  messages::Head head;
  head.set_name(parameter.name.name);
  Write(parameter.id, parameter.current, head.mutable_current());
  head.set_oldest(parameter.oldest);
  head.set_created(parameter.created.millis);
  head.set_expires(parameter.expires ? parameter.expires->millis : 0);
  head.set_labels(parameter.labels_version);
  head.set_tags(parameter.tags_version);
  return head.SerializeAsString();
}

Result<> DecodeHead(std::string_view text, Parameter* parameter) {
  KAGIMORI_ASSIGN_OR_RETURN(messages::Head head, Parse<messages::Head>(text));
  KAGIMORI_ASSIGN_OR_RETURN(parameter->id, ReadId(head.current().parameter_id()));
  KAGIMORI_ASSIGN_OR_RETURN(parameter->current, Read(head.current()));
  if (head.oldest() == 0 || head.oldest() > head.current().number())
    return Fail(ErrorKind::kCorrupt, "the head of a parameter names versions that cannot be");
  parameter->name.name = head.name();
  parameter->oldest = head.oldest();
  parameter->created = {head.created()};
  if (head.expires() != 0) parameter->expires = Timestamp{head.expires()};
  parameter->labels_version = head.labels();
  parameter->tags_version = head.tags();
  return {};
}

std::string EncodeVersion(const ParameterId& id, const Version& version) {
  messages::Version message;
  Write(id, version, &message);
  return message.SerializeAsString();
}

Result<Version> DecodeVersion(std::string_view text, const ParameterId& id) {
  KAGIMORI_ASSIGN_OR_RETURN(messages::Version message, Parse<messages::Version>(text));
  KAGIMORI_ASSIGN_OR_RETURN(ParameterId of, ReadId(message.parameter_id()));
  if (of != id) return Fail(ErrorKind::kCorrupt, "the version is another parameter's");
  return Read(message);
}

std::string EncodeLabels(const Labels& labels) {
  messages::Labels message;
  for (const auto& [label, version] : labels) {
    messages::Label* entry = message.add_labels();
    entry->set_label(label);
    entry->set_version(version);
  }
  return message.SerializeAsString();
}

Result<Labels> DecodeLabels(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(messages::Labels message, Parse<messages::Labels>(text));
  Labels labels;
  for (const messages::Label& entry : message.labels()) labels.emplace(entry.label(), entry.version());
  return labels;
}

std::string EncodeTags(const std::vector<Tag>& tags) {
  messages::Tags message;
  for (const Tag& tag : tags) {
    messages::Tag* entry = message.add_tags();
    entry->set_key(tag.key);
    entry->set_value(tag.value);
  }
  return message.SerializeAsString();
}

Result<std::vector<Tag>> DecodeTags(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(messages::Tags message, Parse<messages::Tags>(text));
  std::vector<Tag> tags;
  for (const messages::Tag& entry : message.tags()) tags.push_back({.key = entry.key(), .value = entry.value()});
  return tags;
}

std::string EncodeCounts(const Counts& counts) {
  messages::Counts message;
  message.set_standard(counts.standard);
  message.set_advanced(counts.advanced);
  return message.SerializeAsString();
}

Result<Counts> DecodeCounts(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(messages::Counts message, Parse<messages::Counts>(text));
  return Counts{.standard = message.standard(), .advanced = message.advanced()};
}

std::string EncodeGone(const Gone& gone) {
  messages::Gone message;
  message.set_name(gone.name);
  message.set_parameter_id(Text(gone.id));
  return message.SerializeAsString();
}

Result<Gone> DecodeGone(std::string_view text) {
  KAGIMORI_ASSIGN_OR_RETURN(messages::Gone message, Parse<messages::Gone>(text));
  KAGIMORI_ASSIGN_OR_RETURN(ParameterId id, ReadId(message.parameter_id()));
  return Gone{.name = message.name(), .id = id};
}

}  // namespace kagimori::parameters::records
