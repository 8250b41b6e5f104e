#pragma once
// What a trained network sees on an image: classes, features, and where.

#include "classifier/architecture.hpp"
#include "compute/compute.hpp"
#include "image/image.hpp"

#include <ATen/core/Tensor.h>

#include <memory>

namespace raygen::engine {

class FeatureNetwork;

/// All float32 on the CPU.
struct Classification {
  at::Tensor features;     // [B,D]: the mean of the last feature map over its places
  at::Tensor logits;       // [B,K]
  at::Tensor activations;  // [B,K,h,w] class activation maps; undefined unless asked for
};

/// DenseNet or EfficientNet-Lite with its linear head, in inference: BatchNorm uses its running
/// statistics. Immutable; any number of threads. `images` below are float32 [B,channels,R,R], 0..1,
/// as preprocess() returns them; other types, shapes and ranges are Errors(invalid_argument), NaN
/// and infinity in images and results Errors(numeric). An image's numbers do not depend on the
/// others of its batch beyond float32's rounding.
class Classifier {
 public:
  Classifier(const ClassifierArchitecture& architecture, const WeightSource& weights);
  ~Classifier();
  const ClassifierArchitecture& architecture() const { return architecture_; }

  /// Of any size, float32 [B,1 or 3,H,W], 0..1 → [B,channels,R,R] (image_input.hpp).
  at::Tensor preprocess(const at::Tensor& images) const;
  /// Of one image → [1,channels,R,R].
  at::Tensor preprocess(const Image& image) const;

  /// All from one pass. Activation maps (Zhou et al. 2016) are the head's weights applied to each
  /// place of the last feature map: their mean over the places plus the head's bias is the logit.
  Classification classify(const at::Tensor& images, bool with_activations = false) const;
  at::Tensor logits(const at::Tensor& images) const { return classify(images).logits; }
  at::Tensor features(const at::Tensor& images) const { return classify(images).features; }
  at::Tensor activations(const at::Tensor& images) const {
    return classify(images, true).activations;
  }

  /// [B,K] logits → probabilities, each class by itself (sigmoid); where the architecture says so,
  /// calibrated by its thresholds (calibrated() below).
  at::Tensor probabilities(const at::Tensor& logits) const;

 private:
  ClassifierArchitecture architecture_;
  Compute compute_;
  std::unique_ptr<const FeatureNetwork> network_;
  at::Tensor scale_, shift_;            // [1,channels,1,1]
  at::Tensor head_weight_, head_bias_;  // float32 [K,D], [K]
};

/// torchxrayvision's op_threshs: probabilities [B,K] below the threshold t become p / 2t, others
/// 1 − (1 − p) / 2(1 − t), so that t becomes 0.5; where t is NaN all become 0.5.
at::Tensor calibrated(const at::Tensor& probabilities, const std::vector<double>& thresholds);

}  // namespace raygen::engine
