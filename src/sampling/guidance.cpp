#include "sampling/guidance.hpp"

#include "sampling/annealing.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

const std::vector<std::string>& guidance_ramp_names() {
  static const std::vector<std::string> names = {"constant", "linear", "cosine"};
  return names;
}

double guidance_at(const SamplingOptions& options, std::int64_t step) {
  const std::int64_t first = options.guidance_first_step;
  if (step < first) return 1;
  if (options.guidance_ramp == "constant") return options.guidance_scale;
  const double x = progress_of(step - first, options.steps - first);
  const double risen = options.guidance_ramp == "linear" ? x : (1 - std::cos(M_PI * x)) / 2;
  return 1 + (options.guidance_scale - 1) * risen;
}

at::Tensor guided(const at::Tensor& prompt, const at::Tensor& empty, double scale) {
  return at::lerp(empty, prompt, scale);
}

}  // namespace raygen::engine
