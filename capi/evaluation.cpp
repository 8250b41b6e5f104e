#include "evaluation/evaluate.hpp"

#include "evaluation/auroc_interval.hpp"
#include "evaluation/fairness_json.hpp"
#include "evaluation/lpips.hpp"
#include "evaluation/named_metrics.hpp"
#include "evaluation_options.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

struct raygen_lpips {
  raygen::engine::Lpips network;
};

namespace raygen::capi {

raygen_evaluation_options given_options(const raygen_evaluation_options* options) {
  return given_or_default(options, "options", "raygen_evaluation_options",
                          raygen_evaluation_options_init);
}

std::string config_text_of(const raygen_evaluation_options& raw) {
  return std::string(text_of(raw.config, "config"));
}

engine::EvaluationCallback reporter(const raygen_evaluation_options& raw) {
  const raygen_evaluation_callback callback = raw.progress;
  void* const user_data = raw.user_data;
  if (callback == nullptr) return {};
  return [callback, user_data](const engine::EvaluationProgress& now) {
    raygen_evaluation_progress progress{};
    progress.struct_size = sizeof progress;
    progress.stage = now.stage.c_str();
    progress.done = now.done;
    progress.total = now.total;
    progress.seconds_left = now.seconds_left;
    return goes_on(callback, progress, user_data);
  };
}

namespace {

engine::EvaluationConfig config_of(const raygen_evaluation_options& raw) {
  return engine::evaluation_config_from_yaml(
      config_text_of(raw), strings_of(raw.overrides, raw.override_count, "overrides"),
      config_name_of(raw.config_name));
}

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// A view of the caller's rows.
at::Tensor rows_of(const double* values, std::size_t count, std::size_t width,
                   std::string_view name, const engine::Limits& limits) {
  const std::uint64_t most = limits.max_memory_bytes / sizeof(double);
  if (count == 0 || width == 0)
    fail(Status::invalid_argument,
         "{} is [{}][{}], count and width; 1 or more rows and columns were expected", name, count,
         width);
  if (width > most / count)
    fail(Status::limit, "{} is [{}][{}], count and width; at most {} numbers were expected", name,
         count, width, most);
  return at::from_blob(const_cast<double*>(&required(values, name)),  // read only
                       {static_cast<std::int64_t>(count), static_cast<std::int64_t>(width)},
                       at::kDouble);
}

engine::Scored scored_of(const double* scores, const std::uint8_t* labels, std::size_t count) {
  constexpr std::size_t most = std::size_t{1} << 31;
  expect_at_most(count, most, "count");
  if (count == 0) fail(Status::invalid_argument, "count is 0; 1 or more was expected");
  return {{&required(scores, "scores"), count}, {&required(labels, "labels"), count}};
}

/// NULL: each by itself.
std::vector<std::string> groups_of(const raygen_string* groups, std::size_t count,
                                   std::string_view name) {
  if (groups != nullptr) {
    required(groups, name);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < count; ++i)
      names.emplace_back(text_of(groups[i], formatted("{}[{}]", name, i)));
    return names;
  }
  std::vector<std::string> each;
  for (std::size_t i = 0; i < count; ++i) each.push_back(std::to_string(i));
  return each;
}

engine::JudgedImages judged_of(const raygen_judged_images& raw, const engine::Limits& limits) {
  const at::Tensor scores =
      rows_of(raw.scores, raw.count, raw.finding_count, "scores", limits).t().contiguous();
  const std::uint8_t& labels = required(raw.labels, "labels");
  const raygen_string& names = required(raw.findings, "findings");
  if (raw.thresholds != nullptr) required(raw.thresholds, "thresholds");
  if (raw.no_finding < -1 || raw.no_finding >= static_cast<std::int64_t>(raw.finding_count))
    fail(Status::invalid_argument, "no_finding is {}; -1 to {} was expected", raw.no_finding,
         raw.finding_count - 1);
  engine::JudgedImages images;
  images.patients = groups_of(raw.patients, raw.count, "patients");
  for (std::size_t f = 0; f < raw.finding_count; ++f) {
    engine::FindingScores finding;
    finding.name = text_of((&names)[f], formatted("findings[{}]", f));
    const double* column = scores.const_data_ptr<double>() + f * raw.count;
    finding.scores.assign(column, column + raw.count);
    for (std::size_t i = 0; i < raw.count; ++i)
      finding.labels.push_back((&labels)[i * raw.finding_count + f]);
    if (raw.thresholds != nullptr && !std::isnan(raw.thresholds[f]))
      finding.threshold = raw.thresholds[f];
    if (static_cast<std::int64_t>(f) == raw.no_finding)
      images.no_finding = std::move(finding);
    else
      images.findings.push_back(std::move(finding));
  }
  return images;
}

raygen_estimate estimate_of(const engine::Scored& data, std::span<const double> others,
                            const std::vector<std::string>& groups,
                            const engine::EvaluationConfig& config) {
  raygen_estimate found{};
  found.value = found.low = found.high = found.standard_error = kUndefined;
  const std::optional<engine::Interval> interval =
      engine::auroc_interval(data, others, groups, config.bootstrap_draws, config.seed);
  if (!interval) return found;
  found.value = interval->value;
  found.low = interval->low, found.high = interval->high;
  found.draws = interval->draws;
  const std::optional<engine::AurocEstimate> delong =
      others.empty() ? engine::delong(data)
                     : engine::delong_difference(data.scores, {others, data.labels});
  if (delong) found.standard_error = delong->standard_error;
  return found;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_evaluation_print(const raygen_evaluation_options* options, char** yaml,
                                      raygen_error* error) {
  clear(yaml);
  return guard(error, [&] {
    char*& out = required(yaml, "yaml");
    out = text_buffer(raygen::engine::to_yaml(config_of(given_options(options))));
  });
}

raygen_status raygen_evaluation_run(const raygen_evaluation_options* options, char** metrics,
                                    raygen_error* error) {
  clear(metrics);
  return guard(error, [&] {
    const raygen_evaluation_options raw =
        given(options, "options", "raygen_evaluation_options", raygen_evaluation_options_init);
    if (metrics != nullptr) required(metrics, "metrics");  // before hours of work
    const raygen::engine::Report report = raygen::engine::evaluate(
        config_of(raw), limits_of(raw.limits), reporter(raw), job_of(raw.job));
    if (metrics != nullptr) *metrics = text_buffer(raygen::engine::report_json(report));
  });
}

raygen_status raygen_evaluation_compare(const char* metric, size_t metric_length,
                                        const double* real, size_t real_count,
                                        const double* synthetic, size_t synthetic_count,
                                        size_t width, const raygen_evaluation_options* options,
                                        double* value, raygen_error* error) {
  return guard(error, [&] {
    double& out = required(value, "value");
    const raygen_evaluation_options raw = given_options(options);
    const raygen::engine::Limits limits = limits_of(raw.limits);
    out = raygen::engine::set_metric(
        text_of(metric, metric_length, "metric"), rows_of(real, real_count, width, "real", limits),
        rows_of(synthetic, synthetic_count, width, "synthetic", limits),
        raygen::engine::set_measure_options(config_of(raw)));
  });
}

raygen_status raygen_evaluation_nearness(const char* measure, size_t measure_length,
                                         const double* training, size_t training_count,
                                         const double* synthetic, size_t synthetic_count,
                                         size_t width, double* values, raygen_error* error) {
  return guard(error, [&] {
    double* const out = &required(values, "values");
    const raygen::engine::Limits limits = limits_of(nullptr);
    const at::Tensor found = raygen::engine::nearness_metric(
        text_of(measure, measure_length, "measure"),
        rows_of(training, training_count, width, "training", limits),
        rows_of(synthetic, synthetic_count, width, "synthetic", limits));
    std::copy_n(found.const_data_ptr<double>(), synthetic_count, out);
  });
}

raygen_status raygen_evaluation_radiomics(const raygen_image* image, char** json,
                                          raygen_error* error) {
  clear(json);
  return guard(error, [&] {
    required(json, "json");
    const raygen::engine::Image& pixels = required(image, "image").image;
    *json = text_buffer(raygen::engine::radiomics_json(pixels));
  });
}

raygen_status raygen_evaluation_score(const char* metric, size_t metric_length,
                                      const double* scores, const uint8_t* labels, size_t count,
                                      double parameter, double* value, raygen_error* error) {
  return guard(error, [&] {
    double& out = required(value, "value");
    out = raygen::engine::score_metric(text_of(metric, metric_length, "metric"),
                                       scored_of(scores, labels, count), parameter)
              .value_or(kUndefined);
  });
}

raygen_status raygen_evaluation_auroc(const double* scores, const double* others,
                                      const uint8_t* labels, size_t count,
                                      const raygen_string* groups,
                                      const raygen_evaluation_options* options,
                                      raygen_estimate* estimate, raygen_error* error) {
  return guard(error, [&] {
    raygen_estimate& out = sized(estimate, "estimate", "raygen_estimate");
    const raygen::engine::Scored data = scored_of(scores, labels, count);
    std::span<const double> other;
    if (others != nullptr) other = {&required(others, "others"), count};
    put(out, estimate_of(data, other, groups_of(groups, count, "groups"),
                         config_of(given_options(options))));
  });
}

raygen_status raygen_evaluation_fairness(const raygen_judged_images* images,
                                         const raygen_evaluation_options* options, char** json,
                                         raygen_error* error) {
  clear(json);
  return guard(error, [&] {
    char*& out = required(json, "json");
    const raygen_judged_images raw =
        given(images, "images", "raygen_judged_images", raygen_judged_images_init);
    const raygen_evaluation_options how = given_options(options);
    const raygen::engine::EvaluationConfig config = config_of(how);
    const raygen::engine::JudgedImages judged = judged_of(raw, limits_of(how.limits));
    required(raw.groups, "groups");
    const raygen::engine::Grouping grouping{"group", groups_of(raw.groups, raw.count, "groups")};
    const auto found = raygen::engine::fairness(
        judged, {grouping}, {config.bootstrap_draws, config.seed, config.group_patients});
    out = text_buffer(raygen::engine::fairness_json(found.front()));
  });
}

raygen_status raygen_evaluation_similarity(const char* metric, size_t metric_length,
                                           const raygen_image* image, const raygen_image* other,
                                           double* value, raygen_error* error) {
  return guard(error, [&] {
    double& out = required(value, "value");
    out = raygen::engine::similarity_metric(text_of(metric, metric_length, "metric"),
                                            required(image, "image").image,
                                            required(other, "other").image);
  });
}

raygen_status raygen_lpips_open(const char* network, size_t network_length,
                                const raygen_string* files, size_t file_count,
                                const raygen_limits* limits, raygen_lpips** lpips,
                                raygen_error* error) {
  clear(lpips);
  return guard(error, [&] {
    required(lpips, "lpips");  // before files are read
    std::vector<std::filesystem::path> paths;
    for (const std::string& file : strings_of(files, file_count, "files"))
      paths.push_back(path_of(file.data(), file.size(), formatted("files[{}]", paths.size())));
    give(lpips, "lpips",
         raygen::engine::Lpips(
             raygen::engine::lpips_network(text_of(network, network_length, "network")), paths,
             at::kCPU, limits_of(limits)));
  });
}

void raygen_lpips_free(raygen_lpips* lpips) { destroy(lpips); }

raygen_status raygen_lpips_distance(const raygen_lpips* lpips, const raygen_image* image,
                                    const raygen_image* other, double* value, raygen_error* error) {
  return guard(error, [&] {
    double& out = required(value, "value");
    out = required(lpips, "lpips")
              .network.distance(required(image, "image").image, required(other, "other").image);
  });
}

void(raygen_evaluation_options_init)(raygen_evaluation_options* options, size_t struct_size) {
  initialize(options, struct_size, raygen_evaluation_options{});
}

void(raygen_judged_images_init)(raygen_judged_images* images, size_t struct_size) {
  raygen_judged_images value{};
  value.no_finding = -1;
  initialize(images, struct_size, value);
}

void(raygen_estimate_init)(raygen_estimate* estimate, size_t struct_size) {
  initialize(estimate, struct_size, raygen_estimate{});
}

}  // extern "C"
