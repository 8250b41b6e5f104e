#pragma once
// α-precision and β-recall (Alaa et al. 2022) of two sets of features, float64 [N,d]: how far the
// typical of one set are the typical of the other.

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// Both are 1 where the curve is the diagonal, which equal distributions give at best.
struct AlphaPrecision {
  double precision = 0;  ///< 1 - Σ|α - P_α| / Σα over 30 levels α from 0 to 1
  double recall = 0;     ///< 1 - Σ|β - R_β| / Σβ
};

/// P_α: the share of synthetic images that are no farther from the real ones' mean than the share α
/// of the real. R_β: the share of real images whose nearest synthetic one is no farther than their
/// nearest other real one, and is among the share β of the synthetic that are nearest to the
/// synthetic ones' mean. Quantiles are interpolated linearly. Throws Error(invalid_argument) unless
/// there are two real images and one synthetic, as wide as each other, and Error(numeric) for NaN.
AlphaPrecision alpha_precision(const at::Tensor& real, const at::Tensor& synthetic);

}  // namespace raygen::engine
