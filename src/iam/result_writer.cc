#include "iam/result_writer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>
#include <utility>

#include "iam/parameters.h"
#include "wire/query.h"
#include "wire/secret_codec.h"

namespace kagimori::iam {
namespace {

// "Nov 28, 2026 1:02:16 PM", as CloudTrail shows IAM's dates.
std::string AuditDate(Timestamp time) {
  const std::tm utc = fmt::gmtime(static_cast<std::time_t>(time.seconds()));
  const int hour = utc.tm_hour % 12 == 0 ? 12 : utc.tm_hour % 12;
  return fmt::format("{:%b} {}, {:%Y} {}:{:%M:%S} {}", utc, utc.tm_mday, utc, hour, utc,
                     utc.tm_hour < 12 ? "AM" : "PM");
}

}  // namespace

void ResultWriter::Key(std::string_view name) {
  levels_.back().Next(&json_);
  wire::AppendJsonString(LowerCamel(name), &json_);
  json_.push_back(':');
}

void ResultWriter::Text(std::string_view name, std::string_view text) {
  xml_.Element(name, text);
  Key(name);
  wire::AppendJsonString(text, &json_);
}

void ResultWriter::Number(std::string_view name, int64_t value) {
  xml_.Element(name, value);
  Key(name);
  wire::AppendJsonInteger(value, &json_);
}

void ResultWriter::Boolean(std::string_view name, bool value) {
  xml_.Element(name, value);
  Key(name);
  wire::AppendJsonBoolean(value, &json_);
}

void ResultWriter::Date(std::string_view name, Timestamp time) {
  xml_.Element(name, FormatIso(time));
  Key(name);
  wire::AppendJsonString(AuditDate(time), &json_);
}

void ResultWriter::Document(std::string_view name, std::string_view document) {
  std::string encoded;
  wire::AppendPercentEncoded(document, wire::Slash::kEncode, &encoded);
  Text(name, encoded);
}

void ResultWriter::SecretBase64(std::string_view name, const secret::SecretBytes& bytes) {
  xml_.Open(name);
  wire::SecretCodec::AppendBase64(bytes, xml_.out());
  xml_.Close(name);
}

void ResultWriter::Open(std::string_view name) {
  xml_.Open(name);
  Key(name);
  json_.push_back('{');
  levels_.emplace_back();
}

void ResultWriter::Close(std::string_view name) {
  xml_.Close(name);
  json_.push_back('}');
  levels_.pop_back();
}

void ResultWriter::OpenList(std::string_view name) {
  xml_.Open(name);
  Key(name);
  json_.push_back('[');
  levels_.emplace_back();
}

void ResultWriter::CloseList(std::string_view name) {
  xml_.Close(name);
  json_.push_back(']');
  levels_.pop_back();
}

void ResultWriter::OpenMember() {
  xml_.Open("member");
  levels_.back().Next(&json_);
  json_.push_back('{');
  levels_.emplace_back();
}

void ResultWriter::CloseMember() {
  xml_.Close("member");
  json_.push_back('}');
  levels_.pop_back();
}

void ResultWriter::MemberText(std::string_view text) {
  xml_.Element("member", text);
  levels_.back().Next(&json_);
  wire::AppendJsonString(text, &json_);
}

void ResultWriter::Entry(std::string_view key, int64_t value) {
  xml_.Open("entry");
  xml_.Element("key", key);
  xml_.Element("value", value);
  xml_.Close("entry");
  levels_.back().Next(&json_);
  json_ += fmt::format("{{\"{}\":{}}}", key, value);
}

std::string ResultWriter::TakeJson() { return json_.empty() ? std::string() : "{" + std::exchange(json_, {}) + "}"; }

}  // namespace kagimori::iam
