#include "compute/winograd.hpp"

#include "compute/vector_loops.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t tiles_at_once = 128;  // of 2×2 pixels: what a thread works on stays in its cache

/// What the 16 products of a tile are taken with: G g Gᵀ of every kernel g.
at::Tensor transformed(const at::Tensor& weight) {
  const at::Tensor g = at::tensor({1.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0, 1.0}, at::kDouble).view({4, 3});
  const at::Tensor both = at::matmul(at::matmul(g, weight.to(at::kDouble)), g.t());  // [K,C,4,4]
  return both.permute({2, 3, 1, 0}).reshape({16, weight.size(1), weight.size(0)}).to(at::kFloat).contiguous();
}

/// An image in memory: rows of pixels of channels.
template <typename T>
struct Plane {
  T* data;
  std::int64_t height, width, channels;
  /// The pixel, or `outside` where there is none.
  T* at(std::int64_t y, std::int64_t x, T* outside) const {
    return y < 0 || x < 0 || y >= height || x >= width ? outside : data + (y * width + x) * channels;
  }
};

}  // namespace

bool Winograd::suits(const at::Tensor& weight, std::int64_t stride, std::int64_t padding, std::int64_t size) {
  constexpr std::int64_t narrow = 64, wide = 256, small = 64;
  return weight.device().is_cpu() && weight.scalar_type() == at::kFloat && weight.size(2) == 3 && weight.size(3) == 3 && stride == 1 &&
         padding == 1 && size >= small && std::min(weight.size(0), weight.size(1)) >= narrow && std::max(weight.size(0), weight.size(1)) <= wide;
}

Winograd::Winograd(const at::Tensor& weight) : weight_(transformed(weight)) {}

void Winograd::apply(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& out, bool add) const {
  const std::int64_t height = x.size(2), width = x.size(3), in = weight_.size(1), channels = weight_.size(2);
  const at::Tensor image = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Plane<const float> source{image.const_data_ptr<float>(), height, width, in};
  const Plane<float> target{out.mutable_data_ptr<float>(), height, width, channels};
  const float* bias_values = bias.const_data_ptr<float>();
  const std::int64_t columns = (width + 1) / 2, tiles = columns * ((height + 1) / 2);
  const std::vector<float> zeros(static_cast<std::size_t>(in), 0.0F);
  at::parallel_for(0, (tiles + tiles_at_once - 1) / tiles_at_once, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor inputs = at::empty({16, tiles_at_once, in}, at::kFloat), products = at::empty({16, tiles_at_once, channels}, at::kFloat);
    std::vector<float> beyond(static_cast<std::size_t>(channels));  // takes what lies outside the image
    for (std::int64_t first = begin * tiles_at_once; first < std::min(end * tiles_at_once, tiles); first += tiles_at_once) {
      const std::int64_t count = std::min(tiles_at_once, tiles - first);
      float* const input = inputs.mutable_data_ptr<float>();
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t top = (first + i) / columns * 2 - 1, left = (first + i) % columns * 2 - 1;
        std::array<const float*, 16> pixels;
        for (std::int64_t k = 0; k < 16; ++k) pixels.at(static_cast<std::size_t>(k)) = source.at(top + k / 4, left + k % 4, zeros.data());
        winograd_input(pixels.data(), in, input + i * in, tiles_at_once * in);
      }
      at::Tensor result = products.narrow(1, 0, count);
      at::bmm_out(result, inputs.narrow(1, 0, count), weight_);
      const float* const product = products.const_data_ptr<float>();
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t top = (first + i) / columns * 2, left = (first + i) % columns * 2;
        std::array<float*, 4> pixels;
        for (std::int64_t k = 0; k < 4; ++k) pixels.at(static_cast<std::size_t>(k)) = target.at(top + k / 2, left + k % 2, beyond.data());
        winograd_output(product + i * channels, tiles_at_once * channels, channels, bias_values, pixels.data(), add);
      }
    }
  });
}

}  // namespace raygen::engine
