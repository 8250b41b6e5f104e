#pragma once
// The options of sampling, from the schema that the library hands out: a new key needs nothing
// here.

#include <raygen/options.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace raygen::cli {

struct SamplingArguments {
  std::string config;                             // a file
  std::vector<std::string> assignments, options;  // "steps=12": of --set, of --steps
};

/// --config, --set, and an option for each key: --preset, --steps, …
void add_sampling_options(CLI::App* command, SamplingArguments& arguments);

/// What is asked of a value of a key that is a number.
CLI::Validator number_of_key(const std::string& key);

/// The library's default of each option.
nlohmann::json option_defaults();

/// Reads the config and puts all that was said into `options`. Throws Error(io).
void apply(const SamplingArguments& arguments, Options& options);

}  // namespace raygen::cli
