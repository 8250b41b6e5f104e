#include "classifier/dense_net.hpp"

#include "classifier/folded_convolution.hpp"
#include "compute/simd_kernels.hpp"
#include "formatted.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <optional>
#include <vector>

namespace raygen::engine {

namespace {

constexpr double kDenseNetEpsilon = 1e-5;

/// Half of a size, rounded up: what a stride of 2 leaves, with the paddings of the first
/// convolution and the first pooling.
std::int64_t half_up(std::int64_t size) { return (size + 1) / 2; }

/// ReLU(BatchNorm(x)) of the first channels of a block's memory.
class NormAndRelu {
 public:
  NormAndRelu(const WeightSource& weights, const std::string& name)
      : affine_(load_batch_norm(weights, name, kDenseNetEpsilon)) {}

  /// block: [B,total,H,W], channels last. Returns [B,channels,H,W], channels last.
  at::Tensor operator()(const at::Tensor& block) const {
    const std::int64_t channels = affine_.scale.size(0), stride = block.size(1);
    if (!block.is_cpu() || block.scalar_type() != at::kFloat) {
      const auto each = [&](const at::Tensor& values) {
        return values.to(block.scalar_type()).view({1, -1, 1, 1});
      };
      return at::addcmul(each(affine_.shift), block.narrow(1, 0, channels), each(affine_.scale))
          .relu_();
    }
    const at::Tensor out = at::empty({block.size(0), channels, block.size(2), block.size(3)},
                                     block.options(), at::MemoryFormat::ChannelsLast);
    const std::int64_t rows = block.size(0) * block.size(2) * block.size(3);
    const float *from = block.const_data_ptr<float>(),
                *scale = affine_.scale.const_data_ptr<float>(),
                *shift = affine_.shift.const_data_ptr<float>();
    float* to = out.data_ptr<float>();
    constexpr std::int64_t values_at_once = 1 << 14;
    at::parallel_for(0, rows, values_at_once / channels + 1,
                     [&](std::int64_t begin, std::int64_t end) {
                       scale_shift_and_rectify(from + begin * stride, stride, to + begin * channels,
                                               end - begin, channels, scale, shift);
                     });
    return out;
  }

 private:
  BatchNormAffine affine_;
};

struct DenseLayer {
  NormAndRelu norm;
  FoldedConvolution bottleneck;  // 1×1, with the second norm and its ReLU
  FoldedConvolution growth;      // 3×3
};

struct DenseBlock {
  std::vector<DenseLayer> layers;
  NormAndRelu norm;                             // the transition's, or norm5
  std::optional<FoldedConvolution> transition;  // 1×1; none after the last block
};

class DenseNet final : public FeatureNetwork {
 public:
  DenseNet(const ClassifierArchitecture& architecture, const WeightSource& weights)
      : growth_(architecture.densenet.growth) {
    std::int64_t size = architecture.resolution;
    stem_ = FoldedConvolution(weights, "features.conv0",
                              load_batch_norm(weights, "features.norm0", kDenseNetEpsilon),
                              {size, 2, 3, 3}, Activation::relu);
    size = half_up(half_up(size));
    const std::size_t count = architecture.densenet.blocks.size();
    for (std::size_t i = 1; i <= count; ++i) {
      const bool last = i == count;
      const std::string name = formatted("features.transition{}", i);
      DenseBlock block{{}, NormAndRelu(weights, last ? "features.norm5" : name + ".norm"), {}};
      for (std::int64_t layer = 1; layer <= architecture.densenet.blocks[i - 1]; ++layer)
        block.layers.push_back(
            load_layer(weights, formatted("features.denseblock{}.denselayer{}", i, layer), size));
      size /= 2;
      if (!last) {
        block.transition.emplace(weights, name + ".conv", BatchNormAffine{},
                                 FoldedConvolution::Geometry{size}, Activation::none);
      }
      blocks_.push_back(std::move(block));
    }
  }

  at::Tensor feature_map(const at::Tensor& x) const override {
    at::Tensor map = at::max_pool2d(stem_(x), {3, 3}, {2, 2}, {1, 1});
    for (const DenseBlock& block : blocks_) {
      map = block.norm(concatenated(block, map));
      // The transition's convolution and its pooling are both linear: pooled first, three quarters
      // of the products fall away.
      if (block.transition) map = (*block.transition)(at::avg_pool2d(map, {2, 2}));
    }
    return map;
  }

 private:
  static DenseLayer load_layer(const WeightSource& weights, const std::string& name,
                               std::int64_t size) {
    return {NormAndRelu(weights, name + ".norm1"),
            FoldedConvolution(weights, name + ".conv1",
                              load_batch_norm(weights, name + ".norm2", kDenseNetEpsilon), {size},
                              Activation::relu),
            FoldedConvolution(weights, name + ".conv2", {}, {size, 1, 1, 1}, Activation::none)};
  }

  /// The block's input and what its layers add, each in its place of one memory from the start:
  /// concatenating after each layer would copy all that came before it.
  at::Tensor concatenated(const DenseBlock& block, const at::Tensor& x) const {
    std::int64_t channels = x.size(1);
    const std::int64_t total = channels + growth_ * static_cast<std::int64_t>(block.layers.size());
    const at::Tensor all = at::empty({x.size(0), total, x.size(2), x.size(3)}, x.options(),
                                     at::MemoryFormat::ChannelsLast);
    all.narrow(1, 0, channels).copy_(x);
    for (const DenseLayer& layer : block.layers) {
      all.narrow(1, channels, growth_).copy_(layer.growth(layer.bottleneck(layer.norm(all))));
      channels += growth_;
    }
    return all;
  }

  std::int64_t growth_;
  FoldedConvolution stem_;
  std::vector<DenseBlock> blocks_;
};

}  // namespace

std::unique_ptr<const FeatureNetwork> make_dense_net(const ClassifierArchitecture& architecture,
                                                     const WeightSource& weights) {
  return std::make_unique<DenseNet>(architecture, weights);
}

}  // namespace raygen::engine
