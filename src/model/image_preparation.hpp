#pragma once

#include "image/image.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// An image of any size as the VQ-GAN's encoder takes it: shorter side resized to R (antialiased
/// bilinear), cropped at the centre to R × R; grey repeated over the channels, colour averaged
/// where the model is grey. Returns float32 [R,R,in_channels], 0..1.
at::Tensor prepare_image(const Image& image, const VqganArchitecture& architecture);

}  // namespace raygen::engine
