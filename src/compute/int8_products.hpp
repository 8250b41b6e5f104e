#pragma once
// Products of 8-bit numbers with exact sums in int32: by LibTorch's kernels where the CPU has
// instructions for them (AVX-512 VNNI, AMX), else by pairs of 16-bit numbers (AVX2), whose sums
// cannot saturate. All give the same sums.

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace raygen::engine {

/// How 8-bit numbers are multiplied. quads: the left side is q + 128 in uint8, four of the depth at
/// a time; so a column's sum comes out larger by 128 times the sum of its weights. pairs: the left
/// side is q in int16, two at a time.
enum class Int8Kernel { quads, pairs };

/// The fastest that works here.
Int8Kernel best_int8_kernel();

/// Columns that are multiplied together; packed weights are padded to a multiple of it.
inline constexpr std::int64_t kInt8Columns = 64;
/// Bytes of one value of the left side, and what its depth is padded to.
std::int64_t int8_value_size(Int8Kernel kernel);
std::int64_t int8_padded_depth(Int8Kernel kernel, std::int64_t depth);

/// int8 [out,in], −127..127 → the right side, opaque: for each kInt8Columns of `out` all of `in`.
at::Tensor pack_int8(Int8Kernel kernel, const at::Tensor& weight);

/// c [rows][kInt8Columns] = a·b. a: `rows` rows of `depth` (padded) values; b: one group of columns
/// of a packed weight, whose size is kInt8Columns times `depth`.
void multiply_int8(Int8Kernel kernel, std::int64_t rows, std::int64_t depth, const void* a,
                   const std::int8_t* b, std::int32_t* c);
/// After a thread's last multiply_int8: gives back what its kernel holds of the CPU (AMX's tiles).
void release_int8(Int8Kernel kernel);

}  // namespace raygen::engine
