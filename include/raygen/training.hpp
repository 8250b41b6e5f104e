#pragma once
// From a prepared dataset to a model.
//
//   raygen::TrainingOptions options;
//   options.config = "{data: {dataset: dataset}, out: runs/first}";
//   options.overrides = {"vqgan.loop.steps=2000"};
//   options.progress = [](const raygen::TrainingProgress& now) {
//     std::printf("%s: step %lld of %lld\n", now.stage, static_cast<long long>(now.step),
//                 static_cast<long long>(now.steps));
//     return true;  // false saves and stops
//   };
//   raygen::train(options);
//   auto generator = raygen::Generator::load("runs/first/model");

#include "error.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "relay.hpp"
#include "strings.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace raygen {

/// Where a training is. Texts are alive during the callback only.
struct TrainingProgress {
  const char* stage;         ///< "vqgan", "text_encoder", "tokens", "masked_decoder"
  const char* event;         ///< "step", "validation", "checkpoint", "resumed", "stage finished"
  const char* out;           ///< the folder that the config names
  std::int64_t step, steps;  ///< steps done, of the stage
  double images_per_second;  ///< over the last steps; 0 when not known
  double seconds_left;       ///< of the stage; 0 when not known
  std::int32_t process;      ///< of several processes, which this is, from 0
  std::int32_t processes;    ///< 1: alone
  std::map<std::string, double> metrics;  ///< the newest ("train/loss", …), may be empty
};
/// Called on the calling thread. Returns false to stop: a checkpoint is written first, and the call
/// throws Error(cancelled). May throw.
using TrainingCallback = std::function<bool(const TrainingProgress&)>;

struct TrainingOptions {
  std::string config;       ///< YAML or JSON; empty: all defaults. training_config shows every key
  std::string config_name;  ///< of the config's file, for messages
  std::vector<std::string> overrides;  ///< "vqgan.loop.steps=100", applied in order
  Limits limits;
  Job* job = nullptr;  ///< cancelled: a checkpoint is written and the call throws Error(cancelled)
  TrainingCallback progress;
};

namespace detail {

/// Options in the C ABI's form. Alive during one call.
class RawTrainingOptions {
 public:
  explicit RawTrainingOptions(const TrainingOptions& options)
      : overrides_(raw_strings(options.overrides)),
        relay_([&options](const raygen_training_progress& now) {
          TrainingProgress progress{now.stage,        now.event,
                                    now.out,          now.step,
                                    now.steps,        now.images_per_second,
                                    now.seconds_left, now.process,
                                    now.processes,    {}};
          for (std::size_t i = 0; i < now.metric_count; ++i)
            progress.metrics[now.metric_names[i]] = now.metric_values[i];
          return options.progress(progress);
        }) {
    raygen_training_options_init(&raw_);
    set_config(raw_, options, overrides_);
    if (options.progress) raw_.progress = &Relay<raygen_training_progress>::call;
    raw_.user_data = &relay_;
  }

  const raygen_training_options* get() const noexcept { return &raw_; }
  Relay<raygen_training_progress>& relay() noexcept { return relay_; }

 private:
  std::vector<raygen_string> overrides_;
  raygen_training_options raw_;
  Relay<raygen_training_progress> relay_;
};

}  // namespace detail

/// The whole config as YAML: every key with its value and meaning. Throws Error(format |
/// invalid_argument) for what train would refuse of it, with the line, the key and, when that is
/// unknown, the nearest one.
inline std::string training_config(const TrainingOptions& options = {}) {
  const detail::RawTrainingOptions raw(options);
  return detail::text_from([&](char** yaml, raygen_error* error) {
    return raygen_training_print(raw.get(), yaml, error);
  });
}

/// Trains the stages that the config enables and writes the model OUT/model. A run that was stopped
/// goes on where it was. Several processes (RANK, WORLD_SIZE, … as torchrun, Slurm and MPI
/// launchers set them) train one model together: every one makes this call. Throws Error:
/// invalid_argument, format, unsupported, limit and io for the config, data and folders, numeric
/// when the loss is not a number (the last good checkpoint stays), device when another process is
/// gone, cancelled.
inline void train(const TrainingOptions& options) {
  detail::RawTrainingOptions raw(options);
  raw.relay().check([&](raygen_error* error) { return raygen_training_run(raw.get(), error); });
}

}  // namespace raygen
