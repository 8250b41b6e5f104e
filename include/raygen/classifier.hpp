#pragma once
// What a trained network sees on images: findings, features, and where.
//
//   raygen::Classifier classifier(model);
//   raygen::Classification seen = classifier.classify(image);
//   for (std::size_t k = 0; k < seen.class_count(); ++k)
//     std::printf("%s: %.3f\n", seen.class_name(k).c_str(), seen.probability(0, k));

#include "error.hpp"
#include "image.hpp"
#include "model.hpp"
#include "session.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raygen {

/// B images classified. Independent of the classifier and the model. The arrays are alive as long
/// as the classification. i below is 0..B-1, k 0..K-1; neither is checked unless it says so.
class Classification {
 public:
  std::size_t count() const noexcept { return raygen_classification_count(get()); }  ///< B
  /// K.
  std::size_t class_count() const noexcept { return raygen_classification_class_count(get()); }
  /// D.
  std::size_t feature_width() const noexcept { return raygen_classification_feature_width(get()); }
  /// Empty for an output that was never trained, and for a k that is too large.
  std::string class_name(std::size_t k) const {
    const char* name = raygen_classification_class_name(get(), k);
    return name != nullptr ? name : "";
  }
  /// The probability from which on class k counts as there; NaN when the model has none, or k is
  /// too large.
  double threshold(std::size_t k) const noexcept {
    return raygen_classification_threshold(get(), k);
  }

  /// [B,K].
  Span<float> logits() const& noexcept {
    return {raygen_classification_logits(get()), count() * class_count()};
  }
  void logits() const&& = delete;
  /// [B,K], each class by itself; calibrated where the model says so: each threshold is 0.5 then.
  Span<float> probabilities() const& noexcept {
    return {raygen_classification_probabilities(get()), count() * class_count()};
  }
  void probabilities() const&& = delete;
  float probability(std::size_t i, std::size_t k) const noexcept {
    return raygen_classification_probabilities(get())[i * class_count() + k];
  }
  /// [B,D]: the mean of the last feature map over its places.
  Span<float> features() const& noexcept {
    return {raygen_classification_features(get()), count() * feature_width()};
  }
  void features() const&& = delete;

  /// 0 when the images were classified without maps.
  std::size_t map_height() const noexcept { return raygen_classification_map_height(get()); }
  std::size_t map_width() const noexcept { return raygen_classification_map_width(get()); }
  /// [map_height,map_width]: the class activation map (Zhou et al., CVPR 2016), whose mean plus the
  /// class's bias is the logit. Empty without maps, or when i or k is too large.
  Span<float> map(std::size_t i, std::size_t k) const& noexcept {
    const float* values = raygen_classification_map(get(), i, k);
    return {values, values != nullptr ? map_height() * map_width() : 0};
  }
  void map(std::size_t i, std::size_t k) const&& = delete;
  /// The map in colour on the film, which is image i: RGB of its size, from yellow to red where
  /// something speaks for the class. Throws Error(invalid_argument) for another i, k or size,
  /// Error(unsupported) without maps.
  Image overlay(std::size_t i, std::size_t k, const Image& film) const {
    return Image(detail::made<raygen_image>([&](raygen_image** overlay, raygen_error* error) {
      return raygen_classification_overlay(get(), i, k, film.get(), overlay, error);
    }));
  }

  const raygen_classification* get() const& noexcept { return classification_.get(); }
  void get() const&& = delete;

 private:
  friend class Classifier;
  explicit Classification(raygen_classification* classification) noexcept
      : classification_(classification) {}

  std::unique_ptr<raygen_classification, detail::Free<raygen_classification_free>> classification_;
};

/// The classifier of a model. One thread at a time: make one for each thread.
class Classifier {
 public:
  explicit Classifier(const Model& model) : session_(model) {}

  /// At least one image of any size, grey or RGB, prepared as the classifier wants it. with_maps:
  /// keeps class activation maps. Throws Error(invalid_argument | limit | unsupported | numeric |
  /// out_of_memory | device | io); unsupported: the model has no classifier.
  Classification classify(const std::vector<Image>& images, bool with_maps = false) {
    std::vector<const raygen_image*> raw;
    for (const Image& image : images) raw.push_back(image.get());
    return run(raw, with_maps);
  }
  Classification classify(const Image& image, bool with_maps = false) {
    return run({image.get()}, with_maps);
  }

  Session& session() & noexcept { return session_; }
  void session() && = delete;

 private:
  Classification run(const std::vector<const raygen_image*>& images, bool with_maps) {
    return Classification(detail::made<raygen_classification>(
        [&](raygen_classification** classification, raygen_error* error) {
          return raygen_session_classify(session_.get(), images.data(), images.size(),
                                         with_maps ? 1 : 0, classification, error);
        }));
  }

  Session session_;
};

}  // namespace raygen
