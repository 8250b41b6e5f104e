#pragma once
// How near images lie to those of a training set, and what is too near. Three scores are compared
// with thresholds from held-out patients; each sees copies that others miss: tokens those that a
// model says again by heart, distances those whose details differ, ratios those in a part of the
// set where images lie far apart.

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// Images of a training set. Tensors are on the CPU and contiguous, here and below.
struct KnownImages {
  at::Tensor tokens;      // uint16 [N, grid × grid]
  at::Tensor features;    // float32 [N,d], finite
  std::int64_t grid = 0;  // of the tokens
};

/// Images that are searched for among them.
struct SearchedImages {
  at::Tensor tokens;    // uint16 [N, grid × grid]
  at::Tensor features;  // float32 [N,S,d], finite: S views of each image; the nearest counts
};

/// Of one image: its scores, and the rows that they are of.
struct Nearness {
  double agreement = 0;         // token_agreement() with the most alike: more is nearer
  double distance = 0;          // D₁, from the nearest by its features: less is nearer
  double ratio = 0;             // NNDR, D₁/D₂: less is nearer; 0 where D₂ is 0
  std::int64_t most_alike = 0;  // row by tokens
  std::int64_t nearest = 0;     // row by features
};

/// Of every image, among `known`, which are two or more and have been checked, as the images have.
std::vector<Nearness> nearness(const SearchedImages& images, const KnownImages& known);

/// An image beyond one of them is too near. No image is beyond those that nothing has set.
struct NearnessThresholds {
  double agreement = 1;  // above
  double distance = 0;   // below
  double ratio = 0;      // below
};

/// Thresholds that at most a share `quantile` of held-out images is beyond, in each score: at most
/// three times that share is too near. Below 1 / images the share is 0, because a threshold is then
/// the nearest of them. Throws Error(invalid_argument) unless there is an image, and the quantile
/// is 0 to below 1.
NearnessThresholds nearness_thresholds(const std::vector<Nearness>& held_out, double quantile);

bool is_too_near(const Nearness& nearness, const NearnessThresholds& thresholds);

}  // namespace raygen::engine
