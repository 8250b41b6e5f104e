#pragma once
// y = x Wᵀ + b with 8-bit numbers: W as quantize_weight() has it, x quantised row by row as it
// comes, sums in int32. A row of y depends on that row of x alone, to the last bit, however many
// rows and threads there are.

#include "compute/int8_kernels.hpp"
#include "compute/int8_products.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// Some rows of 8-bit numbers, a thread's own.
class Int8Rows {
 public:
  Int8Rows(Int8Kernel kernel, std::int64_t rows, std::int64_t width);
  /// Row i from `width` numbers.
  void quantize(std::int64_t i, const float* x);
  /// x −= what row i stands for.
  void subtract_from(std::int64_t i, float* x) const;
  const void* values() const { return values_.data(); }
  const float* scales() const { return scales_.data(); }

 private:
  Int8Kernel kernel_;
  std::int64_t width_, depth_;
  std::vector<std::int16_t> values_;
  std::vector<float> scales_;
};

class Int8Linear {
 public:
  /// Sums of one group of columns.
  using Sums = std::vector<std::int32_t>;

  /// weight [out,in] and bias [out] (or an undefined tensor), finite, on the CPU.
  Int8Linear(const at::Tensor& weight, const at::Tensor& bias,
             Int8Kernel kernel = best_int8_kernel());
  /// x [...,in] → [...,out]; float32 or bfloat16.
  at::Tensor operator()(const at::Tensor& x) const;

  /// The same by hand, for whoever has more to do with a row while it is in the cache: for each
  /// group of columns, the sums of some rows, and what they stand for.
  std::int64_t groups() const { return (out_features_ + kInt8Columns - 1) / kInt8Columns; }
  std::int64_t columns(std::int64_t group) const;
  QuantizedSums multiply(std::int64_t group, const Int8Rows& x, std::int64_t rows,
                         Sums& sums) const;
  /// out [rows][out] = or += all of it; T: float or BFloat16Bits.
  template <typename T>
  void run(const Int8Rows& x, std::int64_t rows, T* out, bool add) const;

  Int8Kernel kernel() const { return kernel_; }
  std::int64_t in_features() const { return in_features_; }
  std::int64_t out_features() const { return out_features_; }

 private:
  Int8Kernel kernel_;
  std::int64_t in_features_, out_features_, depth_;
  at::Tensor packed_, offsets_, scales_, bias_;  // the last three padded to whole groups
};

/// How many of `rows` rows a thread takes at once: every thread has some, and they stay in the
/// second cache.
std::int64_t int8_rows_at_once(std::int64_t rows);

}  // namespace raygen::engine
