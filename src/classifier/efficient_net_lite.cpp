#include "classifier/efficient_net_lite.hpp"

#include "classifier/folded_convolution.hpp"
#include "formatted.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

constexpr double kLiteEpsilon = 1e-3;

/// TensorFlow's "same": ⌈size / stride⌉ values come out; an odd zero goes behind.
FoldedConvolution::Geometry same(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                                 bool depthwise) {
  const std::int64_t out = (size + stride - 1) / stride,
                     total = std::max<std::int64_t>((out - 1) * stride + kernel - size, 0);
  return {size, stride, total / 2, total - total / 2, depthwise};
}

struct LiteBlock {
  std::vector<FoldedConvolution> steps;  // [expansion,] depthwise, projection
  bool residual = false;
};

class EfficientNetLite final : public FeatureNetwork {
 public:
  EfficientNetLite(const ClassifierArchitecture& architecture, const WeightSource& weights) {
    const EfficientNetLiteSizes& sizes = architecture.efficientnet_lite;
    std::int64_t size = architecture.resolution, width = sizes.stem_channels;
    const auto load = [&](const std::string& name, const std::string& norm,
                          FoldedConvolution::Geometry geometry, Activation activation) {
      return FoldedConvolution(weights, name, load_batch_norm(weights, norm, kLiteEpsilon),
                               geometry, activation);
    };
    stem_ = load("_conv_stem", "_bn0", same(size, 3, 2, false), Activation::relu6);
    size = (size + 1) / 2;
    for (std::size_t i = 0; i < sizes.kernels.size(); ++i) {
      const std::string name = formatted("_blocks.{}.", i);
      LiteBlock& block = blocks_.emplace_back();
      if (sizes.expansions[i] != 1) {
        block.steps.push_back(
            load(name + "_expand_conv", name + "_bn0", {size}, Activation::relu6));
      }
      const std::int64_t stride = sizes.strides[i];
      block.steps.push_back(load(name + "_depthwise_conv", name + "_bn1",
                                 same(size, sizes.kernels[i], stride, true), Activation::relu6));
      size = (size + stride - 1) / stride;
      block.steps.push_back(load(name + "_project_conv", name + "_bn2", {size}, Activation::none));
      block.residual = stride == 1 && width == sizes.block_channels[i];
      width = sizes.block_channels[i];
    }
    head_ = load("_conv_head", "_bn1", {size}, Activation::relu6);
  }

  at::Tensor feature_map(const at::Tensor& x) const override {
    at::Tensor map = stem_(x);
    for (const LiteBlock& block : blocks_) {
      at::Tensor y = map;
      for (const FoldedConvolution& step : block.steps) y = step(y);
      if (block.residual) y.add_(map);
      map = std::move(y);
    }
    return head_(map);
  }

 private:
  FoldedConvolution stem_, head_;
  std::vector<LiteBlock> blocks_;
};

}  // namespace

std::unique_ptr<const FeatureNetwork> make_efficient_net_lite(
    const ClassifierArchitecture& architecture, const WeightSource& weights) {
  return std::make_unique<EfficientNetLite>(architecture, weights);
}

}  // namespace raygen::engine
