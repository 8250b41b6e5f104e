#include "storage/int8_weight.hpp"

#include "error.hpp"
#include "storage/safetensors.hpp"

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

at::Tensor stored_int8_weight(const SafetensorsFile& file, const std::string& name) {
  const at::Tensor values = file.tensor(name),
                   scales = file.tensor(scale_name(name)).to(at::kFloat).flatten();
  const std::string where = file.path().string();
  if ((values == -128).any().item<bool>())
    fail(Status::numeric, "{}: tensor {} holds -128; -127 to 127 were expected", where, name);
  if (!scales.isfinite().all().item<bool>() || (scales < 0).any().item<bool>())
    fail(Status::numeric, "{}: tensor {} holds a number that is negative, NaN or infinity", where,
         scale_name(name));
  const at::Tensor weight = dequantize_weight({values, scales});
  if (!weight.isfinite().all().item<bool>())
    fail(Status::numeric, "{}: tensor {} has scales of up to {:.3g}, too large for float32", where,
         name, scales.max().item<float>());
  return weight;
}

std::string scale_name(const std::string& name) { return name + "_scale"; }

}  // namespace raygen::engine
