#include "model/image_preparation.hpp"

#include "compute/compute.hpp"
#include "error.hpp"
#include "image/resize.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

at::Tensor prepare_image(const Image& image, const VqganArchitecture& architecture) {
  const std::int64_t size = architecture.resolution;
  // from_blob's tensor is only read.
  const at::Tensor values =
      at::from_blob(const_cast<float*>(image.pixels.data()),
                    {static_cast<std::int64_t>(image.pixels.size())}, at::kFloat);
  if (!is_finite(values)) fail(Status::numeric, "the image's pixels hold NaN or infinity");
  at::Tensor pixels = resize_and_crop(image, size);
  if (image.channels != architecture.in_channels) {
    pixels = pixels.mean(1, /*keepdim=*/true).expand({1, architecture.in_channels, size, size});
  }
  return pixels[0].permute({1, 2, 0}).contiguous();
}

}  // namespace raygen::engine
