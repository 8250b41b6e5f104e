#include "evaluation/radiomics.hpp"

#include "error.hpp"
#include "evaluation/radiomics/first_order.hpp"
#include "evaluation/radiomics/glcm.hpp"
#include "evaluation/radiomics/glrlm.hpp"
#include "evaluation/radiomics/glszm.hpp"
#include "evaluation/radiomics/ngtdm.hpp"
#include "evaluation/radiomics/resampling.hpp"
#include "evaluation/radiomics/wavelet.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

namespace {

constexpr double kBinWidth = 5;
constexpr std::int64_t kLeastSide = 4;  // of which 2 pixels are left, the fewest that have textures
constexpr std::array<std::string_view, 5> kImages = {"original", "wavelet-LH", "wavelet-HL",
                                                     "wavelet-HH", "wavelet-LL"};
constexpr std::array<std::string_view, 13> kDiagnostics = {
    "Image-original_Mean",         "Image-original_Minimum",     "Image-original_Maximum",
    "Mask-original_VoxelNum",      "Mask-original_VolumeNum",    "Image-interpolated_Mean",
    "Image-interpolated_Minimum",  "Image-interpolated_Maximum", "Mask-interpolated_VoxelNum",
    "Mask-interpolated_VolumeNum", "Mask-interpolated_Mean",     "Mask-interpolated_Minimum",
    "Mask-interpolated_Maximum"};

template <std::size_t N>
void append_names(std::vector<std::string>& names, std::string_view image, std::string_view kind,
                  const std::array<std::string_view, N>& features) {
  for (const std::string_view feature : features)
    names.push_back(formatted("{}_{}_{}", image, kind, feature));
}

template <std::size_t N>
void append(std::vector<double>& features, const std::array<double, N>& values) {
  features.insert(features.end(), values.begin(), values.end());
}

Plane plane_of(const at::Tensor& image) {
  if (!image.defined() || image.dim() != 2 || std::min(image.size(0), image.size(1)) < kLeastSide)
    fail(Status::invalid_argument,
         "radiomics are of one image [H,W] with sides of at least {} pixels", kLeastSide);
  // float32, because images are read so for pyradiomics
  const at::Tensor values = image.detach().to(at::kCPU, at::kFloat).to(at::kDouble).contiguous();
  if (!values.isfinite().all().item<bool>())
    fail(Status::numeric, "the image holds NaN or infinity");
  Plane plane(values.size(0), values.size(1));
  std::copy_n(values.const_data_ptr<double>(), plane.values.size(), plane.values.begin());
  return plane;
}

std::array<double, 3> mean_and_range(const Plane& plane) {
  const auto [low, high] = std::minmax_element(plane.values.begin(), plane.values.end());
  const double sum = pairwise_sum(plane.values.data(), plane.values.size());
  return {sum / static_cast<double>(plane.values.size()), *low, *high};
}

/// The region is whole: frd-score leaves out one pixel, which pyradiomics counts as left out before
/// resampling, and which no pixel is nearest to afterwards.
void append_diagnostics(std::vector<double>& features, const Plane& image, const Plane& resampled,
                        const Plane& region) {
  append(features, mean_and_range(image));
  append(features, std::array<double, 2>{static_cast<double>(image.values.size()) - 1, 1});
  append(features, mean_and_range(resampled));
  append(features, std::array<double, 2>{static_cast<double>(region.values.size()), 1});
  append(features, mean_and_range(region));
}

void append_features(std::vector<double>& features, const Plane& region) {
  const GreyLevels levels = grey_levels(region, kBinWidth);
  append(features, first_order(region, levels));
  append(features, glcm(levels));
  append(features, glrlm(levels));
  append(features, glszm(levels));
  append(features, ngtdm(levels));
}

}  // namespace

const std::vector<std::string>& radiomics_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const std::string_view name : kDiagnostics)
      all.push_back(formatted("diagnostics_{}", name));
    for (const std::string_view image : kImages) {
      append_names(all, image, "firstorder", kFirstOrderNames);
      append_names(all, image, "glcm", kGlcmNames);
      append_names(all, image, "glrlm", kGlrlmNames);
      append_names(all, image, "glszm", kGlszmNames);
      append_names(all, image, "ngtdm", kNgtdmNames);
    }
    return all;
  }();
  return names;
}

std::vector<double> radiomics_features(const at::Tensor& image) {
  const Plane plane = plane_of(image);
  const Plane resampled = at_twice_the_spacing(normalised(plane));
  // With an odd side, the last row or column lies outside the image: the transform sees its zeros,
  // the region ends before it.
  const auto region = [&](const Plane& whole) {
    return cropped(whole, plane.rows / 2, plane.columns / 2);
  };
  const Subbands bands = stationary_wavelet(resampled);
  std::vector<double> features;
  features.reserve(radiomics_names().size());
  append_diagnostics(features, plane, resampled, region(resampled));
  for (const Plane* whole : {&resampled, &bands.lh, &bands.hl, &bands.hh, &bands.ll})
    append_features(features, region(*whole));
  return features;
}

}  // namespace raygen::engine
