#pragma once
// From a set of images and what a classifier says of them to what fairness() compares.

#include "evaluation/extractor.hpp"
#include "evaluation/fairness_section.hpp"
#include "evaluation/image_set.hpp"

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// "0–19", "20–39", "40–59", "60–79", "80+": the bands of Seyyed-Kalantari et al. 2021, a border in
/// the upper one. Empty for nothing.
std::string age_band(std::optional<double> age);

/// By sex, age and view. What is known of no image is left out.
std::vector<Grouping> groupings_of(const ImageSet& images);

/// logits: float64 [N,K], of each image and class. The truth is what the records name, if `labels`,
/// all that they may name, has a name for the class; where `labels` is empty, it is what the texts
/// say (Labeller). Classes without a truth are left out. A classifier without a class "No Finding"
/// calls an image healthy if no finding reaches its threshold.
JudgedImages judged_images(const ImageSet& images, const at::Tensor& logits,
                           const std::vector<JudgedClass>& classes,
                           const std::vector<std::string>& labels);

/// The classes; one without a threshold gets that of the best F1 on these images, as in
/// Seyyed-Kalantari et al.
std::vector<JudgedClass> with_thresholds(std::vector<JudgedClass> classes, const ImageSet& images,
                                         const at::Tensor& logits,
                                         const std::vector<std::string>& labels);

/// The set's counts are the caller's to fill in.
FairnessOfSet fairness_of_set(std::string key, std::string name, const ImageSet& images,
                              const at::Tensor& logits, const std::vector<JudgedClass>& classes,
                              const std::vector<std::string>& labels,
                              const FairnessOptions& options);

}  // namespace raygen::engine
