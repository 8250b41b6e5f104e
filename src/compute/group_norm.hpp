#pragma once

#include "compute/compute.hpp"

#include <ATen/core/Tensor.h>

#include <string>

namespace raygen::engine {

/// GroupNorm of 32 groups, eps 1e-6, optionally followed by x·sigmoid(x), in one pass over memory
/// after the one for the statistics.
class GroupNorm {
 public:
  GroupNorm() = default;
  static GroupNorm load(const WeightSource& source, const std::string& name);

  /// out = norm(x), swish(norm(x)) when asked. x and out: [1,C,H,W] (off the CPU [B,C,H,W]),
  /// channels last; they may be the same tensor. The result does not depend on the number of
  /// threads.
  void apply(const at::Tensor& x, const at::Tensor& out, bool swish) const;

 private:
  at::Tensor weight_, bias_;  // float32
};

}  // namespace raygen::engine
