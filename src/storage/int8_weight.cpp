#include "storage/int8_weight.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

/// Rounded up to 17 significant bits of float32's 24.
at::Tensor with_seventeen_bits(const at::Tensor& positive) {
  return positive.contiguous().view(at::kInt).add(0x7F).bitwise_and(~0x7F).view(at::kFloat);
}

}  // namespace

Int8Weight quantize_weight(const at::Tensor& weight) {
  constexpr double least = 1e-30;  // of what is told from zero: its scale is no denormal number
  const at::Tensor values = weight.to(at::kFloat), largest = values.abs().amax(1),
                   is_zero = largest < least;
  const at::Tensor scales = with_seventeen_bits(largest / 127).masked_fill_(is_zero, 0),
                   divisors = scales.masked_fill(is_zero, 1).unsqueeze(1);
  const at::Tensor rounded = (values / divisors).round_().clamp_(-127, 127);
  return {rounded.masked_fill_(is_zero.unsqueeze(1), 0).to(at::kChar), scales};
}

at::Tensor dequantize_weight(const Int8Weight& weight) {
  return weight.values.to(at::kFloat).mul_(weight.scales.unsqueeze(1));
}

std::string scale_name(const std::string& name) { return name + "_scale"; }

}  // namespace raygen::engine
