#include "classifier/classifier.hpp"

#include "classifier/activation_overlay.hpp"
#include "compute/host_guard.hpp"
#include "door.hpp"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <limits>

/// All on the CPU. It outlives its model.
struct raygen_classification {
  raygen::engine::ClassifierArchitecture architecture;
  raygen::engine::Classification values;
  at::Tensor probabilities;                        // float32 [B,K]
  std::vector<std::array<std::int64_t, 2>> films;  // width, height
};

namespace raygen::capi {
namespace {

/// More at once are not faster, and take more memory.
constexpr std::size_t kImagesAtOnce = 16;

std::vector<const engine::Image*> pictures_of(const raygen_image* const* images, std::size_t count,
                                              const engine::Limits& limits) {
  if (count < 1) fail(Status::invalid_argument, "count is 0; at least 1 was expected");
  expect_at_most(count, limits.max_batch, "count");
  required(images, "images");
  std::vector<const engine::Image*> result;
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(&required(images[i], formatted("images[{}]", i)).image);
  return result;
}

engine::Classification classified(const engine::Classifier& classifier,
                                  const std::vector<const engine::Image*>& images, bool with_maps) {
  std::vector<at::Tensor> features, logits, maps;
  for (std::size_t first = 0; first < images.size(); first += kImagesAtOnce) {
    std::vector<at::Tensor> prepared;
    for (std::size_t i = first; i < std::min(images.size(), first + kImagesAtOnce); ++i)
      prepared.push_back(classifier.preprocess(*images[i]));
    const engine::Classification some = classifier.classify(at::cat(prepared), with_maps);
    features.push_back(some.features);
    logits.push_back(some.logits);
    if (with_maps) maps.push_back(some.activations);
  }
  return {at::cat(features).contiguous(), at::cat(logits).contiguous(),
          with_maps ? at::cat(maps).contiguous() : at::Tensor()};
}

void check_result_size(const engine::ClassifierArchitecture& architecture, std::size_t count,
                       bool with_maps, const engine::Limits& limits) {
  const auto classes = static_cast<std::uint64_t>(architecture.class_count());
  std::uint64_t floats = 2 * classes + static_cast<std::uint64_t>(architecture.feature_width());
  // A map is a quarter of the image at most: the first convolution halves both sides.
  const auto side = static_cast<std::uint64_t>(architecture.resolution + 1) / 2;
  if (with_maps) floats += classes * side * side;
  const std::uint64_t most = limits.max_memory_bytes / sizeof(float) / floats;
  if (count > most)
    fail(Status::limit,
         "the results of {} images may take more than the {} bytes that are allowed; at most {} "
         "images were expected",
         count, limits.max_memory_bytes, most);
}

std::size_t tensor_size(const raygen_classification* classification,
                        at::Tensor engine::Classification::*tensor, std::int64_t dimension) {
  if (!usable(classification)) return 0;
  const at::Tensor& values = classification->values.*tensor;
  return values.defined() ? static_cast<std::size_t>(values.size(dimension)) : 0;
}

std::size_t classes_of(const raygen_classification* classification) {
  return tensor_size(classification, &engine::Classification::logits, 1);
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;
using raygen::engine::Classification;

extern "C" {

raygen_status raygen_session_classify(raygen_session* session, const raygen_image* const* images,
                                      size_t count, int32_t with_maps,
                                      raygen_classification** classification, raygen_error* error) {
  clear(classification);
  return guard(error, [&] {
    const Turn turn(session);
    const auto& opened = *turn.model();
    raygen_classification*& out = required(classification, "classification");
    const bool maps = flag(with_maps, "with_maps");
    const auto pictures = pictures_of(images, count, turn.limits());
    const auto& architecture = opened.architecture<raygen::engine::ClassifierArchitecture>();
    check_result_size(architecture, count, maps, turn.limits());
    const auto& classifier = opened.classifier();
    const raygen::engine::HostGuard computing(opened.compute(), opened.options().threads);
    auto made = std::make_unique<raygen_classification>();
    made->architecture = architecture;
    made->values = classified(classifier, pictures, maps);
    made->probabilities = classifier.probabilities(made->values.logits).contiguous();
    for (const auto* picture : pictures) made->films.push_back({picture->width, picture->height});
    out = made.release();
  });
}

void raygen_classification_free(raygen_classification* classification) { destroy(classification); }

size_t raygen_classification_count(const raygen_classification* classification) {
  return tensor_size(classification, &Classification::logits, 0);
}
size_t raygen_classification_class_count(const raygen_classification* classification) {
  return classes_of(classification);
}
size_t raygen_classification_feature_width(const raygen_classification* classification) {
  return tensor_size(classification, &Classification::features, 1);
}
size_t raygen_classification_map_height(const raygen_classification* classification) {
  return tensor_size(classification, &Classification::activations, 2);
}
size_t raygen_classification_map_width(const raygen_classification* classification) {
  return tensor_size(classification, &Classification::activations, 3);
}

const char* raygen_classification_class_name(const raygen_classification* classification,
                                             size_t k) {
  return k >= classes_of(classification) ? nullptr
                                         : classification->architecture.classes[k].c_str();
}

double raygen_classification_threshold(const raygen_classification* classification, size_t k) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN(), calibrated = 0.5;
  if (k >= classes_of(classification)) return none;
  const auto& architecture = classification->architecture;
  const double threshold = k < architecture.thresholds.size() ? architecture.thresholds[k] : none;
  return architecture.calibrated && !std::isnan(threshold) ? calibrated : threshold;
}

const float* raygen_classification_logits(const raygen_classification* classification) {
  return !usable(classification) ? nullptr : classification->values.logits.const_data_ptr<float>();
}
const float* raygen_classification_probabilities(const raygen_classification* classification) {
  return !usable(classification) ? nullptr : classification->probabilities.const_data_ptr<float>();
}
const float* raygen_classification_features(const raygen_classification* classification) {
  return !usable(classification) ? nullptr
                                 : classification->values.features.const_data_ptr<float>();
}

const float* raygen_classification_map(const raygen_classification* classification, size_t i,
                                       size_t k) {
  if (!usable(classification)) return nullptr;
  const at::Tensor& maps = classification->values.activations;
  const size_t classes = classes_of(classification);
  if (!maps.defined() || i >= raygen_classification_count(classification) || k >= classes)
    return nullptr;
  return maps.const_data_ptr<float>() +
         (i * classes + k) * static_cast<size_t>(maps.size(2) * maps.size(3));
}

raygen_status raygen_classification_overlay(const raygen_classification* classification, size_t i,
                                            size_t k, const raygen_image* film,
                                            raygen_image** overlay, raygen_error* error) {
  clear(overlay);
  return guard(error, [&] {
    const auto& made = required(classification, "classification");
    const auto& picture = required(film, "film").image;
    raygen_image*& out = required(overlay, "overlay");
    if (!made.values.activations.defined())
      fail(Status::unsupported,
           "the classification has no class activation maps: classify with with_maps = 1");
    const size_t count = made.films.size(), classes = classes_of(&made);
    if (i >= count || k >= classes)
      fail(Status::invalid_argument,
           "there is no map of image {} and class {}; below {} and {} was expected", i, k, count,
           classes);
    if (const auto [width, height] = made.films[i];
        picture.width != width || picture.height != height)
      fail(Status::invalid_argument, "the film is {} × {}; image {} was {} × {}", picture.width,
           picture.height, i, width, height);
    const c10::InferenceMode inference;
    const float* values = raygen_classification_map(&made, i, k);
    const auto& maps = made.values.activations;
    const at::Tensor map =
        at::from_blob(const_cast<float*>(values), {maps.size(2), maps.size(3)}, at::kFloat);
    out = new raygen_image{raygen::engine::activation_overlay(picture, map, made.architecture)};
  });
}

}  // extern "C"
