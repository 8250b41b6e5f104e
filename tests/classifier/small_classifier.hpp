#pragma once
// Small classifiers with random weights, and the same networks as plain compositions of ATen's
// functions in float64, normalisation and all.

#include "classifier/architecture.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

inline ClassifierArchitecture small_dense_net(std::int64_t channels = 3) {
  ClassifierArchitecture classifier;
  classifier.channels = channels;
  classifier.classes = {"Edema", "Effusion", "Pneumonia"};
  classifier.resolution = 40;
  classifier.scale.assign(static_cast<std::size_t>(channels), 4);
  classifier.shift.assign(static_cast<std::size_t>(channels), -2);
  classifier.densenet = {8, 4, 2, {2, 3, 1}};
  return classifier;
}

inline ClassifierArchitecture small_lite() {
  ClassifierArchitecture classifier = small_dense_net();
  classifier.kind = ClassifierKind::efficientnet_lite;
  classifier.resolution = 33;  // strides meet even and odd sizes
  classifier.efficientnet_lite = {8, 24, {3, 3, 5, 3}, {1, 2, 2, 1}, {1, 6, 2, 3}, {8, 6, 10, 10}};
  return classifier;
}

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Weights that keep activations near one; norms that do something.
inline NamedTensors random_classifier_weights(const ClassifierArchitecture& classifier,
                                              at::Generator generator) {
  NamedTensors weights;
  for (const TensorSpec& spec : classifier.tensor_specs()) {
    at::Tensor tensor = at::empty(spec.shape);
    if (tensor.dim() > 1) {
      const auto inputs = static_cast<double>(tensor.numel() / tensor.size(0));
      tensor.normal_(0, std::sqrt(2 / inputs), generator);
    } else if (spec.name.ends_with("running_var")) {
      tensor.uniform_(0.5, 1.5, generator);
    } else {
      tensor.normal_(spec.name.ends_with("weight") ? 1 : 0, 0.2, generator);
    }
    weights.emplace_back(spec.name, tensor);
  }
  return weights;
}

/// The networks' definitions, layer by layer.
class PlainClassifier {
 public:
  PlainClassifier(const ClassifierArchitecture& classifier, const NamedTensors& weights)
      : classifier_(classifier) {
    for (const auto& [name, tensor] : weights) weights_[name] = tensor.to(at::kDouble);
  }

  /// images: [B,C,R,R], 0..1. Returns the last feature map.
  at::Tensor feature_map(const at::Tensor& images) const {
    const auto by_channel = [](const std::vector<double>& values) {
      return at::tensor(values, at::kDouble).view({1, -1, 1, 1});
    };
    const at::Tensor x =
        images.to(at::kDouble) * by_channel(classifier_.scale) + by_channel(classifier_.shift);
    return classifier_.kind == ClassifierKind::densenet ? dense_net(x) : lite(x);
  }
  at::Tensor logits(const at::Tensor& features) const {
    const std::string head = classifier_.head();
    return at::linear(features, weights_.at(head + ".weight"), weights_.at(head + ".bias"));
  }
  const at::Tensor& weight(const std::string& name) const { return weights_.at(name); }

 private:
  at::Tensor norm(const at::Tensor& x, const std::string& name, double epsilon) const {
    return at::batch_norm(x, weights_.at(name + ".weight"), weights_.at(name + ".bias"),
                          weights_.at(name + ".running_mean"), weights_.at(name + ".running_var"),
                          /*training=*/false, 0.1, epsilon, false);
  }

  at::Tensor dense_net(at::Tensor x) const {
    const auto relu_norm = [&](const at::Tensor& y, const std::string& name) {
      return at::relu(norm(y, "features." + name, 1e-5));
    };
    const auto convolved = [&](const at::Tensor& y, const std::string& name, std::int64_t padding) {
      return at::conv2d(y, weights_.at("features." + name + ".weight"), {}, 1, padding);
    };
    x = at::conv2d(x, weights_.at("features.conv0.weight"), {}, 2, 3);
    x = at::max_pool2d(relu_norm(x, "norm0"), {3, 3}, {2, 2}, {1, 1});
    const auto& blocks = classifier_.densenet.blocks;
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      for (std::int64_t l = 0; l < blocks[b]; ++l) {
        const std::string name =
            "denseblock" + std::to_string(b + 1) + ".denselayer" + std::to_string(l + 1);
        const at::Tensor middle = convolved(relu_norm(x, name + ".norm1"), name + ".conv1", 0);
        x = at::cat({x, convolved(relu_norm(middle, name + ".norm2"), name + ".conv2", 1)}, 1);
      }
      if (b + 1 == blocks.size()) break;
      const std::string name = "transition" + std::to_string(b + 1);
      x = at::avg_pool2d(convolved(relu_norm(x, name + ".norm"), name + ".conv", 0), {2, 2});
    }
    return relu_norm(x, "norm5");
  }

  /// TensorFlow's "same".
  at::Tensor same(const at::Tensor& x, const std::string& name, std::int64_t stride,
                  std::int64_t groups) const {
    const at::Tensor& weight = weights_.at(name + ".weight");
    const std::int64_t size = x.size(2), kernel = weight.size(2),
                       total = std::max<std::int64_t>(
                           ((size + stride - 1) / stride - 1) * stride + kernel - size, 0),
                       before = total / 2, after = total - before;
    constexpr std::int64_t padded_already = 0;
    return at::conv2d(at::constant_pad_nd(x, {before, after, before, after}), weight, {}, stride,
                      padded_already, 1, groups);
  }

  at::Tensor lite(at::Tensor x) const {
    const auto active = [&](const at::Tensor& y, const std::string& name) {
      return at::clamp(norm(y, name, 1e-3), 0, 6);
    };
    const EfficientNetLiteSizes& sizes = classifier_.efficientnet_lite;
    x = active(same(x, "_conv_stem", 2, 1), "_bn0");
    for (std::size_t i = 0; i < sizes.kernels.size(); ++i) {
      const std::string name = "_blocks." + std::to_string(i) + ".";
      at::Tensor y = x;
      if (sizes.expansions[i] != 1) y = active(same(y, name + "_expand_conv", 1, 1), name + "_bn0");
      y = active(same(y, name + "_depthwise_conv", sizes.strides[i], y.size(1)), name + "_bn1");
      y = norm(same(y, name + "_project_conv", 1, 1), name + "_bn2", 1e-3);
      x = sizes.strides[i] == 1 && y.size(1) == x.size(1) ? x + y : y;
    }
    return active(same(x, "_conv_head", 1, 1), "_bn1");
  }

  ClassifierArchitecture classifier_;
  std::map<std::string, at::Tensor> weights_;
};

}  // namespace raygen::engine
