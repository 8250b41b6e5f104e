#pragma once
// Adam and AdamW with warm-up, schedules, clipping and a moving average of the weights.

#include "training/config.hpp"
#include "training/parameters.hpp"
#include "training/state.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

/// The learning rate of a step under `constant` and `cosine`, and the part of `plateau` that does
/// not depend on the validation.
double scheduled_rate(const OptimizerConfig& config, std::int64_t step, std::int64_t steps);

class Optimizer {
 public:
  /// Keeps a reference to the parameters; `name` goes before the names of its state.
  Optimizer(std::string name, const Parameters& parameters, const OptimizerConfig& config,
            std::int64_t steps);

  /// The parameters' gradients, zeros where there is none: what several processes sum.
  std::vector<at::Tensor> gradients() const;
  void zero_gradients() const;
  /// One update with the gradients that are there. Returns the norm of all gradients before
  /// clipping. Throws Error(numeric) when it is not finite.
  double step(std::int64_t step);
  /// For `plateau`: call after each validation.
  void validated(double loss);
  double rate(std::int64_t step) const;
  /// Rows of a table were set to something new: they have no moments, and their average begins with
  /// them. Nothing when it is not trained.
  void begin_rows(const std::string& name, const at::Tensor& rows);

  /// The moving averages of the parameters' trained() and then of their statistics(), or nothing
  /// when ema_decay is 0.
  const std::vector<at::Tensor>& averages() const { return averages_; }

  void save(TrainingState& state) const;
  void load(const TrainingState& state);

 private:
  std::string name_;
  const Parameters& parameters_;
  OptimizerConfig config_;
  std::int64_t steps_;
  std::int64_t updates_ = 0;
  std::vector<at::Tensor> first_, second_,
      averages_;  // moments of the gradients; moving averages of the weights
  double plateau_scale_ = 1, plateau_best_;
  std::int64_t plateau_waiting_ = 0;
};

}  // namespace raygen::engine
