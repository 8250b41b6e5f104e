#include "compute/group_norm_on_device.hpp"

#include "compute/device_kernel.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr std::int64_t kernel_groups = 32, kernel_threads = 256, pack_bytes = 16;

/// What group_norm.cu asks of its maps.
bool suits_kernel(const at::Tensor& x, const at::Tensor& out) {
  const auto laid_out = [](const at::Tensor& map) {
    return map.is_contiguous(at::MemoryFormat::ChannelsLast) &&
           reinterpret_cast<std::uintptr_t>(map.data_ptr()) % pack_bytes == 0;
  };
  const std::int64_t channels = x.size(1), rows = x.size(2) * x.size(3);
  const std::int64_t pack = pack_bytes / static_cast<std::int64_t>(x.element_size());
  return (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) &&
         out.scalar_type() == x.scalar_type() && channels % kernel_groups == 0 &&
         channels / pack <= kernel_threads && rows < (std::int64_t{1} << 30) && x.size(0) < 65536 &&
         laid_out(x) && laid_out(out);
}

}  // namespace

GroupNormShape group_norm_shape(std::int64_t rows, std::int64_t channels, std::int64_t pack) {
  // Blocks enough for every device; a chunk is long against what its block does at the end.
  constexpr std::int64_t most_chunks = 256, most_blocks = 1024, rows_of_lane = 8;
  const std::int64_t lanes = kernel_threads / (channels / pack);
  return {kernel_threads, std::clamp<std::int64_t>(rows / (lanes * rows_of_lane), 1, most_chunks),
          std::clamp<std::int64_t>(rows / (lanes * 4), 1, most_blocks)};
}

bool group_norm_on_device(const at::Tensor& x, const at::Tensor& out, const at::Tensor& weight,
                          const at::Tensor& bias, double epsilon, bool swish) {
  static const DeviceKernels kernels(group_norm_kernel);
  const at::Device device = x.device();
  if (!device.is_cuda() || !suits_kernel(x, out) || !kernels.ready(device)) return false;
  const bool wide = x.scalar_type() == at::kFloat;
  const std::int64_t images = x.size(0), channels = x.size(1), rows = x.size(2) * x.size(3);
  const GroupNormShape shape =
      group_norm_shape(rows, channels, pack_bytes / static_cast<std::int64_t>(x.element_size()));
  const at::Tensor partial = at::empty({images, shape.chunks, kernel_groups, 3}, weight.options()),
                   affine = at::empty({images, channels, 2}, weight.options());
  const auto unsigned_rows = static_cast<unsigned>(rows),
             unsigned_channels = static_cast<unsigned>(channels);
  kernels.launch(device, wide ? "raygen_group_moments_float32" : "raygen_group_moments_bfloat16",
                 {shape.chunks, images, shape.threads}, x, partial, unsigned_rows,
                 unsigned_channels);
  kernels.launch(device, "raygen_group_affine", {images, 1, shape.threads}, partial, weight, bias,
                 affine, static_cast<unsigned>(shape.chunks), unsigned_channels,
                 static_cast<float>(epsilon));
  kernels.launch(device, wide ? "raygen_group_apply_float32" : "raygen_group_apply_bfloat16",
                 {shape.blocks, images, shape.threads}, x, out, affine, unsigned_rows,
                 unsigned_channels, swish ? 1 : 0);
  return true;
}

}  // namespace raygen::engine
