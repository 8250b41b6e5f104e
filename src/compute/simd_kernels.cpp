#include "compute/simd_kernels.hpp"

#include "compute/vector_loops.hpp"

namespace raygen::engine {

namespace {

template <typename T>
inline __attribute__((always_inline)) void moments(const T* x, std::int64_t rows,
                                                   std::int64_t channels,
                                                   const float* __restrict pivot,
                                                   float* __restrict sum,
                                                   float* __restrict square) {
  for (std::int64_t row = 0; row < rows; ++row, x += channels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      const float value = load(x + c) - pivot[c];
      sum[c] += value;
      square[c] += value * value;
    }
  }
}

// x and out are the same rows or different ones, never shifted against each other.
template <typename T>
inline __attribute__((always_inline)) void affine(const T* x, T* out, std::int64_t rows,
                                                  std::int64_t channels,
                                                  const float* __restrict scale,
                                                  const float* __restrict shift, bool swish) {
  for (std::int64_t row = 0; row < rows; ++row, x += channels, out += channels) {
    if (swish) {
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < channels; ++c) {
        const float y = load(x + c) * scale[c] + shift[c];
        store(out + c, y / (1.0F + exponential(-y)));
      }
    } else {
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < channels; ++c) store(out + c, load(x + c) * scale[c] + shift[c]);
    }
  }
}

// Channels at a time in Winograd's transforms: what lies between their two halves stays in the
// first cache.
constexpr std::int64_t winograd_block = 64;

// Rows of Bᵀ: x⁴ − (a²+b²)x² + a²b², x(x ± a)(x² − b²), x(x ± b)(x² − a²), x(x² − a²)(x² − b²); all
// factors are exact in float32.
inline __attribute__((always_inline)) void winograd_input_line(const float* const* d, float* out,
                                                               std::int64_t stride,
                                                               std::int64_t count) {
  constexpr float a = kWinogradA, b = kWinogradB, aa = a * a, bb = b * b;
  const float *d0 = d[0], *d1 = d[1], *d2 = d[2], *d3 = d[3], *d4 = d[4], *d5 = d[5];
  float *o0 = out, *o1 = o0 + stride, *o2 = o1 + stride, *o3 = o2 + stride, *o4 = o3 + stride,
        *o5 = o4 + stride;
  RAYGEN_INDEPENDENT
  for (std::int64_t c = 0; c < count; ++c) {
    const float even_a = d4[c] - bb * d2[c], odd_a = a * (d3[c] - bb * d1[c]);
    const float even_b = d4[c] - aa * d2[c], odd_b = b * (d3[c] - aa * d1[c]);
    o0[c] = even_a - aa * (d2[c] - bb * d0[c]);
    o1[c] = even_a + odd_a;
    o2[c] = even_a - odd_a;
    o3[c] = even_b + odd_b;
    o4[c] = even_b - odd_b;
    o5[c] = (d5[c] - bb * d3[c]) - aa * (d3[c] - bb * d1[c]);
  }
}

// Rows of Aᵀ: powers 0 to 3 of the points 0, a, −a, b, −b, ∞.
inline __attribute__((always_inline)) void winograd_output_line(const float* const* m, float* out,
                                                                std::int64_t stride,
                                                                std::int64_t count) {
  constexpr float a = kWinogradA, b = kWinogradB;
  const float *m0 = m[0], *m1 = m[1], *m2 = m[2], *m3 = m[3], *m4 = m[4], *m5 = m[5];
  float *o0 = out, *o1 = o0 + stride, *o2 = o1 + stride, *o3 = o2 + stride;
  RAYGEN_INDEPENDENT
  for (std::int64_t c = 0; c < count; ++c) {
    const float even_a = m1[c] + m2[c], odd_a = a * (m1[c] - m2[c]), even_b = m3[c] + m4[c],
                odd_b = b * (m3[c] - m4[c]);
    o0[c] = m0[c] + even_a + even_b;
    o1[c] = odd_a + odd_b;
    o2[c] = a * a * even_a + b * b * even_b;
    o3[c] = a * a * odd_a + b * b * odd_b + m5[c];
  }
}

}  // namespace

RAYGEN_EACH_VECTOR_WIDTH void add_moments(const float* x, std::int64_t rows, std::int64_t channels,
                                          const float* pivot, float* sum, float* square) {
  moments(x, rows, channels, pivot, sum, square);
}
RAYGEN_EACH_VECTOR_WIDTH void add_moments(const BFloat16Bits* x, std::int64_t rows,
                                          std::int64_t channels, const float* pivot, float* sum,
                                          float* square) {
  moments(x, rows, channels, pivot, sum, square);
}
void widen(const float* x, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = load(x + i);
}
void widen(const BFloat16Bits* x, std::int64_t count, float* out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = load(x + i);
}
RAYGEN_EACH_VECTOR_WIDTH void narrow(const float* x, std::int64_t count, float scale,
                                     BFloat16Bits* out) {
  for (std::int64_t i = 0; i < count; ++i) store(out + i, x[i] * scale);
}
RAYGEN_EACH_VECTOR_WIDTH float exponentials(const float* x, std::int64_t count, float scale,
                                            BFloat16Bits* out) {
  constexpr std::int64_t lanes = 64;  // side by side, each with its own maximum and sum: their
                                      // order does not depend on the vector's width
  float largest[lanes], sum[lanes];
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    largest[lane] = x[0];
    sum[lane] = 0;
  }
  for (std::int64_t first = 0; first < count; first += lanes) {
    const std::int64_t n = count - first < lanes ? count - first : lanes;
    for (std::int64_t lane = 0; lane < n; ++lane)
      largest[lane] = x[first + lane] > largest[lane] ? x[first + lane] : largest[lane];
  }
  float maximum = x[0];
  for (std::int64_t lane = 0; lane < lanes; ++lane)
    maximum = largest[lane] > maximum ? largest[lane] : maximum;
  for (std::int64_t first = 0; first < count; first += lanes) {
    const std::int64_t n = count - first < lanes ? count - first : lanes;
    RAYGEN_INDEPENDENT
    for (std::int64_t lane = 0; lane < n; ++lane) {
      const float weight = exponential((x[first + lane] - maximum) * scale);
      sum[lane] += weight;
      store(out + first + lane, weight);
    }
  }
  float total = 0;
  for (std::int64_t lane = 0; lane < lanes; ++lane) total += sum[lane];
  return total;
}
RAYGEN_EACH_VECTOR_WIDTH void scale_and_shift(const float* x, float* out, std::int64_t rows,
                                              std::int64_t channels, const float* scale,
                                              const float* shift, bool swish) {
  affine(x, out, rows, channels, scale, shift, swish);
}
RAYGEN_EACH_VECTOR_WIDTH void scale_and_shift(const BFloat16Bits* x, BFloat16Bits* out,
                                              std::int64_t rows, std::int64_t channels,
                                              const float* scale, const float* shift, bool swish) {
  affine(x, out, rows, channels, scale, shift, swish);
}

RAYGEN_EACH_VECTOR_WIDTH void scale_shift_and_rectify(const float* x, std::int64_t stride,
                                                      float* out, std::int64_t rows,
                                                      std::int64_t channels, const float* scale,
                                                      const float* shift) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* from = x + row * stride;
    float* to = out + row * channels;
    RAYGEN_INDEPENDENT
    for (std::int64_t c = 0; c < channels; ++c) {
      const float y = from[c] * scale[c] + shift[c];
      to[c] = y < 0.0F ? 0.0F : y;
    }
  }
}

RAYGEN_EACH_VECTOR_WIDTH void winograd_input(const float* const* pixels, std::int64_t channels,
                                             float* out, std::int64_t stride) {
  float columns[36][winograd_block];  // Bᵀ d
  for (std::int64_t first = 0; first < channels; first += winograd_block) {
    const std::int64_t count =
        channels - first < winograd_block ? channels - first : winograd_block;
    for (std::int64_t x = 0; x < 6; ++x) {
      const float* d[6];
      for (std::int64_t y = 0; y < 6; ++y) d[y] = pixels[y * 6 + x] + first;
      winograd_input_line(d, columns[x], 6 * winograd_block, count);
    }
    for (std::int64_t y = 0; y < 6; ++y) {
      const float* d[6];
      for (std::int64_t x = 0; x < 6; ++x) d[x] = columns[y * 6 + x];
      winograd_input_line(d, out + y * 6 * stride + first, stride, count);
    }
  }
}
RAYGEN_EACH_VECTOR_WIDTH void winograd_output(const float* products, std::int64_t stride,
                                              std::int64_t channels, const float* bias,
                                              float* const* pixels, bool add) {
  float columns[24][winograd_block];  // Aᵀ m
  float row[4][winograd_block];
  for (std::int64_t first = 0; first < channels; first += winograd_block) {
    const std::int64_t count =
        channels - first < winograd_block ? channels - first : winograd_block;
    for (std::int64_t x = 0; x < 6; ++x) {
      const float* m[6];
      for (std::int64_t y = 0; y < 6; ++y) m[y] = products + (y * 6 + x) * stride + first;
      winograd_output_line(m, columns[x], 6 * winograd_block, count);
    }
    for (std::int64_t y = 0; y < 4; ++y) {
      const float* m[6];
      for (std::int64_t x = 0; x < 6; ++x) m[x] = columns[y * 6 + x];
      winograd_output_line(m, row[0], winograd_block, count);
      for (std::int64_t x = 0; x < 4; ++x) {
        float* const pixel = pixels[y * 4 + x] + first;
        RAYGEN_INDEPENDENT
        for (std::int64_t c = 0; c < count; ++c)
          pixel[c] = (add ? pixel[c] : 0.0F) + (row[x][c] + bias[first + c]);
      }
    }
  }
}

RAYGEN_EACH_VECTOR_WIDTH void winograd_small_input(const BFloat16Bits* const* pixels,
                                                   std::int64_t channels, BFloat16Bits* out,
                                                   std::int64_t stride) {
  float columns[16][winograd_block];  // Bᵀ d
  for (std::int64_t first = 0; first < channels; first += winograd_block) {
    const std::int64_t count =
        channels - first < winograd_block ? channels - first : winograd_block;
    for (std::int64_t x = 0; x < 4; ++x) {
      const BFloat16Bits *d0 = pixels[x] + first, *d1 = pixels[4 + x] + first,
                         *d2 = pixels[8 + x] + first, *d3 = pixels[12 + x] + first;
      float *o0 = columns[x], *o1 = columns[4 + x], *o2 = columns[8 + x], *o3 = columns[12 + x];
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < count; ++c) {
        const float v1 = load(d1 + c), v2 = load(d2 + c);
        o0[c] = load(d0 + c) - v2;
        o1[c] = v1 + v2;
        o2[c] = v2 - v1;
        o3[c] = v1 - load(d3 + c);
      }
    }
    for (std::int64_t y = 0; y < 4; ++y) {
      const float *d0 = columns[4 * y], *d1 = columns[4 * y + 1], *d2 = columns[4 * y + 2],
                  *d3 = columns[4 * y + 3];
      BFloat16Bits *o0 = out + 4 * y * stride + first, *o1 = o0 + stride, *o2 = o1 + stride,
                   *o3 = o2 + stride;
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < count; ++c) {
        store(o0 + c, d0[c] - d2[c]);
        store(o1 + c, d1[c] + d2[c]);
        store(o2 + c, d2[c] - d1[c]);
        store(o3 + c, d1[c] - d3[c]);
      }
    }
  }
}
RAYGEN_EACH_VECTOR_WIDTH void winograd_small_output(const float* products, std::int64_t stride,
                                                    std::int64_t channels, const float* bias,
                                                    BFloat16Bits* const* pixels, bool add) {
  float columns[8][winograd_block];  // Aᵀ m
  for (std::int64_t first = 0; first < channels; first += winograd_block) {
    const std::int64_t count =
        channels - first < winograd_block ? channels - first : winograd_block;
    for (std::int64_t x = 0; x < 4; ++x) {
      const float *m0 = products + x * stride + first, *m1 = m0 + 4 * stride, *m2 = m1 + 4 * stride,
                  *m3 = m2 + 4 * stride;
      float *o0 = columns[x], *o1 = columns[4 + x];
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < count; ++c) {
        o0[c] = m0[c] + m1[c] + m2[c];
        o1[c] = m1[c] - m2[c] - m3[c];
      }
    }
    for (std::int64_t y = 0; y < 2; ++y) {
      const float *m0 = columns[4 * y], *m1 = columns[4 * y + 1], *m2 = columns[4 * y + 2],
                  *m3 = columns[4 * y + 3], *b = bias + first;
      BFloat16Bits *left = pixels[2 * y] + first, *right = pixels[2 * y + 1] + first;
      RAYGEN_INDEPENDENT
      for (std::int64_t c = 0; c < count; ++c) {
        store(left + c, (add ? load(left + c) : 0.0F) + (m0[c] + m1[c] + m2[c] + b[c]));
        store(right + c, (add ? load(right + c) : 0.0F) + (m1[c] - m2[c] - m3[c] + b[c]));
      }
    }
  }
}

RAYGEN_EACH_VECTOR_WIDTH bool all_finite(const std::uint32_t* bits, std::int64_t count) {
  std::uint32_t found = 0;
  for (std::int64_t i = 0; i < count; ++i)
    found |= (bits[i] & 0x7F800000U) == 0x7F800000U ? 1U : 0U;
  return found == 0;
}
RAYGEN_EACH_VECTOR_WIDTH bool all_finite(const std::uint16_t* bits, std::int64_t count,
                                         std::uint16_t exponent) {
  std::uint16_t found = 0;
  for (std::int64_t i = 0; i < count; ++i)
    found = static_cast<std::uint16_t>(found | ((bits[i] & exponent) == exponent ? 1 : 0));
  return found == 0;
}

}  // namespace raygen::engine
