#include "evaluation/structural_similarity.hpp"
#include "error.hpp"
#include "evaluation/image_quality.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Contains;

namespace {

struct ImagePair {
  at::Tensor x, y;
};

/// float64 images that NumPy makes as well: waves, and the same with finer waves and a little
/// light.
ImagePair waves(std::int64_t batch, std::int64_t channels, std::int64_t height,
                std::int64_t width) {
  const at::Tensor b = at::arange(batch, at::kDouble).view({-1, 1, 1, 1}),
                   c = at::arange(channels, at::kDouble).view({1, -1, 1, 1}),
                   i = at::arange(height, at::kDouble).view({1, 1, -1, 1}),
                   j = at::arange(width, at::kDouble).view({1, 1, 1, -1});
  const at::Tensor x = (at::sin(i * 0.11 + c) * at::cos(j * 0.07 + b) + 1) / 2;
  return {x, (x + at::sin(i * 1.7 + j * 2.3 + b + c * 0.5) * 0.1 + 0.05).clamp(0, 1)};
}

double value(const at::Tensor& values, std::int64_t i) { return values[i].item<double>(); }

const SsimOptions kUnit = {.data_range = 1};

}  // namespace

// Golden values: torchmetrics 1.9.0, whose exponents are float32, and pytorch-msssim 1.0.0 with a
// window in float64, because its own is float32 and makes a difference of 6e-6. Those of
// torchmetrics up to 1.4.1 are from its formula in PyTorch.

TEST_CASE("SSIM is torchmetrics' with reflected sides, pytorch-msssim's without, to 1e-12") {
  const auto [x, y] = waves(2, 1, 176, 190);
  const at::Tensor reflected = ssim(x, y, kUnit, SsimBorders::reflect), valid = ssim(x, y, kUnit);
  CHECK(value(reflected, 0) == Approx(0.4971944119554313).epsilon(1e-12));
  CHECK(value(reflected, 1) == Approx(0.48826692246260833).epsilon(1e-12));
  CHECK(value(valid, 0) == Approx(0.49568104931130474).epsilon(1e-12));
  CHECK(value(valid, 1) == Approx(0.4953633435011289).epsilon(1e-12));
  const auto [odd_x, odd_y] = waves(1, 3, 181, 177);
  CHECK(value(ssim(odd_x, odd_y, kUnit, SsimBorders::reflect), 0) ==
        Approx(0.4936435553996081).epsilon(1e-12));
  CHECK(value(ssim(odd_x, odd_y, kUnit), 0) == Approx(0.49227376335629075).epsilon(1e-12));
}

TEST_CASE("SSIM does not depend on the unit of the values, and takes bytes") {
  const auto [x, y] = waves(2, 1, 40, 30);
  const at::Tensor bytes = (x * 255).round().to(at::kByte),
                   others = (y * 255).round().to(at::kByte);
  CHECK(at::allclose(ssim(bytes, others, {.data_range = 255}),
                     ssim(bytes.to(at::kDouble) / 255, others.to(at::kDouble) / 255, kUnit),
                     1e-10));
  CHECK(value(ssim(bytes, bytes, {.data_range = 255}), 0) == Approx(1).epsilon(1e-12));
}

TEST_CASE("MS-SSIM is each of the three that are met, to 1e-10, torchmetrics' to 1e-7") {
  const auto [x, y] = waves(2, 1, 176, 190);
  const auto [odd_x, odd_y] = waves(1, 3, 181, 177);
  const at::Tensor valid = ms_ssim(x, y, kUnit);
  CHECK(value(valid, 0) == Approx(0.9606398810449053).epsilon(1e-10));
  CHECK(value(valid, 1) == Approx(0.960631154517611).epsilon(1e-10));
  CHECK(value(ms_ssim(odd_x, odd_y, kUnit), 0) == Approx(0.9602466829874184).epsilon(1e-10));
  const at::Tensor reflected = ms_ssim(x, y, kUnit, MsSsimVariant::torchmetrics);
  CHECK(value(reflected, 0) == Approx(0.9606464997257804).epsilon(1e-7));
  CHECK(value(reflected, 1) == Approx(0.9606375582969324).epsilon(1e-7));
  CHECK(value(ms_ssim(odd_x, odd_y, kUnit, MsSsimVariant::torchmetrics), 0) ==
        Approx(0.9602524884551896).epsilon(1e-7));
  const at::Tensor padded = ms_ssim(x, y, kUnit, MsSsimVariant::pytorch_msssim);
  CHECK(value(padded, 0) == Approx(0.9606519963762573).epsilon(1e-10));
  CHECK(value(padded, 1) == Approx(0.9606340455253797).epsilon(1e-10));
  CHECK(value(ms_ssim(odd_x, odd_y, kUnit, MsSsimVariant::pytorch_msssim), 0) ==
        Approx(0.9602858738078037).epsilon(1e-10));
}

TEST_CASE("A pair's MS-SSIM does not depend on its neighbours in the batch") {
  const auto [x, y] = waves(2, 1, 176, 176);
  for (const auto variant :
       {MsSsimVariant::valid, MsSsimVariant::torchmetrics, MsSsimVariant::pytorch_msssim}) {
    const double alone = value(ms_ssim(x.narrow(0, 1, 1), y.narrow(0, 1, 1), kUnit, variant), 0);
    CHECK(value(ms_ssim(x, y, kUnit, variant), 1) == Approx(alone).epsilon(1e-13));
    CHECK(value(ms_ssim(x, x, kUnit, variant), 0) == Approx(1).epsilon(1e-12));
  }
}

TEST_CASE("MS-SSIM of phantoms of 128 pixels takes a window of 7, as the reference's metrics.py") {
  const auto [x, y] = waves(2, 1, 128, 128);
  const SsimOptions options = ms_ssim_options(128, 1);
  CHECK(options.window == 7);
  CHECK(options.sigma == Approx(1.5 * 7 / 11));
  CHECK(value(ms_ssim(x, y, options), 0) == Approx(0.9368662076030487).epsilon(1e-10));
  CHECK(value(ms_ssim(x, y, options), 1) == Approx(0.9376156931922696).epsilon(1e-10));
  CHECK(value(ms_ssim(x, y, options, MsSsimVariant::torchmetrics), 0) ==
        Approx(0.9368811506527701).epsilon(1e-7));
  CHECK(ms_ssim_options(176, 1).window == 11);
  CHECK(ms_ssim_options(512, 255).window == 11);
  CHECK(ms_ssim_options(175, 1).window == 9);
  CHECK(ms_ssim_options(48, 1).window == 3);
}

TEST_CASE("MS-SSIM says how large images have to be, and which window fits") {
  const auto [x, y] = waves(1, 1, 128, 200);
  CHECK_THROWS_WITH(ms_ssim(x, y, kUnit), Contains("128 x 200") && Contains("at least 176") &&
                                              Contains("window of 7") && Contains("0.9545"));
  CHECK_THROWS_WITH(ms_ssim(x, y, kUnit, MsSsimVariant::pytorch_msssim), Contains("at least 161"));
  const auto [small_x, small_y] = waves(1, 1, 47, 47);
  CHECK_THROWS_WITH(ms_ssim(small_x, small_y, kUnit), Contains("of 48 with any"));
  CHECK_THROWS_WITH(ms_ssim_options(47, 1), Contains("at least 48"));
  const auto [least_x, least_y] = waves(1, 1, 161, 161);
  CHECK_NOTHROW(ms_ssim(least_x, least_y, kUnit, MsSsimVariant::pytorch_msssim));
  CHECK_THROWS_WITH(ms_ssim(least_x, least_y, kUnit), Contains("161 x 161"));
}

TEST_CASE("The variants of MS-SSIM have names") {
  for (const auto variant :
       {MsSsimVariant::valid, MsSsimVariant::torchmetrics, MsSsimVariant::pytorch_msssim})
    CHECK(ms_ssim_variant(ms_ssim_name(variant)) == variant);
  CHECK(ms_ssim_name(MsSsimVariant::valid) == "ms_ssim");
  CHECK_THROWS_WITH(ms_ssim_variant("msssim"), Contains("'msssim'") && Contains("ms_ssim_torchm"));
}

TEST_CASE("What SSIM cannot be of is refused, with what was wrong") {
  const auto [x, y] = waves(1, 1, 24, 24);
  CHECK_THROWS_WITH(ssim(x, y, {}), Contains("data_range is 0"));
  CHECK_THROWS_WITH(ssim(x, y, {.data_range = 1, .window = 10}), Contains("window is 10"));
  CHECK_THROWS_WITH(ssim(x, y, {.data_range = 1, .sigma = 0}), Contains("sigma is 0"));
  CHECK_THROWS_WITH(ssim(x, y.narrow(2, 0, 20), kUnit), Contains("[1, 1, 20, 24]"));
  CHECK_THROWS_WITH(ssim(x[0], y[0], kUnit), Contains("[B,C,H,W]"));
  CHECK_THROWS_WITH(ssim(x.narrow(3, 0, 10), y.narrow(3, 0, 10), kUnit), Contains("at least 11"));
  CHECK_NOTHROW(ssim(x.narrow(3, 0, 6), y.narrow(3, 0, 6), kUnit, SsimBorders::reflect));
  CHECK_THROWS_WITH(ssim(x / 0, y, kUnit), Contains("NaN"));
}

TEST_CASE("PSNR of each pair and of all together is torchmetrics', whose 10/ln 10 is float32") {
  const auto [x, y] = waves(2, 1, 176, 190);
  const at::Tensor pairs = psnr(x, y, 1);
  CHECK(value(pairs, 0) == Approx(21.502869589250377).epsilon(1e-6));
  CHECK(value(pairs, 1) == Approx(21.47241252392429).epsilon(1e-6));
  CHECK(pooled_psnr(pairs) == Approx(21.48761435722181).epsilon(1e-6));
  CHECK(value(psnr(x * 255, y * 255, 255), 0) == Approx(value(pairs, 0)).epsilon(1e-12));
  CHECK(std::isinf(value(psnr(x, x, 1), 0)));
  const at::Tensor one_equal = at::tensor({20.0, std::numeric_limits<double>::infinity()});
  CHECK(pooled_psnr(one_equal) == Approx(20 + 10 * std::log10(2)));
  CHECK_THROWS_WITH(psnr(x, y, 0), Contains("data_range is 0"));
  CHECK_THROWS_WITH(pooled_psnr(at::empty({0})), Contains("at least 1"));
}
