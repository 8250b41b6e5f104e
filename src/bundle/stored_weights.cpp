#include "bundle/stored_weights.hpp"

#include "error.hpp"
#include "storage/int8_weight.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace raygen::engine {

namespace {

void store_int8(const PartArchitecture& architecture, TensorMap& weights) {
  for (const TensorSpec& spec : architecture.tensor_specs()) {
    if (!spec.may_be_int8) continue;
    at::Tensor& weight = weights.at(spec.name);
    const Int8Weight quantized = quantize_weight(weight);
    weight = quantized.values;
    weights[scale_name(spec.name)] = quantized.scales.unsqueeze(1);
  }
}

}  // namespace

TensorMap stored_weights(const PartArchitecture& architecture, const TensorMap& weights,
                         const std::string& precision) {
  TensorMap stored = weights;
  if (precision.empty()) return stored;
  if (std::find(kStoredPrecisions.begin(), kStoredPrecisions.end(), precision) ==
      kStoredPrecisions.end()) {
    fail(Status::invalid_argument, "stored_precision is {}, expected {}", in_quotes(precision),
         fmt::join(kStoredPrecisions, ", "));
  }
  if (precision == "int8") {
    store_int8(architecture, stored);
    return stored;
  }
  const at::ScalarType type = precision == "float32"   ? at::kFloat
                              : precision == "float16" ? at::kHalf
                                                       : at::kBFloat16;
  for (auto& [name, weight] : stored) {
    if (type == at::kFloat || (weight.dim() >= 2 && !name.starts_with("quantize.")))
      weight = weight.to(type);
  }
  return stored;
}

TensorMap full_weights(const SafetensorsFile& file) {
  TensorMap weights = file.tensors();
  for (const auto& [name, entry] : file.entries()) {
    if (entry.dtype != at::kChar) continue;
    const auto scales = weights.extract(scale_name(name));
    weights[name] = dequantize_weight({weights.at(name), scales.mapped().to(at::kFloat).flatten()});
  }
  return weights;
}

}  // namespace raygen::engine
