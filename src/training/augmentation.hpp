#pragma once
// Small movements of images, so that a classifier does not learn where exactly things are.

#include "training/config.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// Turns, shifts and scales each of images [B,C,R,R] about its centre by its own random amounts: at
/// most config.rotation degrees, config.shift of the side along each axis, a factor of
/// 1 ± config.scaling. Never mirrored, because sides are findings. What comes in from outside
/// repeats the border. The amounts are functions of the seed and of the image's place in the
/// sequence of samples, which is `first` for the first image.
at::Tensor augmented(const at::Tensor& images, const ClassifierTrainingConfig& config,
                     std::uint64_t seed, std::uint64_t first);

}  // namespace raygen::engine
