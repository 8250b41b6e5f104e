#pragma once
// The stationary wavelet transform of an image, one level.

#include "evaluation/radiomics/plane.hpp"

namespace raygen::engine {

/// First letter: along the rows, low or high pass; second letter: along the columns.
struct Subbands {
  Plane lh, hl, hh, ll;
};

/// With the Coiflet of six taps (coif1), as large as the image. An odd side is continued by one
/// pixel from its other end, which is cut off again. The sums run as PyWavelets's, for the reason
/// that resampling.hpp gives.
Subbands stationary_wavelet(const Plane& image);

}  // namespace raygen::engine
