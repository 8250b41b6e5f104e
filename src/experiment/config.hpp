#pragma once
// Everything that an experiment can be told, with its defaults. Its keys are the names of these
// members, and what they mean is in the table of config.cpp.

#include "storage/json.hpp"
#include "training/config.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct ExperimentConfig {
  std::string real;
  std::string model;
  std::string synthetic;
  std::string out;
  std::string arms = "real, mix:0.5, mix:1, synthetic:1, pretrain:1";
  std::int64_t seeds = 5;
  std::uint64_t seed = 0;
  double pretrain_share = 0.5;
  std::string sampling;
  std::int64_t batch_size = 8;
  std::int64_t bootstrap_draws = 1000;
  std::int64_t group_patients = 20;
  std::int64_t shown_pairs = 6;
  std::int64_t threads = 0;
  std::string device = "auto";
  struct Original {
    bool batch_statistics = false;
    bool pneumothorax_as_pneumonia = false;
  } original;
  ClassifierTrainingConfig classifier;
};

/// YAML or JSON, then the overrides ("seeds=3") in order. Throws Error(format | invalid_argument)
/// as read_config() and override_config() do, and for a classifier that could end early: every arm
/// is given as many updates.
ExperimentConfig experiment_config_from_yaml(const std::string& yaml,
                                             const std::vector<std::string>& overrides,
                                             const std::string& where);
/// Every key with its value and meaning.
std::string to_yaml(const ExperimentConfig& config);
/// A JSON Schema of the keys.
std::string experiment_schema();

/// The values that the runs depend on; what is made how often, where and how it is shown is left
/// out, and so are the images, which have sums.
Json settings_of(const ExperimentConfig& config);

/// The training of one run's classifier: nothing else is enabled.
TrainingConfig training_of(const ExperimentConfig& config);

}  // namespace raygen::engine
