#include "memorisation/thumbnail.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t kStepsOfASide = 64;

std::int64_t shift_step(std::int64_t side) {
  return std::min(std::max<std::int64_t>(side / kStepsOfASide, 1), (side - 1) / 2);
}

/// Of what is inside of a margin of one step, which is shifted by so many steps.
at::Tensor shifted(const at::Tensor& pixels, std::int64_t down, std::int64_t right) {
  const std::int64_t vertical = shift_step(pixels.size(1)), horizontal = shift_step(pixels.size(2));
  const at::Tensor inside =
      pixels.narrow(1, vertical * (1 + down), pixels.size(1) - 2 * vertical)
          .narrow(2, horizontal * (1 + right), pixels.size(2) - 2 * horizontal);
  const at::Tensor cells =
      at::adaptive_avg_pool2d(inside.to(at::kDouble), {kThumbnailSide, kThumbnailSide}).flatten(1);
  const at::Tensor contrast = cells - cells.mean(1, /*keepdim=*/true),
                   length = contrast.square().sum(1, /*keepdim=*/true).sqrt();
  constexpr double rounding = 1e-6;  // of equal cells' mean
  return at::where(length <= rounding, at::zeros_like(contrast), contrast / length).to(at::kFloat);
}

}  // namespace

at::Tensor thumbnails(const at::Tensor& pixels) { return shifted(pixels, 0, 0); }

at::Tensor shifted_thumbnails(const at::Tensor& pixels) {
  std::vector<at::Tensor> all;
  for (std::int64_t down = -1; down <= 1; ++down)
    for (std::int64_t right = -1; right <= 1; ++right) all.push_back(shifted(pixels, down, right));
  return at::stack(all, 1);
}

at::Tensor grey_pixels(const Image& image) {
  // from_blob's tensor is only read.
  return at::from_blob(const_cast<float*>(image.pixels.data()),
                       {1, image.height, image.width, image.channels}, at::kFloat)
      .to(at::kDouble)
      .mean(3);
}

}  // namespace raygen::engine
