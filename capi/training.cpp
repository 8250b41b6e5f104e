#include "training/training.hpp"

#include "door.hpp"
#include "training/config.hpp"
#include "training/launch.hpp"

namespace raygen::capi {

namespace {

engine::TrainingConfig config_of(const raygen_training_options& raw) {
  return engine::training_config_from_yaml(
      std::string(text_of(raw.config, "config")),
      strings_of(raw.overrides, raw.override_count, "overrides"), config_name_of(raw.config_name));
}

/// The engine's report in the C ABI's form.
engine::TrainingCallback reporter(raygen_training_callback callback, void* user_data,
                                  const std::string& out) {
  if (callback == nullptr) return {};
  const engine::Launch launch = engine::launch_from(engine::process_environment());
  return [callback, user_data, launch, out](const engine::TrainingProgress& now) {
    std::vector<const char*> names;
    std::vector<double> values;
    for (const auto& [name, value] : now.metrics) {
      names.push_back(name.c_str());
      values.push_back(value);
    }
    raygen_training_progress progress{};
    progress.struct_size = sizeof progress;
    progress.stage = now.stage.c_str();
    progress.event = now.event.c_str();
    progress.step = now.step;
    progress.steps = now.steps;
    progress.images_per_second = now.images_per_second;
    progress.seconds_left = now.seconds_left;
    progress.metric_count = names.size();
    progress.metric_names = names.data();
    progress.metric_values = values.data();
    progress.process = launch.rank;
    progress.processes = launch.size;
    progress.out = out.c_str();
    return goes_on(callback, progress, user_data);
  };
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_training_print(const raygen_training_options* options, char** yaml,
                                    raygen_error* error) {
  clear(yaml);
  return guard(error, [&] {
    char*& out = required(yaml, "yaml");
    out = text_buffer(raygen::engine::to_yaml(config_of(given_or_default(
        options, "options", "raygen_training_options", raygen_training_options_init))));
  });
}

raygen_status raygen_training_run(const raygen_training_options* options, raygen_error* error) {
  return guard(error, [&] {
    const raygen_training_options raw =
        given(options, "options", "raygen_training_options", raygen_training_options_init);
    const raygen::engine::TrainingConfig config = config_of(raw);
    raygen::engine::train(config, limits_of(raw.limits),
                          reporter(raw.progress, raw.user_data, config.out), job_of(raw.job));
  });
}

void(raygen_training_options_init)(raygen_training_options* options, size_t struct_size) {
  initialize(options, struct_size, raygen_training_options{});
}

}  // extern "C"
