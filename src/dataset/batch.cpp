#include "dataset/batch.hpp"

#include <ATen/ATen.h>

#include <cstring>

namespace raygen::engine {

at::Tensor byte_batch(const Dataset& dataset, const std::vector<std::size_t>& indices) {
  const std::int64_t size = dataset.resolution(), count = static_cast<std::int64_t>(indices.size());
  const at::Tensor bytes = at::empty({count, 1, size, size}, at::kByte);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto pixels = dataset.pixels(indices[i]);
    std::memcpy(bytes.mutable_data_ptr<std::uint8_t>() + static_cast<std::int64_t>(i) * size * size,
                pixels.data(), pixels.size());
  }
  return bytes;
}

at::Tensor unit_batch(const Dataset& dataset, const std::vector<std::size_t>& indices,
                      at::Device device) {
  return byte_batch(dataset, indices).to(device, at::kFloat).mul_(1.0 / 255);
}

}  // namespace raygen::engine
