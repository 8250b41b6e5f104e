#pragma once
// Images that are too near a training image are drawn again.

#include "image/image.hpp"
#include "memorisation/training_index.hpp"
#include "noise/noise.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace raygen::engine {

class Model;

struct NearRejection {
  std::shared_ptr<const TrainingIndex> index;  // null: no image is rejected
  std::int64_t tries = 5;                      // of an image, the first included
};

/// Throws Error(invalid_argument) for a number of tries that is not 1 to 1,000,000, an index of
/// another VQ-GAN's tokens, and images that are begun with tokens: those of a film may be a
/// training image's own.
void check_rejection(const NearRejection& rejection, const Model& model, bool begun_with_tokens);

/// Judges the images of a call.
class NearFilter {
 public:
  NearFilter(const Model& model, const NearRejection& rejection)
      : model_(model), rejection_(rejection) {}

  bool rejects() const { return rejection_.index != nullptr; }

  /// Whether an image that is described may stay. If so, its settings get "reject_near": the index,
  /// the number of tries, the nearest training images, scores and thresholds. tried: how often it
  /// was rejected. Throws Error(limit), naming the image and its scores, if no try is left.
  bool accepts(const std::vector<std::int32_t>& tokens, Image& image, const ImageKey& key,
               std::int64_t tried) const;

 private:
  const Model& model_;
  const NearRejection& rejection_;
};

}  // namespace raygen::engine
