#include "compute/int8_kernels.hpp"

#include "compute/vector_loops.hpp"

#include <cmath>
#include <limits>

namespace raygen::engine {

namespace {

constexpr std::int64_t lanes = 64;  // side by side, each with its own maximum or sum: their order
                                    // does not depend on the vector's width

// The largest magnitude, as its bits: those of NaN are above those of infinity, and these above all
// others.
inline __attribute__((always_inline)) std::uint32_t largest_magnitude(const float* x,
                                                                      std::int64_t count) {
  std::uint32_t largest = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(x[i]) & 0x7FFFFFFFU;
    largest = bits > largest ? bits : largest;
  }
  return largest;
}

// Rounds as exponential() does: to the nearest integer, kept in the low bits.
template <typename Quantized, std::int32_t zero>
inline __attribute__((always_inline)) float quantize_row(const float* x, std::int64_t count,
                                                         std::int64_t padding,
                                                         Quantized* __restrict out) {
  const std::uint32_t bits = largest_magnitude(x, count);
  const auto magnitude = std::bit_cast<float>(bits);
  const bool is_finite = bits < 0x7F800000U, is_zero = magnitude <= 1e-35F;
  const float factor = is_finite && !is_zero ? 127.0F / magnitude : 0.0F;
  if (factor == 0.0F) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<Quantized>(zero);
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      const float shifted = x[i] * factor + 12582912.0F;
      const std::int32_t q = std::bit_cast<std::int32_t>(shifted) - 0x4B400000;
      out[i] = static_cast<Quantized>(q + zero);
    }
  }
  for (std::int64_t i = count; i < count + padding; ++i) out[i] = static_cast<Quantized>(zero);
  if (!is_finite) return std::numeric_limits<float>::quiet_NaN();
  return is_zero ? 0.0F : magnitude / 127.0F;
}

inline __attribute__((always_inline)) float total(const float (&sum)[lanes]) {
  float all = 0;
  for (std::int64_t lane = 0; lane < lanes; ++lane) all += sum[lane];
  return all;
}

template <typename Value>
inline __attribute__((always_inline)) float sum_of(std::int64_t count, const Value& value) {
  float sum[lanes] = {};
  std::int64_t first = 0;
  for (; first + lanes <= count; first += lanes) {
    RAYGEN_INDEPENDENT
    for (std::int64_t lane = 0; lane < lanes; ++lane) sum[lane] += value(first + lane);
  }
  for (; first < count; ++first) sum[first % lanes] += value(first);
  return total(sum);
}

template <typename T>
inline __attribute__((always_inline)) void widen_row(const T* x, std::int64_t count,
                                                     float* __restrict out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = load(x + i);
}

inline __attribute__((always_inline)) float value_at(const QuantizedSums& sums,
                                                     const std::int32_t* row, float scale,
                                                     std::int64_t c) {
  return static_cast<float>(row[c] - sums.offsets[c]) * (scale * sums.column_scales[c]) +
         sums.bias[c];
}

template <typename T>
inline __attribute__((always_inline)) void dequantize_rows(const QuantizedSums& sums,
                                                           std::int64_t rows, std::int64_t columns,
                                                           T* out, std::int64_t stride, bool add) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int32_t* const from = sums.sums + row * sums.stride;
    const float scale = sums.row_scales[row];
    T* const to = out + row * stride;
    if (add) {
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < columns; ++c)
        store(to + c, load(to + c) + value_at(sums, from, scale, c));
    } else {
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < columns; ++c) store(to + c, value_at(sums, from, scale, c));
    }
  }
}

// x·Φ(x), the error function by Abramowitz and Stegun's 7.1.26, whose error is below 1.5e-7.
inline __attribute__((always_inline)) float gelu(float x) {
  const float z = x * 0.70710678F, magnitude = z < 0.0F ? -z : z;
  const float t = 1.0F / (1.0F + 0.3275911F * magnitude);
  float p = 1.061405429F;
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const float rest = p * t * exponential(-z * z);  // 1 − erf|z|
  return 0.5F * x * (x < 0.0F ? rest : 2.0F - rest);
}

}  // namespace

RAYGEN_EACH_VECTOR_WIDTH float quantize(const float* x, std::int64_t count, std::int64_t padding,
                                        std::uint8_t* out) {
  return quantize_row<std::uint8_t, 128>(x, count, padding, out);
}
RAYGEN_EACH_VECTOR_WIDTH float quantize(const float* x, std::int64_t count, std::int64_t padding,
                                        std::int16_t* out) {
  return quantize_row<std::int16_t, 0>(x, count, padding, out);
}

RAYGEN_EACH_VECTOR_WIDTH void subtract(float* x, std::int64_t count, const std::uint8_t* quantized,
                                       float scale) {
  for (std::int64_t i = 0; i < count; ++i)
    x[i] -= static_cast<float>(static_cast<std::int32_t>(quantized[i]) - 128) * scale;
}
RAYGEN_EACH_VECTOR_WIDTH void subtract(float* x, std::int64_t count, const std::int16_t* quantized,
                                       float scale) {
  for (std::int64_t i = 0; i < count; ++i) x[i] -= static_cast<float>(quantized[i]) * scale;
}

RAYGEN_EACH_VECTOR_WIDTH void normalize(float* x, std::int64_t count, const float* scale,
                                        const float* shift, float epsilon) {
  const auto n = static_cast<float>(count);
  const float mean = sum_of(count, [x](std::int64_t i) { return x[i]; }) / n;
  const float variance =
      sum_of(count, [x, mean](std::int64_t i) { return (x[i] - mean) * (x[i] - mean); }) / n;
  const float factor = 1.0F / std::sqrt(variance + epsilon);
  if (shift != nullptr) {
    RAYGEN_INDEPENDENT
    for (std::int64_t i = 0; i < count; ++i) x[i] = (x[i] - mean) * factor * scale[i] + shift[i];
  } else {
    RAYGEN_INDEPENDENT
    for (std::int64_t i = 0; i < count; ++i) x[i] = (x[i] - mean) * factor * scale[i];
  }
}

RAYGEN_EACH_VECTOR_WIDTH void to_float(const float* x, std::int64_t count, float* out) {
  widen_row(x, count, out);
}
RAYGEN_EACH_VECTOR_WIDTH void to_float(const BFloat16Bits* x, std::int64_t count, float* out) {
  widen_row(x, count, out);
}

RAYGEN_EACH_VECTOR_WIDTH void dequantize(const QuantizedSums& sums, std::int64_t rows,
                                         std::int64_t columns, float* out, std::int64_t stride,
                                         bool add) {
  dequantize_rows(sums, rows, columns, out, stride, add);
}
RAYGEN_EACH_VECTOR_WIDTH void dequantize(const QuantizedSums& sums, std::int64_t rows,
                                         std::int64_t columns, BFloat16Bits* out,
                                         std::int64_t stride, bool add) {
  dequantize_rows(sums, rows, columns, out, stride, add);
}
RAYGEN_EACH_VECTOR_WIDTH void dequantize_and_gate(const QuantizedSums& a, const QuantizedSums& b,
                                                  std::int64_t rows, std::int64_t columns,
                                                  float* out, std::int64_t stride) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int32_t *const from_a = a.sums + row * a.stride, *const from_b =
                                                                    b.sums + row * b.stride;
    const float scale_a = a.row_scales[row], scale_b = b.row_scales[row];
    float* const to = out + row * stride;
    RAYGEN_INDEPENDENT
    for (std::int64_t c = 0; c < columns; ++c)
      to[c] = gelu(value_at(a, from_a, scale_a, c)) * value_at(b, from_b, scale_b, c);
  }
}

}  // namespace raygen::engine
