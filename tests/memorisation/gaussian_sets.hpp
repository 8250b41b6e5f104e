#pragma once
// Random features that Python makes as well: tests hold values that SciPy and scikit-learn gave.

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <numbers>

namespace raygen::engine {

/// Knuth's linear congruential generator and the first of Box and Muller's two numbers.
class GaussianSets {
 public:
  explicit GaussianSets(std::uint64_t seed) : state_(seed) {}

  at::Tensor next(std::int64_t rows, std::int64_t columns) {
    at::Tensor set = at::empty({rows, columns}, at::kDouble);
    auto* const values = set.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < set.numel(); ++i) {
      const double radius = uniform(), angle = uniform();
      values[i] = std::sqrt(-2 * std::log(radius)) * std::cos(2 * std::numbers::pi * angle);
    }
    return set;
  }

 private:
  double uniform() {
    state_ = 6364136223846793005U * state_ + 1442695040888963407U;
    return (static_cast<double>(state_ >> 11) + 0.5) * 0x1p-53;
  }

  std::uint64_t state_;
};

}  // namespace raygen::engine
