#include "app/toml_config.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "app/option_parser.h"

namespace kagimori::app {
namespace {

constexpr size_t kMaxConfigSize = 1 << 20;

std::string ReadAll(std::istream& input) {
  std::string text(kMaxConfigSize + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(input.gcount()));
  if (input.bad()) throw CLI::FileError("the configuration file cannot be read", CLI::ExitCodes::FileError);
  if (text.size() > kMaxConfigSize)
    throw CLI::ConfigError("the configuration file is too long", CLI::ExitCodes::ConfigError);
  return text;
}

std::optional<std::string> Text(const toml::node& value) {
  if (auto text = value.value_exact<std::string>()) return text;
  if (auto number = value.value_exact<int64_t>()) return std::to_string(*number);
  if (auto flag = value.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

bool SetInEnvironment(const std::string& key) {
  const char* value = std::getenv(OptionParser::EnvironmentName(key).c_str());
  return value != nullptr && *value != '\0';
}

class TomlConfig : public CLI::Config {
 public:
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return ""; }

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    toml::table table;
    try {
      table = toml::parse(ReadAll(input));
    } catch (const toml::parse_error& error) {
      throw CLI::ConfigError(
          fmt::format("the configuration file, line {}: {}", error.source().begin.line, error.description()),
          CLI::ExitCodes::ConfigError);
    }
    std::vector<CLI::ConfigItem> items;
    for (const auto& [key, value] : table) {
      CLI::ConfigItem item;
      item.name = std::string(key.str());
      auto text = Text(value);
      if (!text) {
        throw CLI::ConfigError(fmt::format("the configuration file, line {}: '{}' is no text, whole number or boolean",
                                           value.source().begin.line, item.name),
                               CLI::ExitCodes::ConfigError);
      }
      if (SetInEnvironment(item.name)) continue;
      item.inputs = {*std::move(text)};
      items.push_back(std::move(item));
    }
    return items;
  }
};

}  // namespace

std::shared_ptr<CLI::Config> MakeTomlConfig() { return std::make_shared<TomlConfig>(); }

}  // namespace kagimori::app
