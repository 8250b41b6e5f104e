#pragma once
// One classifier after another: trained on what its arm has, and asked about the test images.

#include "dataset/dataset.hpp"
#include "evaluation/teller.hpp"
#include "experiment/arm.hpp"
#include "experiment/comparison.hpp"
#include "experiment/config.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// The images of the split test and what is known of them.
TestTruth test_truth(const Dataset& real, const ClassifierTrainingConfig& config);

/// What all runs of an arm say.
struct ArmRuns {
  Arm arm;
  std::int64_t real_images = 0, synthetic_images = 0;
  std::vector<at::Tensor> logits;      // of each run [N,K], N of the split test
  std::vector<at::Tensor> thresholds;  // of each run [K], as logits; NaN where there is none
};

/// Trains `seeds` classifiers of each arm, each with as many updates, below OUT/runs, and keeps
/// what each says of the test images. What an earlier run has finished is read, and what it has
/// begun is gone on with. Throws as train() does.
std::vector<ArmRuns> run_arms(const ExperimentConfig& config, const std::vector<Arm>& arms,
                              const Dataset& real, const Dataset* synthetic, const Limits& limits,
                              Teller& teller, const Job* job);

}  // namespace raygen::engine
