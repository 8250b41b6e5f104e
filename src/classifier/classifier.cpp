#include "classifier/classifier.hpp"

#include "classifier/dense_net.hpp"
#include "classifier/efficient_net_lite.hpp"
#include "classifier/image_input.hpp"
#include "error.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <string>

namespace raygen::engine {

namespace {

std::unique_ptr<const FeatureNetwork> make_network(const ClassifierArchitecture& architecture,
                                                   const WeightSource& weights) {
  return architecture.kind == ClassifierKind::densenet
             ? make_dense_net(architecture, weights)
             : make_efficient_net_lite(architecture, weights);
}

at::Tensor by_channel(const std::vector<double>& values, at::Device device) {
  return at::tensor(values, at::kDouble).to(device, at::kFloat).view({1, -1, 1, 1});
}

}  // namespace

Classifier::Classifier(const ClassifierArchitecture& architecture, const WeightSource& weights)
    : architecture_(architecture),
      compute_(weights.compute()),
      network_(make_network(architecture, weights)),
      scale_(by_channel(architecture.scale, compute_.device)),
      shift_(by_channel(architecture.shift, compute_.device)) {
  const std::string head = architecture.head();
  head_weight_ = weights.load(head + ".weight", at::kFloat);
  head_bias_ = weights.load(head + ".bias", at::kFloat);
}

Classifier::~Classifier() = default;

at::Tensor Classifier::preprocess(const at::Tensor& images) const {
  return prepare_for_classifier(images, architecture_);
}

at::Tensor Classifier::preprocess(const Image& image) const {
  if (image.width < 1 || image.height < 1)
    fail(Status::invalid_argument, "the image is {}x{}; at least one pixel was expected",
         image.width, image.height);
  // from_blob's tensor is only read.
  const at::Tensor pixels =
      at::from_blob(const_cast<float*>(image.pixels.data()),
                    {1, image.height, image.width, image.channels}, at::kFloat);
  return preprocess(pixels.permute({0, 3, 1, 2}).contiguous());
}

Classification Classifier::classify(const at::Tensor& images, bool with_activations) const {
  check_unit_images(images, "the classifier's images");
  const std::int64_t size = architecture_.resolution;
  if (images.size(1) != architecture_.channels || images.size(2) != size ||
      images.size(3) != size) {
    fail(Status::invalid_argument, "the classifier's images are [{}], [B,{},{},{}] was expected",
         fmt::join(images.sizes(), ","), architecture_.channels, size, size);
  }
  const at::Tensor x = at::addcmul(shift_, images.to(compute_.device), scale_)
                           .to(compute_.type)
                           .contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor map = network_->feature_map(x).to(at::kFloat);
  const at::Tensor features = map.mean(at::IntArrayRef{2, 3});
  Classification seen;
  seen.features = features.to(at::kCPU);
  seen.logits = at::linear(features, head_weight_, head_bias_).to(at::kCPU);
  if (!is_finite(seen.features) || !is_finite(seen.logits)) {
    fail(Status::numeric,
         "what the classifier sees holds NaN or infinity: its weights are not usable");
  }
  if (with_activations) {
    seen.activations = at::matmul(head_weight_, map.flatten(2))
                           .view({map.size(0), -1, map.size(2), map.size(3)})
                           .to(at::kCPU);
  }
  return seen;
}

at::Tensor Classifier::probabilities(const at::Tensor& logits) const {
  if (logits.dim() != 2 || logits.size(1) != architecture_.class_count()) {
    fail(Status::invalid_argument, "the logits are [{}], [B,{}] was expected",
         fmt::join(logits.sizes(), ","), architecture_.class_count());
  }
  const at::Tensor probabilities = logits.sigmoid();
  return architecture_.calibrated ? calibrated(probabilities, architecture_.thresholds)
                                  : probabilities;
}

at::Tensor calibrated(const at::Tensor& probabilities, const std::vector<double>& thresholds) {
  const at::Tensor t = at::tensor(thresholds, at::kDouble).to(at::kFloat);
  const at::Tensor below = probabilities / (t * 2), above = 1 - (1 - probabilities) / ((1 - t) * 2);
  return at::where(t.isnan(), at::full({}, 0.5F), at::where(probabilities < t, below, above));
}

}  // namespace raygen::engine
