#pragma once
// Plain loops around products of 8-bit numbers: rows to 8 bits and their sums back, compiled once
// for each vector width and chosen when the program runs. The order of every sum is fixed: a row's
// numbers depend on that row alone.

#include "compute/simd_kernels.hpp"

#include <cstdint>

namespace raygen::engine {

/// q = x/s rounded to nearest, −127..127, with s = max|x|/127, for `count` ≥ 1 values; the last
/// `padding` of out become 0. Returns s: 0 where no value is above 1e-35 in magnitude, and all q
/// are 0; NaN where a value is NaN or infinite. out holds q + 128 in 8 bits, or q in 16.
float quantize(const float* x, std::int64_t count, std::int64_t padding, std::uint8_t* out);
float quantize(const float* x, std::int64_t count, std::int64_t padding, std::int16_t* out);
/// x −= q·s: what quantize() has left of it.
void subtract(float* x, std::int64_t count, const std::uint8_t* quantized, float scale);
void subtract(float* x, std::int64_t count, const std::int16_t* quantized, float scale);

/// LayerNorm of a row in place, ε inside the root; shift may be null.
void normalize(float* x, std::int64_t count, const float* scale, const float* shift, float epsilon);

/// out[i] = x[i], at the full vector width.
void to_float(const float* x, std::int64_t count, float* out);
void to_float(const BFloat16Bits* x, std::int64_t count, float* out);

/// Sums of products of 8-bit numbers and what they stand for:
/// value[row][c] = (sums[row][c] − offsets[c])·row_scales[row]·column_scales[c] + bias[c].
struct QuantizedSums {
  const std::int32_t* sums;  // rows `stride` apart
  std::int64_t stride;
  const std::int32_t* offsets;
  const float *column_scales, *bias, *row_scales;
};
/// out = value, or out += value: `rows` rows of `columns`, `stride` apart.
void dequantize(const QuantizedSums& sums, std::int64_t rows, std::int64_t columns, float* out,
                std::int64_t stride, bool add);
void dequantize(const QuantizedSums& sums, std::int64_t rows, std::int64_t columns,
                BFloat16Bits* out, std::int64_t stride, bool add);
/// out = GELU(a's value)·b's value, GELU with the error function, to 2e-7 of 1 + |a|.
void dequantize_and_gate(const QuantizedSums& a, const QuantizedSums& b, std::int64_t rows,
                         std::int64_t columns, float* out, std::int64_t stride);

}  // namespace raygen::engine
