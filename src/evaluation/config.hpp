#pragma once
// Everything that an evaluation can be told, with its defaults. Its keys are the names of these
// members, and what they mean is in the table of config.cpp.

#include "evaluation/set_measures.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct EvaluationConfig {
  std::string real;
  std::string split = "test";
  std::string synthetic;
  std::string model;
  std::string classifier;
  std::string real_features, synthetic_features;
  std::string out;
  std::uint64_t seed = 0;
  std::int64_t neighbours = 5;
  std::int64_t kid_subset_size = 1000;
  std::int64_t kid_subsets = 100;
  std::int64_t most_rows = 10'000;
  std::int64_t floor_draws = 10;
  bool fid_infinity = false;
  bool radiomics = true;
  std::int64_t bootstrap_draws = 1000;
  std::int64_t group_patients = 20;
  std::int64_t prompt_pairs = 200;
  std::string lpips, lpips_weights;
  bool memorisation = true;
  std::int64_t shown_pairs = 6;
  std::int64_t membership_images = 100;
};

SetMeasureOptions set_measure_options(const EvaluationConfig& config);

/// YAML or JSON, then the overrides ("seed=7") in order. Throws Error(format | invalid_argument) as
/// read_config() and override_config() do.
EvaluationConfig evaluation_config_from_yaml(const std::string& yaml,
                                             const std::vector<std::string>& overrides,
                                             const std::string& where);
/// Every key with its value and meaning.
std::string to_yaml(const EvaluationConfig& config);
/// A JSON Schema of the keys.
std::string evaluation_schema();

}  // namespace raygen::engine
