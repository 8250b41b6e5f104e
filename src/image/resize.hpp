#pragma once

#include "image/image.hpp"

#include <ATen/core/Tensor.h>

namespace raygen::engine {

/// Shorter side resized to `size` (antialiased bilinear), cropped at the centre: float32
/// [1,channels,size,size]. May be a view of the image, which must then outlive it. Throws
/// Error(invalid_argument | limit) for an image without pixels or with one side absurdly long.
at::Tensor resize_and_crop(const Image& image, std::int64_t size);

}  // namespace raygen::engine
