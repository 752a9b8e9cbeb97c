#ifndef KAGIMORI_APP_OPTION_PARSER_H_
#define KAGIMORI_APP_OPTION_PARSER_H_

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <utility>

#include "app/options.h"
#include "base/result.h"

namespace kagimori::app {

// CLI11 with the conventions that all our commands share; private to the options' files.
class OptionParser {
 public:
  explicit OptionParser(const std::string& command, const std::string& description) : app_(description, command) {
    app_.allow_config_extras(CLI::config_extras_mode::error);
  }

  CLI::App& app() { return app_; }

  static std::string EnvironmentName(const std::string& flag) {
    std::string name = "KAGIMORI_" + flag;
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    return name;
  }

  // `flag` without its dashes.
  CLI::Option* Flag(const std::string& flag, bool* target, const std::string& help) {
    return app_.add_flag("--" + flag, *target, help)->envname(EnvironmentName(flag));
  }
  template <class T>
  CLI::Option* Number(const std::string& flag, T* target, T least, T most, const std::string& help) {
    return app_.add_option("--" + flag, *target, help)
        ->capture_default_str()
        ->check(CLI::Range(least, most))
        ->type_name("N")
        ->envname(EnvironmentName(flag));
  }
  CLI::Option* Path(const std::string& flag, std::filesystem::path* target, const std::string& help) {
    return Value(flag, "PATH", help, target, [](const std::string& text) -> Result<std::filesystem::path> {
      if (text.empty() || text.find('\0') != std::string::npos) return Fail(ErrorKind::kInvalid, "expected a path");
      return std::filesystem::path(text);
    });
  }
  // A value that `parse` (text to Result) reads.
  template <class Target, class Parse>
  CLI::Option* Value(const std::string& flag, const std::string& type, const std::string& help, Target* target,
                     Parse parse) {
    return app_.add_option_function<std::string>("--" + flag, Reader("--" + flag, target, parse), help)
        ->type_name(type)
        ->envname(EnvironmentName(flag));
  }
  // Required, unless the caller says otherwise.
  template <class Target, class Parse>
  CLI::Option* Positional(const std::string& name, const std::string& help, Target* target, Parse parse) {
    return app_.add_option_function<std::string>(name, Reader(name, target, parse), help)->required()->type_name("");
  }

  // Reads the arguments into what the options name, which must stay where it is until then. Without options in it,
  // `parsed` says what to print.
  template <class Options>
  void Finish(const Arguments& arguments, Parsed<Options>* parsed) {
    if (!Run(arguments, parsed)) parsed->options.reset();
  }

  // Reads the arguments; false: `parsed` says what to print.
  template <class Options>
  bool Run(const Arguments& arguments, Parsed<Options>* parsed) {
    try {
      app_.parse(Arguments(arguments.rbegin(), arguments.rend()));
      return true;
    } catch (const CLI::CallForHelp&) {
      parsed->text = app_.help();
    } catch (const CLI::ParseError& error) {
      parsed->exit_code = 2;
      parsed->text = error.what();
    }
    return false;
  }

 private:
  template <class Target, class Parse>
  static auto Reader(const std::string& name, Target* target, Parse parse) {
    return [name, target, parse](const std::string& text) {
      auto value = parse(text);
      if (!value) throw CLI::ValidationError(name, value.error().text);
      *target = *std::move(value);
    };
  }

  CLI::App app_;
};

// Instead of options: one line for standard error.
template <class Options>
void Complain(std::string text, Parsed<Options>* parsed) {
  parsed->options.reset();
  parsed->exit_code = 2;
  parsed->text = std::move(text);
}

// That of `kagimori dev`, where no data folder was given.
template <class Options>
void DefaultData(bool insecure, Parsed<Options>* parsed) {
  if (!parsed->options->data.empty()) return;
  parsed->options->data = DefaultDevFolder(insecure);
  if (parsed->options->data.empty()) Complain("there is no home folder; give --data", parsed);
}

// What several commands take (options.cc).
void AddProcessOptions(OptionParser* parser, ProcessOptions* options);
void AddUnlockOptions(OptionParser* parser, UnlockChoices* choices);
void AddRecoveryOptions(OptionParser* parser, RecoveryChoices* choices);

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_OPTION_PARSER_H_
