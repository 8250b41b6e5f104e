#pragma once
// Images to features: what sets of images are compared by.

#include "image/image.hpp"
#include "model/model.hpp"

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
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
  /// What ends the keys of its measures: "classifier", "vqgan", "radiomics".
  virtual std::string name() const = 0;
  /// For people: the network, first digits of its hash, what was done to an image before.
  virtual std::string description() const = 0;
  /// Of all that the numbers depend on: 64 hex digits. Equal digests give equal features.
  virtual std::string digest() const = 0;
  /// As many finite numbers for every image: first those that sets are compared by, then
  /// beside_count() others: what a classifier says (split_judgements()), or the image's tokens.
  /// Empty for an image that has none, as one of a single grey value has no radiomics. One thread
  /// at a time.
  virtual std::vector<float> features(const Image& image) = 0;
  virtual std::int64_t beside_count() const { return 0; }
  /// Pixels of a side of the network's images; 0: any.
  virtual std::int64_t resolution() const { return 0; }
  /// The classes that the network knows; empty if it is no classifier.
  virtual std::vector<JudgedClass> classes() const { return {}; }
};

/// What the VQ-GAN's encoder makes before quantisation, averaged in each quarter of the image, so
/// that sides count: four times its width. Beside them the image's tokens. Throws
/// Error(unsupported) if the model has no image encoder.
std::unique_ptr<Extractor> vqgan_extractor(std::shared_ptr<const Model> model);

/// radiomics_features() of the grey values 0..255, which need no network. An image of one grey
/// value or with a side below 4 pixels has none.
std::unique_ptr<Extractor> radiomics_extractor();

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
