#pragma once
// The patch discriminator of the VQ-GAN (Isola et al. 2017): a verdict for each patch of an image. Norms are GroupNorms, not BatchNorms: an
// image's verdict depends on that image alone, for any batch and number of processes.

#include "training/parameters.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

struct DiscriminatorSizes {
  std::int64_t image_channels, channels, layers;
};

std::vector<TensorSpec> discriminator_specs(const DiscriminatorSizes& sizes);
/// images [B,C,R,R] −1..1 → [B,1,h,w]: high for real ones.
at::Tensor discriminate(const DiscriminatorSizes& sizes, const Parameters& parameters, const at::Tensor& images);

}  // namespace raygen::engine
