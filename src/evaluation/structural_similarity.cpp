#include "evaluation/structural_similarity.hpp"

#include "error.hpp"
#include "evaluation/image_pairs.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <utility>

namespace raygen::engine {

namespace {

/// Wang, Simoncelli and Bovik 2003: exponents of the scales, finest first.
constexpr std::array<double, 5> kScales = {0.0448, 0.2856, 0.3001, 0.2363, 0.1333};
constexpr std::int64_t kCoarsest = 16;  // pixels of the image in one of the coarsest scale's
constexpr std::int64_t kWindow = 11;
constexpr double kSigma = 1.5;
constexpr std::int64_t kSmallestWindow = 3;

constexpr std::array<std::pair<MsSsimVariant, std::string_view>, 3> kVariants = {
    {{MsSsimVariant::valid, "ms_ssim"},
     {MsSsimVariant::torchmetrics, "ms_ssim_torchmetrics"},
     {MsSsimVariant::pytorch_msssim, "ms_ssim_pytorch_msssim"}}};

void check_options(const SsimOptions& options) {
  if (!(options.data_range > 0))
    fail(Status::invalid_argument,
         "data_range is {}; the range of the images' values was expected, such as 1 or 255",
         options.data_range);
  if (options.window < kSmallestWindow || options.window % 2 == 0)
    fail(Status::invalid_argument, "window is {}; an odd number of at least {} was expected",
         options.window, kSmallestWindow);
  if (!(options.sigma > 0))
    fail(Status::invalid_argument, "sigma is {}; a number above 0 was expected", options.sigma);
}

at::Tensor gaussian(const SsimOptions& options) {
  const at::Tensor place =
      at::arange(options.window, at::kDouble) - static_cast<double>(options.window / 2);
  const at::Tensor weights = (place / options.sigma).square().div(-2).exp();
  return weights / weights.sum();
}

/// [B,C,H,W] → windowed means, [B,C,H-window+1,W-window+1].
at::Tensor windowed(const at::Tensor& image, const at::Tensor& weights) {
  const std::int64_t size = weights.size(0);
  const at::Tensor planes = image.flatten(0, 1).unsqueeze(1);
  const at::Tensor means =
      at::conv2d(at::conv2d(planes, weights.view({1, 1, size, 1})), weights.view({1, 1, 1, size}));
  return means.view({image.size(0), image.size(1), means.size(2), means.size(3)});
}

struct SimilarityMaps {
  at::Tensor similarity, contrast;  // SSIM, and what of it is not luminance; [B,C,h,w]
};

SimilarityMaps similarity_maps(const at::Tensor& x, const at::Tensor& y, const SsimOptions& options,
                               SsimBorders borders) {
  const double c1 = options.k1 * options.data_range * options.k1 * options.data_range,
               c2 = options.k2 * options.data_range * options.k2 * options.data_range;
  const at::Tensor weights = gaussian(options);
  const auto bordered = [&](const at::Tensor& image) {
    const std::int64_t pad = options.window / 2;
    return borders == SsimBorders::reflect ? at::reflection_pad2d(image, {pad, pad, pad, pad})
                                           : image;
  };
  const at::Tensor a = bordered(x), b = bordered(y);
  const at::Tensor mean_a = windowed(a, weights), mean_b = windowed(b, weights);
  const at::Tensor squares = mean_a.square() + mean_b.square(), product = mean_a * mean_b;
  at::Tensor variance_a = windowed(a.square(), weights) - mean_a.square(),
             variance_b = windowed(b.square(), weights) - mean_b.square();
  if (borders == SsimBorders::reflect)
    variance_a = variance_a.clamp_min(0), variance_b = variance_b.clamp_min(0);
  const at::Tensor covariance = windowed(a * b, weights) - product;
  const at::Tensor contrast = (covariance * 2 + c2) / (variance_a + variance_b + c2);
  return {contrast * (product * 2 + c1) / (squares + c1), contrast};
}

/// Halved by 2x2 means. pytorch-msssim puts a row of zeros on both sides of an odd side, and counts
/// them; otherwise the last row of an odd side is left out.
at::Tensor halved(const at::Tensor& image, MsSsimVariant variant) {
  const bool pads = variant == MsSsimVariant::pytorch_msssim;
  const std::array<std::int64_t, 2> padding = {pads ? image.size(2) % 2 : 0,
                                               pads ? image.size(3) % 2 : 0};
  return at::avg_pool2d(image, {2, 2}, {2, 2}, padding, /*ceil_mode=*/false,
                        /*count_include_pad=*/true);
}

/// Without the frame where a window reaches over the border.
at::Tensor inner(const at::Tensor& map, std::int64_t frame) {
  return map.narrow(2, frame, map.size(2) - 2 * frame).narrow(3, frame, map.size(3) - 2 * frame);
}

/// Means of a map that are multiplied over the scales, [B,C] or [B,1].
at::Tensor means_of(const at::Tensor& map, MsSsimVariant variant) {
  const at::Tensor means = map.mean({2, 3});
  return (variant == MsSsimVariant::pytorch_msssim ? means : means.mean(1, true)).clamp_min(0);
}

std::int64_t shortest_side(std::int64_t window, MsSsimVariant variant) {
  return variant == MsSsimVariant::pytorch_msssim ? (window - 1) * kCoarsest + 1
                                                  : window * kCoarsest;
}

void check_sides(const at::Tensor& x, const SsimOptions& options, MsSsimVariant variant) {
  const std::int64_t side = std::min(x.size(2), x.size(3)),
                     least = shortest_side(options.window, variant);
  if (side >= least) return;
  const std::int64_t smallest = shortest_side(kSmallestWindow, MsSsimVariant::valid);
  if (side < smallest)
    fail(Status::invalid_argument,
         "images of {} x {} pixels: {} needs sides of at least {} with a window of {}, and of {} "
         "with any",
         x.size(2), x.size(3), ms_ssim_name(variant), least, options.window, smallest);
  const SsimOptions fits = ms_ssim_options(side, options.data_range);
  fail(
      Status::invalid_argument,
      "images of {} x {} pixels: {} needs sides of at least {} with a window of {}; a window of {} "
      "with a sigma of {:.4g} fits",
      x.size(2), x.size(3), ms_ssim_name(variant), least, options.window, fits.window, fits.sigma);
}

}  // namespace

at::Tensor ssim(const at::Tensor& x, const at::Tensor& y, const SsimOptions& options,
                SsimBorders borders) {
  check_options(options);
  const auto [a, b] = image_pairs(x, y);
  const std::int64_t least =
      borders == SsimBorders::valid ? options.window : options.window / 2 + 1;
  if (std::min(x.size(2), x.size(3)) < least)
    fail(Status::invalid_argument,
         "images of {} x {} pixels: SSIM with a window of {} needs sides of at least {}", x.size(2),
         x.size(3), options.window, least);
  return similarity_maps(a, b, options, borders).similarity.mean({1, 2, 3});
}

std::string_view ms_ssim_name(MsSsimVariant variant) {
  return std::find_if(kVariants.begin(), kVariants.end(),
                      [&](const auto& named) { return named.first == variant; })
      ->second;
}

MsSsimVariant ms_ssim_variant(std::string_view name) {
  for (const auto& [variant, known] : kVariants)
    if (name == known) return variant;
  fail(Status::invalid_argument, "the MS-SSIM variant is '{}'; {}, {} or {} was expected", name,
       kVariants[0].second, kVariants[1].second, kVariants[2].second);
}

at::Tensor ms_ssim(const at::Tensor& x, const at::Tensor& y, const SsimOptions& options,
                   MsSsimVariant variant) {
  check_options(options);
  auto [a, b] = image_pairs(x, y);
  check_sides(a, options, variant);
  const bool reflects = variant == MsSsimVariant::torchmetrics;
  const SsimBorders borders = reflects ? SsimBorders::reflect : SsimBorders::valid;
  at::Tensor result;
  for (std::size_t scale = 0; scale < kScales.size(); ++scale) {
    const SimilarityMaps maps = similarity_maps(a, b, options, borders);
    const bool coarsest = scale + 1 == kScales.size();
    const at::Tensor contrast = reflects ? inner(maps.contrast, options.window / 2) : maps.contrast;
    const at::Tensor term =
        means_of(coarsest ? maps.similarity : contrast, variant).pow(kScales[scale]);
    result = scale == 0 ? term : result * term;
    if (!coarsest) a = halved(a, variant), b = halved(b, variant);
  }
  return result.mean(1);
}

SsimOptions ms_ssim_options(std::int64_t shorter_side, double data_range) {
  const std::int64_t coarse = shorter_side / kCoarsest;
  if (coarse < kSmallestWindow)
    fail(Status::invalid_argument, "images of {} pixels: MS-SSIM needs sides of at least {}",
         shorter_side, kSmallestWindow * kCoarsest);
  const std::int64_t window = std::min(kWindow, coarse - (coarse % 2 == 0 ? 1 : 0));
  const double sigma = kSigma * static_cast<double>(window) / kWindow;
  return {.data_range = data_range, .window = window, .sigma = sigma};
}

}  // namespace raygen::engine
