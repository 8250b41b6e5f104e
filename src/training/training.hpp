#pragma once
// The trainings' one entrance: `raygen train`.

#include "dataset/dataset.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "training/config.hpp"
#include "training/run_log.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace raygen::engine {

/// Where a training is; valid during the callback only.
struct TrainingProgress {
  std::string stage;  // "vqgan", "text_encoder", "tokens", "masked_decoder"
  std::string event;  // "step", "validation", "checkpoint", "resumed", "stage finished"
  std::int64_t step = 0, steps = 0;
  double images_per_second = 0;  // over the last steps
  double seconds_left = 0;       // of this stage
  Metrics metrics;               // the newest, may be empty
};

/// Returns false to stop: a checkpoint is written first and the call ends with Error(cancelled). A
/// cancelled job does the same.
using TrainingCallback = std::function<bool(const TrainingProgress&)>;

/// Trains the stages that `config` enables, one after the other, each in its folder under
/// config.out, and writes the bundle config.out/model. A run that was stopped goes on where it was
/// (CPU, one process: with the same bits as without the stop); a folder whose run had other
/// settings is refused (steps may grow). Throws Error: format and io for data and folders, numeric
/// when the loss is not a number (the last good checkpoint stays), device when another process is
/// gone.
void train(const TrainingConfig& config, const Limits& limits, const TrainingCallback& callback,
           const Job* job);
/// The same with a dataset that need not be a folder (Dataset::joined), in place of
/// config.data.dataset.
void train(const TrainingConfig& config, const Dataset& dataset, const Limits& limits,
           const TrainingCallback& callback, const Job* job);

}  // namespace raygen::engine
