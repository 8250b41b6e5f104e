#include "experiment/experiment.hpp"

#include "evaluation_options.hpp"

namespace raygen::capi {
namespace {

engine::ExperimentConfig experiment_config_of(const raygen_evaluation_options& raw) {
  return engine::experiment_config_from_yaml(
      config_text_of(raw), strings_of(raw.overrides, raw.override_count, "overrides"),
      config_name_of(raw.config_name));
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_experiment_print(const raygen_evaluation_options* options, char** yaml,
                                      raygen_error* error) {
  clear(yaml);
  return guard(error, [&] {
    char*& out = required(yaml, "yaml");
    out = text_buffer(raygen::engine::to_yaml(experiment_config_of(given_options(options))));
  });
}

raygen_status raygen_experiment_run(const raygen_evaluation_options* options, char** metrics,
                                    raygen_error* error) {
  clear(metrics);
  return guard(error, [&] {
    const raygen_evaluation_options raw =
        given(options, "options", "raygen_evaluation_options", raygen_evaluation_options_init);
    if (metrics != nullptr) required(metrics, "metrics");  // before hours of work
    const raygen::engine::Report report = raygen::engine::experiment(
        experiment_config_of(raw), limits_of(raw.limits), reporter(raw), job_of(raw.job));
    if (metrics != nullptr) *metrics = text_buffer(raygen::engine::report_json(report));
  });
}

}  // extern "C"
