#pragma once
// The Fréchet distance of two sets of images' radiomics.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

struct RadiomicsDistance {
  double squared = 0;     ///< d², as FID is
  double logarithm = 0;   ///< ln d², as frd-score prints it; the paper's ln d is half of it
  std::int64_t real = 0;  ///< images that were compared: those without NaN
  std::int64_t synthetic = 0;
  std::vector<std::int64_t> dropped_columns;  ///< what could not be compared, ascending
};

/// FRD, version v1 (Konz et al. 2026, as frd-score 1.0.1 computes it), of features [N,d] of any
/// float type, such as rows of radiomics_features(): images with NaN are left out; each column is
/// scaled by the mean and the deviation (with N) of the real set; columns with NaN or infinity in
/// either set after that, such as those that are constant in the real set, are dropped. Features
/// are rounded to float32 before, as there, so that a column of equal values and rounding errors is
/// a constant one, but all sums are float64. Values are comparable only between sets of the same
/// sizes, because the distance is biased (frechet.hpp). Throws Error(invalid_argument) for another
/// shape or fewer than 2 images that are left, and Error(numeric) if no column is left.
RadiomicsDistance frechet_radiomics_distance(const at::Tensor& real, const at::Tensor& synthetic);

}  // namespace raygen::engine
