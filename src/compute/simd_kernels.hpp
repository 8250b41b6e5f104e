#pragma once
// Plain loops over rows of channels, compiled once for each vector width and chosen when the
// program runs.

#include <cstdint>

namespace raygen::engine {

/// A bfloat16 as its 16 bits: the upper half of a float32.
struct BFloat16Bits {
  std::uint16_t bits;
};

/// sum[c] += Σ d, square[c] += Σ d², d = x[row][c] − pivot[c], over `rows` rows of `channels`
/// values.
void add_moments(const float* x, std::int64_t rows, std::int64_t channels, const float* pivot,
                 float* sum, float* square);
void add_moments(const BFloat16Bits* x, std::int64_t rows, std::int64_t channels,
                 const float* pivot, float* sum, float* square);

/// out[i] = x[i].
void widen(const float* x, std::int64_t count, float* out);
void widen(const BFloat16Bits* x, std::int64_t count, float* out);

/// out[i] = x[i]·scale.
void narrow(const float* x, std::int64_t count, float scale, BFloat16Bits* out);

/// out[i] = exp((x[i] − max x)·scale) for count ≥ 1 values, scale > 0. Returns their sum, before
/// they are rounded.
float exponentials(const float* x, std::int64_t count, float scale, BFloat16Bits* out);

/// out = y or y·sigmoid(y), y = x·scale[c] + shift[c]. x and out may be the same.
void scale_and_shift(const float* x, float* out, std::int64_t rows, std::int64_t channels,
                     const float* scale, const float* shift, bool swish);
void scale_and_shift(const BFloat16Bits* x, BFloat16Bits* out, std::int64_t rows,
                     std::int64_t channels, const float* scale, const float* shift, bool swish);

/// out[row][c] = max(0, x[row][c]·scale[c] + shift[c]): the first `channels` of rows of x that are
/// `stride` apart. NaN stays NaN.
void scale_shift_and_rectify(const float* x, std::int64_t stride, float* out, std::int64_t rows,
                             std::int64_t channels, const float* scale, const float* shift);

/// Winograd's F(4×4,3×3) at the points 0, ±a, ±b, ∞: the error of these two is a fifth of the
/// textbook's 1 and 2.
constexpr float kWinogradA = 0.625F, kWinogradB = 1.5F;

/// Bᵀ d B for every channel: d is 6×6 pixels of `channels` values, value k of the result goes to
/// out + k·stride.
void winograd_input(const float* const* pixels, std::int64_t channels, float* out,
                    std::int64_t stride);
/// Aᵀ m A + bias of the 6×6 products m (value k at products + k·stride), written or added to 4×4
/// pixels.
void winograd_output(const float* products, std::int64_t stride, std::int64_t channels,
                     const float* bias, float* const* pixels, bool add);

/// The same of F(2×2,3×3) at the points 0, ±1, ∞: d is 4×4 pixels, m 4×4 products, the result 2×2
/// pixels. Sums alone, taken in float32.
void winograd_small_input(const BFloat16Bits* const* pixels, std::int64_t channels,
                          BFloat16Bits* out, std::int64_t stride);
void winograd_small_output(const float* products, std::int64_t stride, std::int64_t channels,
                           const float* bias, BFloat16Bits* const* pixels, bool add);

/// Whether none is NaN or infinite: those have all bits of the exponent set.
bool all_finite(const std::uint32_t* bits, std::int64_t count);  // float32
bool all_finite(const std::uint16_t* bits, std::int64_t count,
                std::uint16_t exponent);  // bfloat16: 0x7F80, float16: 0x7C00

}  // namespace raygen::engine
