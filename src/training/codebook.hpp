#pragma once
// How the codebook follows the features (van den Oord et al. 2017, appendix A.1; revival as in
// Dhariwal et al. 2020).

#include "training/config.hpp"
#include "training/processes.hpp"
#include "training/state.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

class Codebook {
 public:
  /// rows: the network's codebook [V,e], changed in place.
  Codebook(const at::Tensor& rows, const VqganTrainingConfig& config, std::uint64_t seed);

  /// After a step: features [n,e] of this process's part of the batch and the codes they took, [n];
  /// n is the same in every process. Moves the rows (ema), counts which are used, and revives those
  /// that have not been for long with features of the batch. Returns the revived rows' indices.
  at::Tensor follow(const at::Tensor& features, const at::Tensor& codes, std::int64_t step,
                    Processes& processes);
  /// Sets every row to a feature of the batch: a start in the right place.
  void begin(const at::Tensor& features, Processes& processes);

  void save(TrainingState& state) const;
  void load(const TrainingState& state);

 private:
  void revive(const at::Tensor& dead, const at::Tensor& features, std::int64_t step,
              Processes& processes);

  at::Tensor rows_;
  bool moving_averages_;
  double decay_;
  std::int64_t revive_after_;
  std::uint64_t seed_;
  at::Tensor counts_, sums_;  // moving averages: how many features took each row, and their sum
  at::Tensor unused_;         // steps since each row was last used
};

}  // namespace raygen::engine
