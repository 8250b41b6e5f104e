#pragma once
// What every stage of a training is for the loop: something that makes steps, can be validated,
// kept and resumed.

#include "dataset/dataset.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "training/config.hpp"
#include "training/processes.hpp"
#include "training/run_log.hpp"
#include "training/state.hpp"
#include "training/training.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace raygen::engine {

/// What the stages of one training share.
struct Surroundings {
  const TrainingConfig& config;
  const Limits& limits;
  const Dataset& dataset;
  Processes& processes;
  at::Device device;
  const TrainingCallback& callback;
  const Job* job;

  std::filesystem::path folder(const std::string& stage) const {
    return std::filesystem::path(config.out) / stage;
  }
  bool stopping() const { return job != nullptr && job->cancelled(); }
};

constexpr std::uint64_t validation_seed = 0x76616c6964;  // the same masks at every validation
constexpr std::int64_t validation_batch = 16;

class Stage {
 public:
  virtual ~Stage() = default;
  /// One update of the weights, by all processes together. The metrics are the same in all of them.
  virtual Metrics step(std::int64_t step) = 0;
  /// On the validation split, with the averaged weights. "validation/loss" is always among them.
  virtual Metrics validate() = 0;
  /// What validations are compared by: less is better.
  virtual double criterion(const Metrics& metrics) const { return metrics.at("validation/loss"); }
  /// Whether more steps would be of no use.
  virtual bool finished() const { return false; }
  /// A picture of what the model makes by now.
  virtual void draw(const std::filesystem::path& png) = 0;
  /// Told the validation's criterion, for a schedule that follows it.
  virtual void validated(double loss) = 0;
  virtual void save(TrainingState& state) const = 0;
  virtual void load(const TrainingState& state) = 0;
  /// The model as it is kept: averaged weights, names as in a bundle.
  virtual TensorMap weights() const = 0;
  /// All that a good validation is owed to: what best-STEP.safetensors holds.
  virtual TensorMap kept() const { return weights(); }
};

}  // namespace raygen::engine
