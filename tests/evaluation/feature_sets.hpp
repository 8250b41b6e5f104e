#pragma once
// Features that Python makes as well: tests of metrics hold values that numpy, SciPy and prdc gave.

#include <ATen/ATen.h>

namespace raygen::engine {

/// np.sin(1.7 i + 0.9 j² + 0.31 i j + phase) + shift np.cos(0.5 j)
inline at::Tensor feature_set(std::int64_t rows, std::int64_t columns, double phase, double shift) {
  const at::Tensor i = at::arange(rows, at::kDouble).unsqueeze(1),
                   j = at::arange(columns, at::kDouble);
  return at::sin(i * 1.7 + j.square() * 0.9 + i * j * 0.31 + phase) + at::cos(j * 0.5) * shift;
}

}  // namespace raygen::engine
