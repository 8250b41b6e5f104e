#pragma once
// Metrics by the names that metrics.json and the bindings have.

#include "evaluation/classification.hpp"
#include "evaluation/set_measures.hpp"
#include "image/image.hpp"

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// Names in the order in which they are documented; another name is an Error(invalid_argument) that
/// tells the nearest one, here and below.
const std::vector<std::string>& set_metric_names();
/// float64 [N,d] each. "kid" is not times 1000.
double set_metric(std::string_view name, const at::Tensor& real, const at::Tensor& synthetic,
                  const SetMeasureOptions& options);

const std::vector<std::string>& nearness_metric_names();
/// Of each synthetic image among training images (memorisation/copy_scores.hpp): float64 [N].
at::Tensor nearness_metric(std::string_view name, const at::Tensor& training,
                           const at::Tensor& synthetic);

const std::vector<std::string>& score_metric_names();
/// `parameter`: the threshold of f1, precision_at and recall_at, the false positive rate of
/// tpr_at_fpr; 0 for the others.
std::optional<double> score_metric(std::string_view name, const Scored& data, double parameter);

const std::vector<std::string>& similarity_metric_names();
/// Of two images of one size and as many channels, range 0..1. A shorter side below 176 pixels gets
/// the window that ms_ssim_options() gives it.
double similarity_metric(std::string_view name, const Image& image, const Image& other);

/// radiomics_features() of the mean of the channels, 0..255, by radiomics_names() in their order; a
/// value that is no number is null.
std::string radiomics_json(const Image& image);

}  // namespace raygen::engine
