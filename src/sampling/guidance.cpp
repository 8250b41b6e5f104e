#include "sampling/guidance.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

at::Tensor guided(const at::Tensor& prompt, const at::Tensor& empty, double scale) {
  return at::lerp(empty, prompt, scale);
}

}  // namespace raygen::engine
