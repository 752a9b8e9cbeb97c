#ifndef KAGIMORI_APP_TOML_CONFIG_H_
#define KAGIMORI_APP_TOML_CONFIG_H_

#include <CLI/CLI.hpp>
#include <memory>

namespace kagimori::app {

// The configuration file for CLI11: whole TOML by toml++ (CLI11's own reader cuts quoted values at a '#' and passes
// over what it does not understand), one flat table of strings, integers and booleans. A key whose environment variable
// is set is left out, since CLI11 would let the file win.
std::shared_ptr<CLI::Config> MakeTomlConfig();

}  // namespace kagimori::app

#endif  // KAGIMORI_APP_TOML_CONFIG_H_
