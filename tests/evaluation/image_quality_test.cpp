#include "evaluation/image_quality.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;

TEST_CASE("PSNR is the mean square error in dB") {
  const at::Tensor x = at::zeros({2, 1, 16, 16});
  const at::Tensor y = at::stack({at::full({1, 16, 16}, 0.1), at::full({1, 16, 16}, 0.01)});
  const at::Tensor quality = psnr(x, y);
  CHECK(quality[0].item<float>() == Approx(20).margin(1e-3));
  CHECK(quality[1].item<float>() == Approx(40).margin(1e-3));
  CHECK(psnr(x, x)[0].item<float>() == 100);
}

TEST_CASE("SSIM is 1 for equal images, the formula's value for flat ones, and falls with noise") {
  const at::Tensor a = at::full({1, 1, 24, 24}, 0.4), b = at::full({1, 1, 24, 24}, 0.6);
  CHECK(ssim(a, a)[0].item<float>() == Approx(1).margin(1e-5));
  const double c1 = 1e-4;
  CHECK(ssim(a, b)[0].item<float>() ==
        Approx((2 * 0.4 * 0.6 + c1) / (0.16 + 0.36 + c1)).margin(1e-3));
  at::Tensor image = at::linspace(0, 1, 24 * 24).view({1, 1, 24, 24});
  const at::Tensor pattern = at::sin(at::arange(24 * 24, at::kFloat) * 7).view({1, 1, 24, 24});
  const float little = ssim(image, image + 0.02 * pattern)[0].item<float>(),
              much = ssim(image, image + 0.2 * pattern)[0].item<float>();
  CHECK(little < 1);
  CHECK(much < little);
}
