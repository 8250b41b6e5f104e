#include "compute/int8_products.hpp"

#include "compute/private_operators.hpp"

#include <ATen/ATen.h>
#include <ATen/native/CPUBlas.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace raygen::engine {

namespace {

struct Layout {
  std::int64_t columns, depth;  // of a packed block: one that a kernel reads from end to end, and
                                // the values of a column that lie side by side in it
};

Layout layout_of(Int8Kernel kernel) {
  return kernel == Int8Kernel::quads ? Layout{kInt8Columns, 4} : Layout{16, 2};
}

#if defined(CPUBLAS_BRGEMM_U8I8I32)
void multiply_8_bit_quads(std::int64_t rows, std::int64_t depth, const std::uint8_t* a,
                          const std::int8_t* b, std::int32_t* c) {
  at::native::cpublas::brgemm(rows, kInt8Columns, depth, depth, kInt8Columns, kInt8Columns,
                              /*add_C=*/false, a, b, c);
}
void release_quads() { at::native::cpublas::brgemm_release(); }
#else  // an older LibTorch
void multiply_8_bit_quads(std::int64_t, std::int64_t, const std::uint8_t*, const std::int8_t*,
                          std::int32_t*) {
  C10_THROW_ERROR(NotImplementedError, "this LibTorch has no products of 8-bit numbers");
}
void release_quads() {}
#endif

/// c [rows][16] of a panel b [depth/2][16][2]: rows of c are kInt8Columns apart.
void plain_panel(std::int64_t rows, std::int64_t depth, const std::int16_t* a, const std::int8_t* b,
                 std::int32_t* c) {
  for (std::int64_t row = 0; row < rows; ++row) {
    std::array<std::int32_t, 16> sum{};
    for (std::int64_t k = 0; k < depth; k += 2) {
      const std::int32_t first = a[row * depth + k], second = a[row * depth + k + 1];
      const std::int8_t* const pair = b + k * 16;
      for (std::size_t column = 0; column < 16; ++column)
        sum[column] += first * pair[2 * column] + second * pair[2 * column + 1];
    }
    std::copy(sum.begin(), sum.end(), c + row * kInt8Columns);
  }
}

#if defined(__x86_64__)
/// A row's sums, which stay in registers.
struct RowSums {
  __m256i low, high;
};

__attribute__((target("avx2"), always_inline)) inline void add_pair(RowSums& sums,
                                                                    const std::int16_t* a,
                                                                    __m256i first, __m256i second) {
  std::int32_t both = 0;
  __builtin_memcpy(&both, a, sizeof both);
  const __m256i left = _mm256_set1_epi32(both);
  sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(left, first));
  sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(left, second));
}

__attribute__((target("avx2"), always_inline)) inline void put(const RowSums& sums,
                                                               std::int32_t* c) {
  auto* const to = reinterpret_cast<__m256i*>(c);
  _mm256_storeu_si256(to, sums.low);
  _mm256_storeu_si256(to + 1, sums.high);
}

/// The same of rows 0, 1, …: named one by one, because sums in a loop's array go through memory.
template <std::size_t... row>
__attribute__((target("avx2"))) void avx2_panel(std::int64_t depth, const std::int16_t* a,
                                                const std::int8_t* b, std::int32_t* c) {
  RowSums sums[sizeof...(row)] = {};
  for (std::int64_t k = 0; k < depth; k += 2) {
    const auto* const pairs = reinterpret_cast<const __m128i*>(b + k * 16);
    const __m256i first = _mm256_cvtepi8_epi16(_mm_loadu_si128(pairs)),
                  second = _mm256_cvtepi8_epi16(_mm_loadu_si128(pairs + 1));
    (add_pair(sums[row], a + static_cast<std::int64_t>(row) * depth + k, first, second), ...);
  }
  (put(sums[row], c + static_cast<std::int64_t>(row) * kInt8Columns), ...);
}

void avx2_rows(std::int64_t rows, std::int64_t depth, const std::int16_t* a, const std::int8_t* b,
               std::int32_t* c) {
  using Panel = void (*)(std::int64_t, const std::int16_t*, const std::int8_t*, std::int32_t*);
  constexpr std::array<Panel, 6> panels = {
      avx2_panel<0>,          avx2_panel<0, 1>,          avx2_panel<0, 1, 2>,
      avx2_panel<0, 1, 2, 3>, avx2_panel<0, 1, 2, 3, 4>, avx2_panel<0, 1, 2, 3, 4, 5>};
  for (std::int64_t first = 0; first < rows; first += 6) {
    const std::int64_t count = std::min<std::int64_t>(6, rows - first);
    panels.at(static_cast<std::size_t>(count - 1))(depth, a + first * depth, b,
                                                   c + first * kInt8Columns);
  }
}
#endif

void multiply_16_bit_pairs(std::int64_t rows, std::int64_t depth, const std::int16_t* a,
                           const std::int8_t* b, std::int32_t* c) {
#if defined(__x86_64__)
  static const bool wide = __builtin_cpu_supports("avx2") != 0;
  const auto panel = wide ? avx2_rows : plain_panel;
#else
  const auto panel = plain_panel;
#endif
  for (std::int64_t column = 0; column < kInt8Columns; column += 16)
    panel(rows, depth, a, b + column * depth, c + column);
}

/// Extreme values of both signs: a kernel that saturates is found out, too.
bool quads_work() {
  constexpr std::int64_t rows = 3, depth = 8;
  std::vector<std::uint8_t> a(rows * depth);
  std::vector<std::int8_t> weight(kInt8Columns * depth);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = i % 5 == 0 ? 7 : 255;
  for (std::size_t i = 0; i < weight.size(); ++i)
    weight[i] = static_cast<std::int8_t>(i % 3 == 0 ? -128 + static_cast<int>(i % 100) : 127);
  const at::Tensor packed =
      pack_int8(Int8Kernel::quads,
                at::from_blob(weight.data(), {kInt8Columns, depth}, at::TensorOptions(at::kChar)));
  std::vector<std::int32_t> sums(rows * kInt8Columns);
  try {
    multiply_8_bit_quads(rows, depth, a.data(), packed.const_data_ptr<std::int8_t>(), sums.data());
    release_quads();
  } catch (const c10::Error&) {
    return false;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const std::size_t row = i / kInt8Columns, column = i % kInt8Columns;
    std::int32_t expected = 0;
    for (std::size_t k = 0; k < depth; ++k)
      expected += a[row * depth + k] * weight[column * depth + k];
    if (sums[i] != expected) return false;
  }
  return true;
}

}  // namespace

Int8Kernel best_int8_kernel() {
  static const bool quads = quads_work();
  return quads && private_operators_allowed() ? Int8Kernel::quads : Int8Kernel::pairs;
}

std::int64_t int8_value_size(Int8Kernel kernel) { return kernel == Int8Kernel::quads ? 1 : 2; }

std::int64_t int8_padded_depth(Int8Kernel kernel, std::int64_t depth) {
  const std::int64_t side_by_side = layout_of(kernel).depth;
  return (depth + side_by_side - 1) / side_by_side * side_by_side;
}

at::Tensor pack_int8(Int8Kernel kernel, const at::Tensor& weight) {
  const auto [columns, side_by_side] = layout_of(kernel);
  const std::int64_t depth = int8_padded_depth(kernel, weight.size(1)),
                     out = (weight.size(0) + kInt8Columns - 1) / kInt8Columns * kInt8Columns;
  return at::constant_pad_nd(weight, {0, depth - weight.size(1), 0, out - weight.size(0)})
      .view({out / columns, columns, depth / side_by_side, side_by_side})
      .transpose(1, 2)
      .contiguous();
}

void multiply_int8(Int8Kernel kernel, std::int64_t rows, std::int64_t depth, const void* a,
                   const std::int8_t* b, std::int32_t* c) {
  if (kernel == Int8Kernel::quads)
    multiply_8_bit_quads(rows, depth, static_cast<const std::uint8_t*>(a), b, c);
  else
    multiply_16_bit_pairs(rows, depth, static_cast<const std::int16_t*>(a), b, c);
}

void release_int8(Int8Kernel kernel) {
  if (kernel == Int8Kernel::quads) release_quads();
}

}  // namespace raygen::engine
