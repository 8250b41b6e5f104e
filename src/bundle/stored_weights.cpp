#include "bundle/stored_weights.hpp"

#include "error.hpp"
#include "storage/int8_weight.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace raygen::engine {

namespace {

at::Tensor checked(const at::Tensor& weight, const std::string& name, const char* precision) {
  if (!weight.isfinite().all().item<bool>())
    fail(Status::numeric, "tensor {} holds NaN or infinity, or more than {} can hold", name,
         precision);
  return weight;
}

void store_int8(const PartArchitecture& architecture, TensorMap& weights, const Job* job) {
  for (const TensorSpec& spec : architecture.tensor_specs()) {
    if (!spec.may_be_int8) continue;
    check_cancelled(job);
    at::Tensor& weight = weights.at(spec.name);
    const Int8Weight quantized = quantize_weight(checked(weight, spec.name, "float32"));
    weight = quantized.values;
    weights[scale_name(spec.name)] = quantized.scales.unsqueeze(1);
  }
}

}  // namespace

TensorMap stored_weights(const PartArchitecture& architecture, const TensorMap& weights,
                         const std::string& precision, const Job* job) {
  TensorMap stored = weights;
  if (precision.empty()) return stored;
  if (std::find(kStoredPrecisions.begin(), kStoredPrecisions.end(), precision) ==
      kStoredPrecisions.end()) {
    fail(Status::invalid_argument, "stored_precision is {}, expected {}", in_quotes(precision),
         fmt::join(kStoredPrecisions, ", "));
  }
  if (precision == "int8") {
    store_int8(architecture, stored, job);
    return stored;
  }
  const at::ScalarType type = precision == "float32"   ? at::kFloat
                              : precision == "float16" ? at::kHalf
                                                       : at::kBFloat16;
  for (auto& [name, weight] : stored) {
    check_cancelled(job);
    if (type == at::kFloat || (weight.dim() >= 2 && !name.starts_with("quantize.")))
      weight = checked(weight.to(type), name, precision.c_str());
  }
  return stored;
}

void check_stored_precision(const Parts& parts, const std::string& precision) {
  if (precision != "int8") return;
  for (const auto& part : parts) {
    const std::vector<TensorSpec> specs = part->tensor_specs();
    if (std::any_of(specs.begin(), specs.end(), [](const auto& spec) { return spec.may_be_int8; }))
      return;
  }
  fail(Status::invalid_argument,
       "stored_precision is int8, which is for a masked decoder; the model has {}",
       names_of(parts));
}

TensorMap full_weights(const SafetensorsFile& file) {
  TensorMap weights = file.tensors();
  for (const auto& [name, entry] : file.entries()) {
    if (entry.dtype != at::kChar) continue;
    weights[name] = stored_int8_weight(file, name);
    weights.erase(scale_name(name));
  }
  return weights;
}

}  // namespace raygen::engine
