#include "training/perceptual.hpp"

#include "evaluation/lpips.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

constexpr int pyramid_levels = 4;

/// Blurred with the binomial filter 1 4 6 4 1 and every second pixel.
at::Tensor half(const at::Tensor& x) {
  const std::int64_t channels = x.size(1);
  const at::Tensor row = at::tensor({1.0, 4.0, 6.0, 4.0, 1.0}, x.options()) / 16.0;
  const at::Tensor across = row.view({1, 1, 1, 5}).expand({channels, 1, 1, 5}),
                   down = row.view({1, 1, 5, 1}).expand({channels, 1, 5, 1});
  at::Tensor y =
      at::conv2d(at::replication_pad2d(x, {2, 2, 0, 0}), across, {}, at::IntArrayRef{1, 2},
                 at::IntArrayRef{0, 0}, at::IntArrayRef{1, 1}, channels);
  return at::conv2d(at::replication_pad2d(y, {0, 0, 2, 2}), down, {}, at::IntArrayRef{2, 1},
                    at::IntArrayRef{0, 0}, at::IntArrayRef{1, 1}, channels);
}

class LaplacianPyramidLoss final : public PerceptualLoss {
 public:
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& y) const override {
    at::Tensor difference = (x - y).to(at::kFloat);  // the pyramid is linear
    at::Tensor loss = at::zeros({x.size(0)}, difference.options());
    for (int level = 0; level < pyramid_levels && difference.size(2) > 2 && difference.size(3) > 2;
         ++level) {
      const at::Tensor coarse = half(difference);
      const at::Tensor detail =
          difference -
          at::upsample_bilinear2d(coarse, {difference.size(2), difference.size(3)}, false);
      loss = loss + detail.abs().mean({1, 2, 3});
      difference = coarse;
    }
    return loss + difference.abs().mean({1, 2, 3});
  }
};

class LpipsLoss final : public PerceptualLoss {
 public:
  LpipsLoss(const std::filesystem::path& path, at::Device device, const Limits& limits)
      : lpips_(LpipsNetwork::vgg16, {path}, device, limits) {}
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& y) const override {
    at::Tensor loss = at::zeros({x.size(0)}, x.options().dtype(at::kFloat));
    for (const at::Tensor& map : lpips_.differences(x, y)) loss = loss + map.mean({1, 2, 3});
    return loss;
  }

 private:
  Lpips lpips_;
};

}  // namespace

std::unique_ptr<PerceptualLoss> load_lpips(const std::filesystem::path& path, at::Device device,
                                           const Limits& limits) {
  return std::make_unique<LpipsLoss>(path, device, limits);
}

std::unique_ptr<PerceptualLoss> make_laplacian_pyramid_loss() {
  return std::make_unique<LaplacianPyramidLoss>();
}

}  // namespace raygen::engine
