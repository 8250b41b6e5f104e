#pragma once
// The patch discriminator of the VQ-GAN (Isola et al. 2017): a verdict for each patch of an image.
// Norms are GroupNorms, not BatchNorms: an image's verdict depends on that image alone, for any
// batch and number of processes.

#include "training/parameters.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

struct DiscriminatorSizes {
  std::int64_t image_channels, channels, layers;
};

/// The first layer's channels must be a multiple of this: the norms' groups divide every width.
inline constexpr std::int64_t discriminator_channel_unit = 4;

std::vector<TensorSpec> discriminator_specs(const DiscriminatorSizes& sizes);
/// The side of the grid of verdicts on images of side² pixels; less than 1 when they are too small
/// for so many layers.
std::int64_t discriminator_patches(const DiscriminatorSizes& sizes, std::int64_t side);
/// images [B,C,R,R] −1..1 → [B,1,h,w]: high for real ones.
at::Tensor discriminate(const DiscriminatorSizes& sizes, const Parameters& parameters,
                        const at::Tensor& images);

}  // namespace raygen::engine
