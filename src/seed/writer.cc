#include "seed/writer.h"

#include <fmt/format.h>

#include "keys/grant.h"

namespace kagimori::seed {
namespace {

// A basic string of TOML.
std::string Quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        } else {
          out.push_back(c);
        }
    }
  }
  return out + "\"";
}

std::string Time(Timestamp time) {
  std::string text = FormatIso(time);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, time.millis % 1000);
}

// Appends `name = value` lines.
class Table {
 public:
  explicit Table(std::string_view head) : text_(head) {}
  void Raw(std::string_view name, std::string_view value) { text_ += fmt::format("{} = {}\n", name, value); }
  void Text(std::string_view name, std::string_view value) { Raw(name, Quoted(value)); }
  void TextIfAny(std::string_view name, const std::optional<std::string>& value) {
    if (value) Text(name, *value);
  }
  void Flag(std::string_view name, bool value) { Raw(name, value ? "true" : "false"); }
  void At(std::string_view name, const std::optional<Timestamp>& time) {
    if (time) Raw(name, Time(*time));
  }
  template <class Pairs, class NameOf, class ValueOf>
  void Map(std::string_view name, const Pairs& pairs, NameOf name_of, ValueOf value_of) {
    std::string value = "{";
    for (const auto& pair : pairs) {
      value += fmt::format("{}{} = {}", value.size() == 1 ? " " : ", ", Quoted(name_of(pair)), Quoted(value_of(pair)));
    }
    Raw(name, value + (value.size() == 1 ? "}" : " }"));
  }
  template <class Texts, class TextOf>
  void List(std::string_view name, const Texts& list, TextOf text_of) {
    std::string value = "[";
    for (const auto& one : list) value += fmt::format("{}{}", value.size() == 1 ? "" : ", ", Quoted(text_of(one)));
    Raw(name, value + "]");
  }
  std::string Take() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string WriteMaterial(const DeclaredMaterial& material) {
  Table table("\n[[key.material]]\n");
  if (material.id) table.Text("id", HexEncode(*material.id));
  if (material.form == DeclaredMaterial::Form::kSealed) table.Text("sealed", Base64Encode(material.sealed));
  table.At("created", material.created);
  if (material.rotation != keys::RotationKind::kNone)
    table.Text("rotation", material.rotation == keys::RotationKind::kAutomatic ? "AUTOMATIC" : "ON_DEMAND");
  table.At("rotated", material.rotated);
  table.At("valid_to", material.valid_to);
  if (material.staged) table.Flag("staged", true);
  if (!material.description.empty()) table.Text("description", material.description);
  if (!material.public_key.empty()) table.Text("public_key", Base64Encode(material.public_key));
  return std::move(table).Take();
}

std::string WriteGrant(const DeclaredGrant& grant) {
  const shapes::CreateGrantRequest& request = grant.request;
  const auto first = [](const auto& pair) -> std::string_view { return pair.first; };
  const auto second = [](const auto& pair) -> std::string_view { return pair.second; };
  Table table("\n[[key.grant]]\n");
  table.TextIfAny("name", request.name);
  table.TextIfAny("grantee", request.grantee_principal ? request.grantee_principal : request.grantee_service_principal);
  table.TextIfAny("retiring_principal",
                  request.retiring_principal ? request.retiring_principal : request.retiring_service_principal);
  table.List("operations", request.operations, [](keys::GrantOperation operation) { return shapes::Name(operation); });
  if (request.constraints) {
    const shapes::GrantConstraints& constraints = *request.constraints;
    if (constraints.encryption_context_equals)
      table.Map("encryption_context_equals", *constraints.encryption_context_equals, first, second);
    if (constraints.encryption_context_subset)
      table.Map("encryption_context_subset", *constraints.encryption_context_subset, first, second);
    table.TextIfAny("source_arn", constraints.source_arn);
  }
  table.At("created", grant.created);
  return std::move(table).Take();
}

}  // namespace

std::string WriteHead(const seal::WrappingKeyId& wrapping_key) {
  return fmt::format(
      "# Keys of a Kagimori deployment, their material sealed under a wrapping key. `kagimori apply` brings them into\n"
      "# another deployment. What stands beside sealed material is bound to it: altered, the material does not open.\n"
      "wrapping_key = \"{}\"\n",
      HexEncode(wrapping_key));
}

std::string WriteKey(const DeclaredKey& key) {
  Table table("\n[[key]]\n");
  table.Text("id", key.name.id.ToString());
  table.Text("account", key.name.account.ToString());
  table.Text("region", key.name.region.name());
  if (key.spec) table.Text("spec", Name(*key.spec));
  if (key.usage) table.Text("usage", Name(*key.usage));
  if (key.origin) table.Text("origin", Name(*key.origin));
  table.At("created", key.created);
  table.TextIfAny("description", key.description);
  if (key.enabled) table.Flag("enabled", *key.enabled);
  if (key.rotation_period_days) table.Raw("rotation_period_days", std::to_string(*key.rotation_period_days));
  table.At("next_rotation", key.next_rotation);
  if (key.on_demand_rotations != 0) table.Raw("on_demand_rotations", std::to_string(key.on_demand_rotations));
  table.List("aliases", key.aliases, [](const std::string& alias) -> std::string_view { return alias; });
  table.Map(
      "tags", key.tags, [](const shapes::Tag& tag) -> std::string_view { return tag.tag_key; },
      [](const shapes::Tag& tag) -> std::string_view { return tag.tag_value; });
  table.TextIfAny("policy", key.policy);
  if (key.bypass_lockout_check) table.Flag("bypass_policy_lockout_safety_check", true);
  std::string text = std::move(table).Take();
  for (const DeclaredMaterial& material : key.materials) text += WriteMaterial(material);
  for (const DeclaredGrant& grant : key.grants) text += WriteGrant(grant);
  return text;
}

std::string WriteComment(std::string_view text) {
  std::string out = "# ";
  for (const char c : text) out.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
  return out + "\n";
}

}  // namespace kagimori::seed
