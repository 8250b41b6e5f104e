#include "training/image_batch.hpp"

#include "dataset/batch.hpp"
#include "error.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

at::Tensor image_batch(const Dataset& dataset, const std::vector<std::size_t>& indices,
                       std::int64_t channels, at::Device device) {
  const std::int64_t size = dataset.resolution(), count = static_cast<std::int64_t>(indices.size());
  return byte_batch(dataset, indices)
      .to(device, at::kFloat)
      .mul_(2.0 / 255)
      .sub_(1)
      .expand({count, channels, size, size});
}

at::Tensor to_unit_range(const at::Tensor& images) {
  return images.detach().to(at::kFloat).clamp(-1, 1).add_(1).mul_(0.5);
}

std::vector<std::size_t> first_of(const Dataset& dataset, const std::string& split,
                                  std::int64_t most) {
  std::vector<std::size_t> indices = dataset.indices(split_of(split, "the training's data"));
  if (indices.empty()) {
    fail(Status::invalid_argument,
         "{}: the split '{}' holds no image; prepare the data with a share for it",
         dataset.folder().string(), split);
  }
  indices.resize(
      std::min(indices.size(), static_cast<std::size_t>(std::max<std::int64_t>(most, 1))));
  return indices;
}

}  // namespace raygen::engine
