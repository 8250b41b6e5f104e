#include "compute/winograd.hpp"

#include "compute/bfloat16_products.hpp"
#include "compute/simd_kernels.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

constexpr std::int64_t channels_at_once = 64;  // of the output, in bfloat16

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

/// [16,9], as above for the points 0, ±1, ∞.
at::Tensor small_kernel_transform() {
  const at::Tensor g =
      at::tensor({1.0, 0.0, 0.0, 0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0, 1.0}, at::kFloat)
          .view({4, 3});
  return at::kron(g, g);
}

/// An image in memory: rows of pixels of channels. Seen with its pixels `scale` times as high and
/// wide, 1 or 2.
template <typename T>
struct Plane {
  T* data;
  std::int64_t height, width, channels, scale;
  /// The pixel, or `outside` where there is none.
  T* at(std::int64_t y, std::int64_t x, T* outside) const {
    if (y < 0 || x < 0 || y >= height * scale || x >= width * scale) return outside;
    return data + ((y >> (scale - 1)) * width + (x >> (scale - 1))) * channels;
  }
  /// The side × side pixels from there on, row by row.
  template <std::int64_t side>
  std::array<T*, side * side> square(std::int64_t top, std::int64_t left, T* outside) const {
    std::array<T*, side * side> pixels;
    for (std::int64_t k = 0; k < side * side; ++k)
      pixels.at(static_cast<std::size_t>(k)) = at(top + k / side, left + k % side, outside);
    return pixels;
  }
};

}  // namespace

bool Winograd::suits(const at::Tensor& weight, std::int64_t stride, std::int64_t padding,
                     std::int64_t size, const Compute& compute) {
  constexpr std::int64_t narrow = 64, wide = 256, small = 64;
  const bool fits = compute.device.is_cpu() && weight.size(2) == 3 && weight.size(3) == 3 &&
                    stride == 1 && padding == 1 && size >= small &&
                    std::min(weight.size(0), weight.size(1)) >= narrow &&
                    std::max(weight.size(0), weight.size(1)) <= wide;
  if (!fits || compute.type == at::kFloat) return fits;
  return compute.type == at::kBFloat16 && weight.size(0) % channels_at_once == 0 &&
         weight.size(1) % 2 == 0 && can_multiply_pairs();
}

Winograd::Winograd(const at::Tensor& weight, const at::Tensor& bias, at::ScalarType type)
    : type_(type), bias_(bias.to(at::kFloat)) {
  const std::int64_t channels = weight.size(0), in = weight.size(1);
  const at::Tensor kernels =
      weight.to(at::kFloat).permute({2, 3, 1, 0}).reshape({9, in * channels});
  if (type_ == at::kFloat) {
    weight_ = kernels.view({9, in, channels}).contiguous();
  } else {
    weight_ = at::mm(small_kernel_transform(), kernels)
                  .view({16, in / 2, 2, channels / channels_at_once, channels_at_once})
                  .permute({3, 0, 1, 4, 2})
                  .to(at::kBFloat16, false, false, at::MemoryFormat::Contiguous);
  }
}

void Winograd::apply(const at::Tensor& x, const at::Tensor& out, bool add) const {
  if (type_ == at::kFloat) {
    apply_float32(x, out, add);
  } else {
    apply_bfloat16(x, out, add);
  }
}

// The weight is [K/64][16][C/2][64][2]: two input channels side by side, for multiply_pairs.
void Winograd::apply_bfloat16(const at::Tensor& x, const at::Tensor& out, bool add) const {
  constexpr std::int64_t step = 2, reach = 4, points = reach * reach, tiles_at_once = 32;
  const std::int64_t height = out.size(2), width = out.size(3), channels = out.size(1),
                     in = x.size(1);
  const at::Tensor image = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Plane<const BFloat16Bits> source{static_cast<const BFloat16Bits*>(image.const_data_ptr()),
                                         x.size(2), x.size(3), in, height / x.size(2)};
  const Plane<BFloat16Bits> target{static_cast<BFloat16Bits*>(out.mutable_data_ptr()), height,
                                   width, channels, 1};
  const float* const bias = bias_.const_data_ptr<float>();
  const at::BFloat16* const weight = weight_.const_data_ptr<at::BFloat16>();
  const std::int64_t columns = (width + step - 1) / step,
                     tiles = columns * ((height + step - 1) / step);
  const std::vector<BFloat16Bits> zeros(static_cast<std::size_t>(in));
  at::parallel_for(
      0, (tiles + tiles_at_once - 1) / tiles_at_once, 1, [&](std::int64_t begin, std::int64_t end) {
        const at::Tensor inputs = at::empty({points, tiles_at_once, in}, at::kBFloat16);
        const at::Tensor products =
            at::empty({points, tiles_at_once, channels_at_once}, at::kFloat);
        std::vector<BFloat16Bits> beyond(
            static_cast<std::size_t>(channels));  // takes what lies outside the image
        auto* const input = static_cast<BFloat16Bits*>(inputs.mutable_data_ptr());
        float* const product = products.mutable_data_ptr<float>();
        for (std::int64_t first = begin * tiles_at_once;
             first < std::min(end * tiles_at_once, tiles); first += tiles_at_once) {
          const std::int64_t count = std::min(tiles_at_once, tiles - first);
          for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t top = (first + i) / columns * step - 1,
                               left = (first + i) % columns * step - 1;
            winograd_small_input(source.square<reach>(top, left, zeros.data()).data(), in,
                                 input + i * in, tiles_at_once * in);
          }
          for (std::int64_t channel = 0; channel < channels; channel += channels_at_once) {
            for (std::int64_t k = 0; k < points; ++k) {
              multiply_pairs(count, channels_at_once, in,
                             inputs.const_data_ptr<at::BFloat16>() + k * tiles_at_once * in, in,
                             weight + (channel * points + k * channels_at_once) * in,
                             product + k * tiles_at_once * channels_at_once);
            }
            for (std::int64_t i = 0; i < count; ++i) {
              const std::int64_t top = (first + i) / columns * step,
                                 left = (first + i) % columns * step;
              std::array<BFloat16Bits*, step* step> pixels =
                  target.square<step>(top, left, beyond.data());
              for (BFloat16Bits*& pixel : pixels) pixel += channel;
              winograd_small_output(product + i * channels_at_once,
                                    tiles_at_once * channels_at_once, channels_at_once,
                                    bias + channel, pixels.data(), add);
            }
          }
        }
      });
}

void Winograd::apply_float32(const at::Tensor& x, const at::Tensor& out, bool add) const {
  constexpr std::int64_t step = 4, reach = 6, tiles_at_once = 64;
  const std::int64_t height = out.size(2), width = out.size(3), in = weight_.size(1),
                     channels = weight_.size(2);
  const at::Tensor image = x.contiguous(at::MemoryFormat::ChannelsLast);
  const Plane<const float> source{image.const_data_ptr<float>(), x.size(2), x.size(3), in,
                                  height / x.size(2)};
  const Plane<float> target{out.mutable_data_ptr<float>(), height, width, channels, 1};
  const float* bias_values = bias_.const_data_ptr<float>();
  static const at::Tensor transform = kernel_transform();
  const at::Tensor weight =
      at::mm(transform, weight_.flatten(1)).view({reach * reach, in, channels});
  const std::int64_t columns = (width + step - 1) / step,
                     tiles = columns * ((height + step - 1) / step);
  const std::vector<float> zeros(static_cast<std::size_t>(in), 0.0F);
  at::parallel_for(
      0, (tiles + tiles_at_once - 1) / tiles_at_once, 1, [&](std::int64_t begin, std::int64_t end) {
        const at::Tensor inputs = at::empty({reach * reach, tiles_at_once, in}, at::kFloat);
        const at::Tensor products = at::empty({reach * reach, tiles_at_once, channels}, at::kFloat);
        std::vector<float> beyond(
            static_cast<std::size_t>(channels));  // takes what lies outside the image
        for (std::int64_t first = begin * tiles_at_once;
             first < std::min(end * tiles_at_once, tiles); first += tiles_at_once) {
          const std::int64_t count = std::min(tiles_at_once, tiles - first);
          float* const input = inputs.mutable_data_ptr<float>();
          for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t top = (first + i) / columns * step - 1,
                               left = (first + i) % columns * step - 1;
            winograd_input(source.square<reach>(top, left, zeros.data()).data(), in, input + i * in,
                           tiles_at_once * in);
          }
          at::Tensor result = products.narrow(1, 0, count);
          at::bmm_out(result, inputs.narrow(1, 0, count), weight);
          const float* const product = products.const_data_ptr<float>();
          for (std::int64_t i = 0; i < count; ++i) {
            const std::int64_t top = (first + i) / columns * step,
                               left = (first + i) % columns * step;
            winograd_output(product + i * channels, tiles_at_once * channels, channels, bias_values,
                            target.square<step>(top, left, beyond.data()).data(), add);
          }
        }
      });
}

}  // namespace raygen::engine
