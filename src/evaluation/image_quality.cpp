#include "evaluation/image_quality.hpp"

#include "error.hpp"
#include "evaluation/image_pairs.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

at::Tensor psnr(const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor error = (x - y).to(at::kFloat).square().mean({1, 2, 3});
  return (error.clamp_min(1e-10).log10() * -10).clamp_max(100);
}

at::Tensor ssim(const at::Tensor& x, const at::Tensor& y) {
  constexpr double sigma = 1.5, c1 = 0.01 * 0.01, c2 = 0.03 * 0.03;
  const std::int64_t channels = x.size(1),
                     window = std::min<std::int64_t>({11, x.size(2), x.size(3)});
  const at::Tensor place =
      at::arange(window, x.options().dtype(at::kFloat)) - static_cast<double>(window - 1) / 2;
  at::Tensor gauss = (place.square() / (-2 * sigma * sigma)).exp();
  gauss = gauss / gauss.sum();
  const at::Tensor kernel =
      gauss.outer(gauss).view({1, 1, window, window}).expand({channels, 1, window, window});
  const auto mean = [&](const at::Tensor& image) {
    return at::conv2d(image, kernel, {}, at::IntArrayRef{1, 1}, at::IntArrayRef{0, 0},
                      at::IntArrayRef{1, 1}, channels);
  };
  const at::Tensor a = x.to(at::kFloat), b = y.to(at::kFloat);
  const at::Tensor ma = mean(a), mb = mean(b);
  const at::Tensor va = mean(a * a) - ma * ma, vb = mean(b * b) - mb * mb,
                   covariance = mean(a * b) - ma * mb;
  const at::Tensor map =
      ((ma * mb * 2 + c1) * (covariance * 2 + c2)) / ((ma * ma + mb * mb + c1) * (va + vb + c2));
  return map.mean({1, 2, 3});
}

at::Tensor psnr(const at::Tensor& x, const at::Tensor& y, double data_range) {
  if (!(data_range > 0))
    fail(Status::invalid_argument,
         "data_range is {}; the range of the images' values was expected, such as 1 or 255",
         data_range);
  const auto [a, b] = image_pairs(x, y);
  return ((a - b) / data_range).square().mean({1, 2, 3}).log10() * -10;
}

double pooled_psnr(const at::Tensor& pairs) {
  if (!pairs.defined() || pairs.numel() == 0)
    fail(Status::invalid_argument, "no pair has a PSNR; at least 1 was expected");
  const at::Tensor errors = at::pow(10.0, pairs.to(at::kDouble) / -10);
  return -10 * std::log10(errors.mean().item<double>());
}

}  // namespace raygen::engine
