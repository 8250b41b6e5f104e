#pragma once
// The tensors that a network asks for, and whether those of a file are these.

#include "storage/safetensors.hpp"
#include "storage/tensor_spec.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace raygen::engine {

/// Collects the tensors of a network, layer by layer.
class SpecList {
 public:
  void add(std::string name, std::vector<std::int64_t> shape);
  /// prefix.weight and prefix.bias, one bias a row.
  void affine(const std::string& prefix, std::vector<std::int64_t> weight);
  void linear(const std::string& prefix, std::int64_t out, std::int64_t in);
  /// A linear's weight that may be stored in 8 bits.
  void int8_weight(std::string name, std::int64_t out, std::int64_t in);
  void norm(const std::string& prefix, std::int64_t width);
  void convolution(const std::string& prefix, std::int64_t out, std::int64_t in,
                   std::int64_t kernel);
  std::vector<TensorSpec> take() { return std::move(specs_); }

 private:
  std::vector<TensorSpec> specs_;
};

/// What a file says of a tensor before its values are read.
struct TensorForm {
  std::vector<std::int64_t> shape;
  at::ScalarType type;
};
using TensorForms = std::map<std::string, TensorForm>;
TensorForms forms_of(const TensorMap& tensors);
TensorForms forms_of(const SafetensorsFile& file);

/// Exactly the tensors of `specs` are there, each of its shape; further ones only where their names
/// start with one of `ignored`. Throws Error(format) naming `where` and the tensor.
void check_tensors(const std::vector<TensorSpec>& specs, const TensorForms& there,
                   const std::string& where, const std::vector<std::string>& ignored = {});

/// What a bundle's file holds for `specs`: a weight in 8 bits has its scales after it.
std::vector<TensorSpec> stored_specs(const std::vector<TensorSpec>& specs,
                                     const TensorForms& there);
/// As check_tensors, of a bundle's file: all are there in a type that a bundle stores, float32,
/// float16, bfloat16 or, where a spec allows it, 8 bits. Throws Error(format).
void check_stored(const std::vector<TensorSpec>& specs, const TensorForms& there,
                  const std::string& where);

}  // namespace raygen::engine
