#pragma once
// What a stage's run is made with: what a run that goes on must agree in, value by value.

#include "training/config.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

struct RunSettings {
  TrainingConfig config;
  std::string stage;  // its section of the config; of the rest, the seed and the splits count
  /// SHA-256 of what the stage learns from, each under its name: "dataset", "records", "vqgan", …
  std::vector<std::pair<std::string, std::string>> made_from;
};

/// A line each, "dataset: SHA-256".
std::string sums_text(const RunSettings& settings);

/// As last.safetensors keeps them: JSON of every key that counts. How far the run goes and how
/// often it tells, validates and keeps may change, so those keys are not among them.
std::string to_text(const RunSettings& settings);

/// Compares `now` with what an earlier run kept as to_text() of `version` of the state
/// (training/state.hpp). A key that it lacks was added since and has its default. Throws Error:
/// invalid_argument naming each key that differs with both values, unsupported naming a key that
/// this library does not know, format when it cannot be read.
void check_same_run(const RunSettings& now, const std::string& then, std::int64_t version,
                    const std::string& where);

}  // namespace raygen::engine
