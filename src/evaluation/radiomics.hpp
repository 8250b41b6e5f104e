#pragma once
// Radiomics: what a picture's grey values and textures are summed up by, the features of the
// Fréchet radiomics distance (Konz et al. 2026). Names and values are those of pyradiomics 3.0.1
// with the settings of frd-score 1.0.1, version v1.

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace raygen::engine {

/// 398 names: 13 diagnostics (mean, least and greatest value before and after resampling, numbers
/// of pixels), then for the image, its wavelet subbands LH, HL, HH and LL 18 first-order features,
/// 22 of the co-occurrence matrix, 16 of run lengths, 16 of zones and 5 of neighbouring tones.
/// frd-score asks for Laplacians of Gaussians, too, but pyradiomics has none of a plane.
const std::vector<std::string>& radiomics_names();

/// The features of one image [H,W], grey values as they are stored, 0..255, any real type, each
/// side at least 4. The whole image is the region. It is normalised to a deviation of 100,
/// resampled to half of its size by a cubic B-spline, and cut into grey levels of a width of 5. Any
/// thread. Throws Error(invalid_argument) for another shape, Error(numeric) for NaN, infinity or an
/// image of one value, which has no deviation.
std::vector<double> radiomics_features(const at::Tensor& image);

}  // namespace raygen::engine
