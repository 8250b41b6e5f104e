#include "image/resize.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace raygen::engine {

at::Tensor resize_and_crop(const Image& image, std::int64_t size) {
  if (image.width < 1 || image.height < 1)
    fail(Status::invalid_argument, "the image is {}x{}; at least one pixel was expected",
         image.width, image.height);
  // from_blob's tensor is only read.
  const at::Tensor pixels =
      at::from_blob(const_cast<float*>(image.pixels.data()),
                    {1, image.height, image.width, image.channels}, at::kFloat)
          .permute({0, 3, 1, 2});
  if (image.width == size && image.height == size) return pixels;
  const double scale =
      static_cast<double>(size) / static_cast<double>(std::min(image.width, image.height));
  const auto scaled = [&](std::int64_t side) {
    return std::max<std::int64_t>(size, std::llround(static_cast<double>(side) * scale));
  };
  const std::int64_t height = scaled(image.height), width = scaled(image.width);
  constexpr std::int64_t longest =
      64;  // a picture longer than this many times its width has no centre worth keeping
  if (std::max(height, width) > longest * size) {
    fail(Status::limit, "the image is {}x{}; its longer side may be at most {} times the shorter",
         image.width, image.height, longest);
  }
  return at::_upsample_bilinear2d_aa(pixels.contiguous(), {height, width}, /*align_corners=*/false)
      .narrow(2, (height - size) / 2, size)
      .narrow(3, (width - size) / 2, size);
}

}  // namespace raygen::engine
