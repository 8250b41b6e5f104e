#pragma once
// How near synthetic images lie to the images that a model was trained on, by features float64
// [N,d] of any network, or pixels. A low score tells of a copy, except where a function says
// otherwise. Scores of an image alone are float64 [N].
//
// Duplicates and several images of one patient among the training images make all scores but the
// plain distances meaningless: the second nearest is then as near as the nearest. Leave them out
// first. Scores depend on the number of training images: compare equal numbers.
//
// All throw Error(invalid_argument) for sets that are too small or not as wide as each other, and
// Error(numeric) for NaN and infinity.

#include "memorisation/nearest.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// Distance to the closest record (DCR), D₁: of each synthetic image to its nearest training image.
/// Beside it belongs the same of held-out images of other patients.
at::Tensor distance_to_closest(const at::Tensor& synthetic, const at::Tensor& training);

/// The share of synthetic images that lie closer to the training images than to held-out ones,
/// P(D₁(training) < D₁(held-out)), a tie counting half: 0.5 without memorisation, 1 where all are
/// copies. Both sets must be of equal size.
double dcr_share(const at::Tensor& synthetic, const at::Tensor& training,
                 const at::Tensor& held_out);

/// Nearest neighbour distance ratio (NNDR), D₁/D₂ of the nearest and the second nearest, 0..1. 0
/// also where D₂ is 0: such an image equals two training images. Needs k of 2 or more.
at::Tensor distance_ratio(const Nearest& nearest);
at::Tensor distance_ratio(const at::Tensor& synthetic, const at::Tensor& training);

/// Carlini et al. 2023: r = D₁ / (alpha × mean of the distances to the nearest `neighbours`), 0
/// where that mean is 0. Below 1 is their scale for a copy, which few dimensions need not honour:
/// calibrate r on held-out images. alpha is above 0.
at::Tensor carlini_ratio(const at::Tensor& synthetic, const at::Tensor& training,
                         double alpha = 0.5, std::int64_t neighbours = 50);

/// Carlini et al. 2023: an (ℓ₂,δ)-memorised image has a root mean square difference of at most δ
/// from a training image; δ of .1 to .15 is usual. Pixels are float64 [N, H × W], 0..1. Returns the
/// root mean square difference from the nearest. Throws Error(invalid_argument) outside of 0..1.
at::Tensor nearest_rms(const at::Tensor& synthetic, const at::Tensor& training);

/// Alaa et al. 2022: an image is authentic if it is farther from its nearest training image than
/// that one is from its own nearest training image. bool [N]; the share of true ones is the
/// authenticity, about .5 to .6 without memorisation. The paper's definition: the code published
/// with it takes the training images' distances by the synthetic image's number.
at::Tensor authentic(const at::Tensor& synthetic, const at::Tensor& training);

/// The share of synthetic images that are closer to a training image than the median distance of a
/// training image to its nearest other one (m3-score): more is worse. Throws Error(numeric) where
/// that median is 0, because over half of the training images have duplicates.
double closer_than_median_share(const at::Tensor& synthetic, const at::Tensor& training);

}  // namespace raygen::engine
