#include "compute/vector_loops.hpp"

#include <bit>

// One body, several instruction sets; the loader takes the best that the CPU has. Sanitizers instrument the choice itself, which runs too early for them.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RAYGEN_EACH_VECTOR_WIDTH __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RAYGEN_EACH_VECTOR_WIDTH
#endif

namespace raygen::engine {

namespace {

inline __attribute__((always_inline)) float load(const float* x) { return *x; }
inline __attribute__((always_inline)) float load(const BFloat16Bits* x) { return std::bit_cast<float>(static_cast<std::uint32_t>(x->bits) << 16); }
inline __attribute__((always_inline)) void store(float* out, float value) { *out = value; }
inline __attribute__((always_inline)) void store(BFloat16Bits* out, float value) {  // round to nearest even
  const auto bits = std::bit_cast<std::uint32_t>(value);
  out->bits = static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

// exp in the range where a sigmoid needs it, to about one unit in the last place: 2^n times Cephes' polynomial of the remainder.
inline __attribute__((always_inline)) float exponential(float x) {
  x = x < -87.0F ? -87.0F : (x > 87.0F ? 87.0F : x);
  const float shifted = x * 1.44269504F + 12582912.0F;  // rounds to the nearest integer, kept in the low bits
  const float n = shifted - 12582912.0F;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U) << 23;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + exponent);
}

template <typename T>
inline __attribute__((always_inline)) void moments(const T* x, std::int64_t rows, std::int64_t channels, const float* __restrict pivot,
                                                   float* __restrict sum, float* __restrict square) {
  for (std::int64_t row = 0; row < rows; ++row, x += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float value = load(x + c) - pivot[c];
      sum[c] += value;
      square[c] += value * value;
    }
  }
}

template <typename T>
inline __attribute__((always_inline)) void affine(const T* x, T* out, std::int64_t rows, std::int64_t channels, const float* __restrict scale,
                                                  const float* __restrict shift, bool swish) {
  for (std::int64_t row = 0; row < rows; ++row, x += channels, out += channels) {
    if (swish) {
#pragma GCC ivdep  // x and out are the same row or different ones, never shifted against each other
      for (std::int64_t c = 0; c < channels; ++c) {
        const float y = load(x + c) * scale[c] + shift[c];
        store(out + c, y / (1.0F + exponential(-y)));
      }
    } else {
#pragma GCC ivdep
      for (std::int64_t c = 0; c < channels; ++c) store(out + c, load(x + c) * scale[c] + shift[c]);
    }
  }
}

}  // namespace

RAYGEN_EACH_VECTOR_WIDTH void add_moments(const float* x, std::int64_t rows, std::int64_t channels, const float* pivot, float* sum, float* square) {
  moments(x, rows, channels, pivot, sum, square);
}
RAYGEN_EACH_VECTOR_WIDTH void add_moments(const BFloat16Bits* x, std::int64_t rows, std::int64_t channels, const float* pivot, float* sum, float* square) {
  moments(x, rows, channels, pivot, sum, square);
}
void widen(const float* x, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = load(x + i);
}
void widen(const BFloat16Bits* x, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = load(x + i);
}
RAYGEN_EACH_VECTOR_WIDTH void scale_and_shift(const float* x, float* out, std::int64_t rows, std::int64_t channels, const float* scale,
                                              const float* shift, bool swish) {
  affine(x, out, rows, channels, scale, shift, swish);
}
RAYGEN_EACH_VECTOR_WIDTH void scale_and_shift(const BFloat16Bits* x, BFloat16Bits* out, std::int64_t rows, std::int64_t channels, const float* scale,
                                              const float* shift, bool swish) {
  affine(x, out, rows, channels, scale, shift, swish);
}

RAYGEN_EACH_VECTOR_WIDTH void winograd_input(const float* const* pixels, std::int64_t channels, float* out, std::int64_t stride) {
  for (std::int64_t row = 0; row < 4; ++row) {  // Bᵀ d: one row of the result at a time, from two rows of pixels
    const float* const* a = pixels + (row == 0 ? 0 : row == 2 ? 2 : 1) * 4;
    const float* const* b = pixels + (row == 3 ? 3 : row == 2 ? 1 : 2) * 4;
    const float sign = row == 1 ? 1.0F : -1.0F;
    const float *a0 = a[0], *a1 = a[1], *a2 = a[2], *a3 = a[3], *b0 = b[0], *b1 = b[1], *b2 = b[2], *b3 = b[3];
    float *first = out + row * 4 * stride, *second = first + stride, *third = second + stride, *fourth = third + stride;
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      const float d0 = a0[c] + sign * b0[c], d1 = a1[c] + sign * b1[c], d2 = a2[c] + sign * b2[c], d3 = a3[c] + sign * b3[c];
      first[c] = d0 - d2;
      second[c] = d1 + d2;
      third[c] = d2 - d1;
      fourth[c] = d1 - d3;
    }
  }
}
RAYGEN_EACH_VECTOR_WIDTH void winograd_output(const float* products, std::int64_t stride, std::int64_t channels, const float* bias,
                                              float* const* pixels, bool add) {
  for (std::int64_t row = 0; row < 2; ++row) {
    // Aᵀ m: rows 0+1+2, or 1-2-3, of the products.
    const float* a = products + row * 4 * stride;
    const float *b = a + 4 * stride, *d = b + 4 * stride;
    const float sign = row == 0 ? 1.0F : -1.0F;
    float *left = pixels[row * 2], *right = pixels[row * 2 + 1];
#pragma GCC ivdep
    for (std::int64_t c = 0; c < channels; ++c) {
      const float m0 = a[c] + sign * (b[c] + d[c]), m1 = a[stride + c] + sign * (b[stride + c] + d[stride + c]),
                  m2 = a[2 * stride + c] + sign * (b[2 * stride + c] + d[2 * stride + c]),
                  m3 = a[3 * stride + c] + sign * (b[3 * stride + c] + d[3 * stride + c]);
      left[c] = (add ? left[c] : 0.0F) + (m0 + m1 + m2 + bias[c]);
      right[c] = (add ? right[c] : 0.0F) + (m1 - m2 - m3 + bias[c]);
    }
  }
}

RAYGEN_EACH_VECTOR_WIDTH bool all_finite(const std::uint32_t* bits, std::int64_t count) {
  std::uint32_t found = 0;
  for (std::int64_t i = 0; i < count; ++i) found |= (bits[i] & 0x7F800000U) == 0x7F800000U ? 1U : 0U;
  return found == 0;
}
RAYGEN_EACH_VECTOR_WIDTH bool all_finite(const std::uint16_t* bits, std::int64_t count, std::uint16_t exponent) {
  std::uint16_t found = 0;
  for (std::int64_t i = 0; i < count; ++i) found = static_cast<std::uint16_t>(found | ((bits[i] & exponent) == exponent ? 1 : 0));
  return found == 0;
}

}  // namespace raygen::engine
