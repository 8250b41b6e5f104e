#pragma once
// The weights of a network in training: named as in a bundle, leaves of autograd.

#include "storage/safetensors.hpp"
#include "storage/tensor_spec.hpp"

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

namespace raygen::engine {

class Parameters {
 public:
  Parameters() = default;
  /// type: float64 makes an exact reference of the networks, slowly.
  explicit Parameters(at::Device device, at::ScalarType type = at::kFloat)
      : device_(device), type_(type) {}

  /// Takes a copy in the type on the device. Gradients are kept when `trained`.
  void add(const std::string& name, const at::Tensor& value, bool trained = true);
  /// The same of what no gradient reaches and steps change all the same: a BatchNorm's running mean
  /// or variance.
  void add_statistic(const std::string& name, const at::Tensor& value);
  const at::Tensor& operator[](const std::string& name) const;
  bool contains(const std::string& name) const { return tensors_.count(name) != 0; }
  const TensorMap& all() const { return tensors_; }
  /// Those that are trained, in order of their names.
  const std::vector<at::Tensor>& trained() const { return trained_; }
  const std::vector<std::string>& trained_names() const { return trained_names_; }
  /// Those of add_statistic(), in the order of adding.
  const std::vector<at::Tensor>& statistics() const { return statistics_; }
  const std::vector<std::string>& statistic_names() const { return statistic_names_; }
  at::Device device() const { return device_; }

  /// The same memory, without gradients. With `averages` (of trained(), then of statistics(), in
  /// their order) theirs takes the place of the parameters'.
  Parameters without_gradients(const std::vector<at::Tensor>& averages = {}) const;
  /// Copies without gradients, in float32. With `averages` (as above) these take the place of the
  /// parameters.
  TensorMap snapshot(const std::vector<at::Tensor>& averages = {}) const;
  /// Overwrites the values; names and shapes must be the same.
  void restore(const TensorMap& values);

 private:
  at::Device device_ = at::kCPU;
  at::ScalarType type_ = at::kFloat;
  const std::string& averaged_name(std::size_t i) const;

  TensorMap tensors_;
  std::vector<at::Tensor> trained_, statistics_;
  std::vector<std::string> trained_names_, statistic_names_;
};

/// PyTorch's defaults: uniform ±1/√fan-in for weights and their biases, ones and zeros for norms,
/// normal for tables.
TensorMap initial_weights(const std::vector<TensorSpec>& specs, at::Generator& generator);

/// A generator of its own, that nothing else draws from.
at::Generator weight_generator(std::uint64_t seed);

}  // namespace raygen::engine
