#include "vqgan/upsample.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

// Adds the taps of a 3-wide window that fall on the same source pixel: parity 0 sees (0 | 1+2),
// parity 1 sees (0+1 | 2).
at::Tensor merge_taps(const at::Tensor& weight, std::int64_t dim, int parity) {
  const at::Tensor first = weight.narrow(dim, 0, 1 + parity).sum({dim}, /*keepdim=*/true);
  const at::Tensor second = weight.narrow(dim, 1 + parity, 2 - parity).sum({dim}, /*keepdim=*/true);
  return at::cat({first, second}, dim);
}

}  // namespace

Upsample::Upsample(const WeightSource& weights, const std::string& name, std::int64_t size) {
  const at::Tensor weight = weights.load(name + ".conv.weight", at::kFloat),
                   bias = weights.load(name + ".conv.bias", at::kFloat);
  // In bfloat16 merged taps save as many products, and round less.
  if (weights.compute().type == at::kFloat &&
      Winograd::suits(weight, 1, 1, 2 * size, weights.compute())) {
    winograd_.emplace(weight, bias, at::kFloat);
    return;
  }
  if (!weights.compute().device.is_cpu() && weights.compute().type == at::kBFloat16) {
    whole_.emplace(weight, bias, Convolution::Geometry{1, 1, 2 * size}, weights.compute());
    return;
  }
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 2; ++column) {
      const at::Tensor merged = merge_taps(merge_taps(weight, 2, row), 3, column);
      phases_.at(static_cast<std::size_t>(row * 2 + column)) =
          Convolution(merged, bias, {1, 1, size}, weights.compute());
    }
  }
}

void Upsample::apply(FeatureMap& map) const {
  if (whole_) {
    map.replace((*whole_)(at::upsample_nearest2d(map.x(), {2 * map.height(), 2 * map.width()})));
    return;
  }
  const std::int64_t height = map.height(), width = map.width(),
                     channels = winograd_ ? winograd_->out_channels() : phases_[0].out_channels();
  const at::Tensor large = map.next(channels, 2 * height, 2 * width);
  if (winograd_) {
    winograd_->apply(map.x(), large, /*add=*/false);
    map.replace(large);
    return;
  }
  const at::Tensor interleaved =
      large.permute({0, 2, 3, 1}).view({large.size(0), height, 2, width, 2, channels});
  for (int row = 0; row < 2; ++row) {
    for (int column = 0; column < 2; ++column) {
      // Padded by one on every side, the 2×2 window gives one row and column too many; each parity
      // leaves out another one.
      const at::Tensor phase =
          convolved(phases_.at(static_cast<std::size_t>(row * 2 + column)), map.x(),
                    [&] { return map.work(0, channels, height + 1, width + 1); });
      const at::Tensor window =
          phase.permute({0, 2, 3, 1}).narrow(1, row, height).narrow(2, column, width);
      interleaved.select(2, row).select(3, column).copy_(window);
    }
  }
  map.replace(large);
}

}  // namespace raygen::engine
