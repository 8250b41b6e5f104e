#include "compute/winograd.hpp"

#include "compute/vector_loops.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t tiles_at_once = 64;   // of 4×4 pixels
constexpr std::int64_t step = 4, reach = 6;  // of a tile: what it gives and what it reads, in each direction

/// [36,9]: a kernel's 9 values to G g Gᵀ, what the 36 products of a tile are taken with.
at::Tensor kernel_transform() {
  constexpr double a = kWinogradA, b = kWinogradB, aa = a * a, bb = b * b;
  const double of_a = 1 / (2 * aa * (aa - bb)), of_b = 1 / (2 * bb * (bb - aa));
  const at::Tensor g = at::tensor({1 / (aa * bb), 0.0, 0.0,     //
                                   of_a, a * of_a, aa * of_a,   //
                                   of_a, -a * of_a, aa * of_a,  //
                                   of_b, b * of_b, bb * of_b,   //
                                   of_b, -b * of_b, bb * of_b,  //
                                   0.0, 0.0, 1.0},
                                  at::kDouble)
                           .view({6, 3});
  return at::kron(g, g).to(at::kFloat);
}

/// An image in memory: rows of pixels of channels. Seen with its pixels `scale` times as high and wide, 1 or 2.
template <typename T>
struct Plane {
  T* data;
  std::int64_t height, width, channels, scale;
  /// The pixel, or `outside` where there is none.
  T* at(std::int64_t y, std::int64_t x, T* outside) const {
    if (y < 0 || x < 0 || y >= height * scale || x >= width * scale) return outside;
    return data + ((y >> (scale - 1)) * width + (x >> (scale - 1))) * channels;
  }
};

}  // namespace

bool Winograd::suits(const at::Tensor& weight, std::int64_t stride, std::int64_t padding, std::int64_t size, const Compute& compute) {
  constexpr std::int64_t narrow = 64, wide = 256, small = 64;
  return compute.device.is_cpu() && compute.type == at::kFloat && weight.size(2) == 3 && weight.size(3) == 3 && stride == 1 &&
         padding == 1 && size >= small && std::min(weight.size(0), weight.size(1)) >= narrow &&
         std::max(weight.size(0), weight.size(1)) <= wide;
}

Winograd::Winograd(const at::Tensor& weight, at::Tensor bias)
    : weight_(weight.permute({2, 3, 1, 0}).reshape({9, weight.size(1), weight.size(0)}).contiguous()), bias_(std::move(bias)) {}

void Winograd::apply(const at::Tensor& x, const at::Tensor& out, bool add) const {
  const std::int64_t height = out.size(2), width = out.size(3), in = weight_.size(1), channels = weight_.size(2);
  const at::Tensor image = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Plane<const float> source{image.const_data_ptr<float>(), x.size(2), x.size(3), in, height / x.size(2)};
  const Plane<float> target{out.mutable_data_ptr<float>(), height, width, channels, 1};
  const float* bias_values = bias_.const_data_ptr<float>();
  static const at::Tensor transform = kernel_transform();
  const at::Tensor weight = at::mm(transform, weight_.flatten(1)).view({reach * reach, in, channels});
  const std::int64_t columns = (width + step - 1) / step, tiles = columns * ((height + step - 1) / step);
  const std::vector<float> zeros(static_cast<std::size_t>(in), 0.0F);
  at::parallel_for(0, (tiles + tiles_at_once - 1) / tiles_at_once, 1, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor inputs = at::empty({reach * reach, tiles_at_once, in}, at::kFloat);
    const at::Tensor products = at::empty({reach * reach, tiles_at_once, channels}, at::kFloat);
    std::vector<float> beyond(static_cast<std::size_t>(channels));  // takes what lies outside the image
    for (std::int64_t first = begin * tiles_at_once; first < std::min(end * tiles_at_once, tiles); first += tiles_at_once) {
      const std::int64_t count = std::min(tiles_at_once, tiles - first);
      float* const input = inputs.mutable_data_ptr<float>();
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t top = (first + i) / columns * step - 1, left = (first + i) % columns * step - 1;
        std::array<const float*, reach * reach> pixels;
        for (std::int64_t k = 0; k < reach * reach; ++k)
          pixels.at(static_cast<std::size_t>(k)) = source.at(top + k / reach, left + k % reach, zeros.data());
        winograd_input(pixels.data(), in, input + i * in, tiles_at_once * in);
      }
      at::Tensor result = products.narrow(1, 0, count);
      at::bmm_out(result, inputs.narrow(1, 0, count), weight);
      const float* const product = products.const_data_ptr<float>();
      for (std::int64_t i = 0; i < count; ++i) {
        const std::int64_t top = (first + i) / columns * step, left = (first + i) % columns * step;
        std::array<float*, step * step> pixels;
        for (std::int64_t k = 0; k < step * step; ++k)
          pixels.at(static_cast<std::size_t>(k)) = target.at(top + k / step, left + k % step, beyond.data());
        winograd_output(product + i * channels, tiles_at_once * channels, channels, bias_values, pixels.data(), add);
      }
    }
  });
}

}  // namespace raygen::engine
