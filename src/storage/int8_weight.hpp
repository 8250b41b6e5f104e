#pragma once
// A linear's weight in 8 bits, symmetric, with a scale for each row (output channel). On disk it is
// two tensors, `name` int8 [out,in] and `name`_scale float32 [out,1].

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

struct Int8Weight {
  at::Tensor values;  // int8 [out,in], −127..127
  at::Tensor scales;  // float32 [out], ≥ 0
};

/// The nearest 8-bit weight: a row's scale is the least that covers its largest magnitude and has
/// at most 17 significant bits, so that a value times its scale is exact in float32, and a weight
/// that is quantised, taken back to float32 and quantised again is the same. weight: [out,in],
/// finite.
Int8Weight quantize_weight(const at::Tensor& weight);
/// float32 [out,in].
at::Tensor dequantize_weight(const Int8Weight& weight);

class SafetensorsFile;
/// The numbers that the 8-bit weight `name` of a file stands for, float32. Throws Error(numeric)
/// naming file and tensor for -128, a scale that is negative, NaN or infinity, and a product that
/// float32 does not hold.
at::Tensor stored_int8_weight(const SafetensorsFile& file, const std::string& name);

/// What the scales of the weight `name` are called on disk.
std::string scale_name(const std::string& name);

}  // namespace raygen::engine
