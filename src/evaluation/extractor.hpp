#pragma once
// Images to features: what sets of images are compared by.

#include "image/image.hpp"
#include "model/model.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

struct JudgedClass {
  std::string name;
  std::optional<double> threshold;  // logit from which on the class counts as there
};

class Extractor {
 public:
  virtual ~Extractor() = default;
  /// For people: the network, first digits of its hash, what was done to an image before.
  virtual std::string description() const = 0;
  /// Of all that the numbers depend on: 64 hex digits. Equal digests give equal features.
  virtual std::string digest() const = 0;
  /// As many numbers for every image: first those that sets are compared by, then what a classifier
  /// says (judgements()). One thread at a time.
  virtual std::vector<float> features(const Image& image) = 0;
  /// The classes that the network knows; empty if it is no classifier.
  virtual std::vector<JudgedClass> classes() const { return {}; }
};

/// What the VQ-GAN's encoder makes before quantisation, averaged in each quarter of the image, so
/// that sides count: four times its width. Throws Error(unsupported) if the model has no image
/// encoder.
std::unique_ptr<Extractor> vqgan_extractor(std::shared_ptr<const Model> model);

/// A classifier's last features, averaged over the image, and after them three logits of each
/// class: of the image, and of the image whose right half (the patient's) was replaced by the
/// mirrored left one, and the other way round. The higher one of the last two tells the side of a
/// finding, whatever the network is. Throws Error(unsupported) if the model has no classifier.
std::unique_ptr<Extractor> classifier_extractor(std::shared_ptr<const Model> model);

/// What a classifier says of N images, float64 [N,K] each: logits of the image, and of its left and
/// right half (the patient's) beside its own mirror image.
struct Judgements {
  at::Tensor whole, left, right;
};
/// Takes the judgements of `classes` classes off the end of numbers [N,d+3K] → [N,d].
at::Tensor split_judgements(const at::Tensor& numbers, std::size_t classes, Judgements& into);

}  // namespace raygen::engine
