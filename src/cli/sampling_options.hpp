#pragma once

#include <raygen/options.hpp>

#include <CLI/CLI.hpp>

namespace raygen::cli {

/// --steps, --temperature, …: what is given is written into options.overrides.
void add_sampling_options(CLI::App* command, Options& options);

}  // namespace raygen::cli
