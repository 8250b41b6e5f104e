#include "compute/bfloat16_products.hpp"

#include "compute/compute.hpp"

#include <ATen/native/CPUBlas.h>

#include <array>

namespace raygen::engine {

namespace {

// It throws in a LibTorch that is older, or was built without oneDNN's kernels.
bool has_kernel() {
  const std::array<at::BFloat16, 2> row{at::BFloat16(2), at::BFloat16(3)},
      pair{at::BFloat16(5), at::BFloat16(7)};
  float product = 0;
  try {
    multiply_pairs(1, 1, 2, row.data(), 2, pair.data(), &product);
    return product == 2 * 5 + 3 * 7;
  } catch (const c10::Error&) {
    return false;
  }
}

}  // namespace

bool can_multiply_pairs() {
  if (!cpu_multiplies_bfloat16() || cpu_has_bfloat16_tiles()) return false;
  static const bool works = has_kernel();
  return works;
}

#if defined(CPUBLAS_BRGEMM_BF16BF16F32)
void multiply_pairs(std::int64_t rows, std::int64_t columns, std::int64_t depth,
                    const at::BFloat16* a, std::int64_t stride, const at::BFloat16* b, float* c) {
  at::native::cpublas::brgemm(rows, columns, depth, stride, columns, columns, /*add_C=*/false, a, b,
                              c);
}
#else  // an older LibTorch
void multiply_pairs(std::int64_t, std::int64_t, std::int64_t, const at::BFloat16*, std::int64_t,
                    const at::BFloat16*, float*) {
  C10_THROW_ERROR(NotImplementedError, "this LibTorch has no products of bfloat16 pairs");
}
#endif

}  // namespace raygen::engine
