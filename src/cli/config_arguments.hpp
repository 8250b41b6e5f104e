#pragma once
// What the commands that are told by a config have in common: train, evaluate and experiment.

#include "output_file.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::cli {

struct ConfigArguments {
  std::string config;
  std::vector<std::string> overrides;
  bool print_config = false;
  bool json = false;
  bool quiet = false;
};

inline void add_config_options(CLI::App* command, ConfigArguments& arguments) {
  command
      ->add_option("--config", arguments.config,
                   "YAML; --print-config shows every key (default: all defaults)")
      ->type_name("FILE");
  command->add_option("--set", arguments.overrides, "Override of a key, repeatable")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command->add_flag("--print-config", arguments.print_config,
                    "Print the whole config with what each key means, and stop");
  command->add_flag("--json", arguments.json, "Print one JSON object");
  command->add_flag("-q,--quiet", arguments.quiet, "Print errors only");
}

/// What the library is told. Options: has config, config_name and overrides. Throws Error(io).
template <typename Options>
Options options_of(const ConfigArguments& arguments) {
  constexpr std::uintmax_t max_bytes = 1 << 20;
  Options options;
  if (!arguments.config.empty())
    options.config = read_file(options.config_name = arguments.config, max_bytes);
  options.overrides = arguments.overrides;
  return options;
}

/// An option of the command's own in place of --set KEY=VALUE.
template <typename Options>
void set_key(Options& options, const std::string& key, const std::string& value) {
  if (!value.empty()) options.overrides.push_back(key + "=" + value);
}

}  // namespace raygen::cli
