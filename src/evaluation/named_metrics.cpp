#include "evaluation/named_metrics.hpp"

#include "config/read.hpp"
#include "error.hpp"
#include "evaluation/alpha_precision.hpp"
#include "evaluation/frechet.hpp"
#include "evaluation/image_quality.hpp"
#include "evaluation/kernel_distances.hpp"
#include "evaluation/neighbours.hpp"
#include "evaluation/radiomics.hpp"
#include "evaluation/radiomics_distance.hpp"
#include "evaluation/structural_similarity.hpp"
#include "evaluation/vendi.hpp"
#include "memorisation/copy_scores.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

namespace raygen::engine {

namespace {

template <typename Compute>
using Named = std::vector<std::pair<std::string, Compute>>;

using SetMetric =
    std::function<double(const at::Tensor&, const at::Tensor&, const SetMeasureOptions&)>;
using ScoreMetric = std::function<std::optional<double>(const Scored&, double)>;
using SimilarityMetric = std::function<double(const at::Tensor&, const at::Tensor&)>;

template <double Neighbourhood::*value>
double of_neighbours(const at::Tensor& real, const at::Tensor& synthetic,
                     const SetMeasureOptions& options) {
  return neighbourhood(real, synthetic, options.neighbours).*value;
}

const Named<SetMetric>& set_metrics() {
  static const Named<SetMetric> metrics = {
      {"fid", [](const auto& real, const auto& synthetic,
                 const auto&) { return frechet_distance(real, synthetic); }},
      {"fid_infinity",
       [](const auto& real, const auto& synthetic, const auto& options) {
         return frechet_distance_without_bias(real, synthetic, 10, options.seed);
       }},
      {"kid",
       [](const auto& real, const auto& synthetic, const auto& options) {
         return kernel_inception_distance_of_any_size(real, synthetic, options.subset_size,
                                                      options.subsets, options.seed);
       }},
      {"cmmd", [](const auto& real, const auto& synthetic,
                  const auto&) { return clip_maximum_mean_discrepancy(real, synthetic); }},
      {"precision", of_neighbours<&Neighbourhood::precision>},
      {"recall", of_neighbours<&Neighbourhood::recall>},
      {"density", of_neighbours<&Neighbourhood::density>},
      {"coverage", of_neighbours<&Neighbourhood::coverage>},
      {"alpha_precision", [](const auto& real, const auto& synthetic,
                             const auto&) { return alpha_precision(real, synthetic).precision; }},
      {"beta_recall", [](const auto& real, const auto& synthetic,
                         const auto&) { return alpha_precision(real, synthetic).recall; }},
      {"authenticity",
       [](const auto& real, const auto& synthetic, const auto&) {
         return authentic(synthetic, real).to(at::kDouble).mean().template item<double>();
       }},
      {"frd", [](const auto& real, const auto& synthetic,
                 const auto&) { return frechet_radiomics_distance(real, synthetic).squared; }},
      {"closer_than_median", [](const auto& real, const auto& synthetic,
                                const auto&) { return closer_than_median_share(synthetic, real); }},
      {"vendi",
       [](const auto&, const auto& synthetic, const auto&) { return vendi_score(synthetic); }}};
  return metrics;
}

using NearnessMetric = at::Tensor (*)(const at::Tensor& synthetic, const at::Tensor& training);

const Named<NearnessMetric>& nearness_metrics() {
  static const Named<NearnessMetric> metrics = {
      {"dcr", distance_to_closest},
      {"nndr", [](const at::Tensor& synthetic,
                  const at::Tensor& training) { return distance_ratio(synthetic, training); }},
      {"authentic",
       [](const at::Tensor& synthetic, const at::Tensor& training) {
         return authentic(synthetic, training).to(at::kDouble);
       }},
      {"carlini_ratio",
       [](const at::Tensor& synthetic, const at::Tensor& training) {
         return carlini_ratio(synthetic, training);
       }},
      {"rms", nearest_rms}};
  return metrics;
}

template <typename Metric>
ScoreMetric without_parameter(Metric metric) {
  return [metric](const Scored& data, double parameter) -> std::optional<double> {
    if (parameter != 0)
      fail(Status::invalid_argument, "parameter is {}; this metric has none: 0 was expected",
           parameter);
    return metric(data);
  };
}

const Named<ScoreMetric>& score_metrics() {
  static const Named<ScoreMetric> metrics = {
      {"auroc", without_parameter(auroc)},
      {"average_precision", without_parameter(average_precision)},
      {"brier", without_parameter(brier_score)},
      {"ece",
       without_parameter([](const Scored& data) { return expected_calibration_error(data); })},
      {"youden_threshold", without_parameter(youden_threshold)},
      {"best_f1_threshold", without_parameter(best_f1_threshold)},
      {"f1",
       [](const Scored& data, double parameter) -> std::optional<double> {
         return f1_score(data, parameter);
       }},
      {"precision_at", precision_at},
      {"recall_at", recall_at},
      {"tpr_at_fpr", tpr_at_fpr}};
  return metrics;
}

SimilarityMetric ms_ssim_of(MsSsimVariant variant) {
  return [variant](const at::Tensor& x, const at::Tensor& y) {
    return ms_ssim(x, y, ms_ssim_options(std::min(x.size(2), x.size(3)), 1), variant)
        .item<double>();
  };
}

const Named<SimilarityMetric>& similarity_metrics() {
  static const Named<SimilarityMetric> metrics = {
      {"ssim",
       [](const at::Tensor& x, const at::Tensor& y) {
         return ssim(x, y, {.data_range = 1}).template item<double>();
       }},
      {"psnr", [](const at::Tensor& x,
                  const at::Tensor& y) { return psnr(x, y, 1).template item<double>(); }},
      {"ms_ssim", ms_ssim_of(MsSsimVariant::valid)},
      {"ms_ssim_torchmetrics", ms_ssim_of(MsSsimVariant::torchmetrics)},
      {"ms_ssim_pytorch_msssim", ms_ssim_of(MsSsimVariant::pytorch_msssim)}};
  return metrics;
}

template <typename Compute>
std::vector<std::string> names_of(const Named<Compute>& metrics) {
  std::vector<std::string> names;
  for (const auto& each : metrics) names.push_back(each.first);
  return names;
}

template <typename Compute>
const Compute& find(const Named<Compute>& metrics, std::string_view name) {
  for (const auto& each : metrics)
    if (each.first == name) return each.second;
  const std::vector<std::string> names = names_of(metrics);
  fail(Status::invalid_argument, "there is no metric \"{}\" here; did you mean {}? There are {}",
       name, nearest_name(std::string(name), names), fmt::join(names, ", "));
}

at::Tensor planes(const Image& image) {
  return at::tensor(image.pixels, at::kDouble)
      .view({1, image.height, image.width, image.channels})
      .permute({0, 3, 1, 2});
}

}  // namespace

const std::vector<std::string>& set_metric_names() {
  static const std::vector<std::string> names = names_of(set_metrics());
  return names;
}

double set_metric(std::string_view name, const at::Tensor& real, const at::Tensor& synthetic,
                  const SetMeasureOptions& options) {
  return find(set_metrics(), name)(real, synthetic, options);
}

const std::vector<std::string>& nearness_metric_names() {
  static const std::vector<std::string> names = names_of(nearness_metrics());
  return names;
}

at::Tensor nearness_metric(std::string_view name, const at::Tensor& training,
                           const at::Tensor& synthetic) {
  return find(nearness_metrics(), name)(synthetic, training).contiguous();
}

const std::vector<std::string>& score_metric_names() {
  static const std::vector<std::string> names = names_of(score_metrics());
  return names;
}

std::optional<double> score_metric(std::string_view name, const Scored& data, double parameter) {
  return find(score_metrics(), name)(data, parameter);
}

const std::vector<std::string>& similarity_metric_names() {
  static const std::vector<std::string> names = names_of(similarity_metrics());
  return names;
}

std::string radiomics_json(const Image& image) {
  const at::Tensor greys = planes(image).mean(1).squeeze(0) * 255;
  const std::vector<double> values = radiomics_features(greys);
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < values.size(); ++i) json[radiomics_names()[i]] = values[i];
  return json_text(json);
}

double similarity_metric(std::string_view name, const Image& image, const Image& other) {
  if (image.width != other.width || image.height != other.height ||
      image.channels != other.channels)
    fail(Status::invalid_argument,
         "the images are {} × {} × {} and {} × {} × {}; one size and number of channels was "
         "expected",
         image.width, image.height, image.channels, other.width, other.height, other.channels);
  return find(similarity_metrics(), name)(planes(image), planes(other));
}

}  // namespace raygen::engine
