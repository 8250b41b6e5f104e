#include "evaluation/alpha_precision.hpp"

#include "evaluation/features.hpp"
#include "memorisation/nearest.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

constexpr std::int64_t kLevels = 30;

at::Tensor distances_to(const at::Tensor& set, const at::Tensor& centre) {
  return (set - centre).square().sum(1).sqrt();
}

double likeness(const at::Tensor& curve, const at::Tensor& levels) {
  return 1 - ((levels - curve).abs().sum() / levels.sum()).item<double>();
}

}  // namespace

AlphaPrecision alpha_precision(const at::Tensor& real, const at::Tensor& synthetic) {
  check_features(real, synthetic, 1);
  const at::Tensor levels = at::linspace(0, 1, kLevels, at::kDouble), real_centre = real.mean(0),
                   synthetic_centre = synthetic.mean(0);
  const at::Tensor radii = at::quantile(distances_to(real, real_centre), levels),
                   to_real_centre = distances_to(synthetic, real_centre);
  const at::Tensor own = distances_to(synthetic, synthetic_centre),
                   own_radii = at::quantile(own, levels);
  const Nearest to_synthetic = nearest(real, synthetic, 1), to_real = nearest_others(real, 1);
  const at::Tensor covered = to_synthetic.distances.select(1, 0) <= to_real.distances.select(1, 0),
                   by = own.index_select(0, to_synthetic.indices.select(1, 0));
  const auto curve = [](const at::Tensor& inside) { return inside.to(at::kDouble).mean(0); };
  return {likeness(curve(to_real_centre.unsqueeze(1) <= radii), levels),
          likeness(curve(covered.unsqueeze(1).logical_and(by.unsqueeze(1) <= own_radii)), levels)};
}

}  // namespace raygen::engine
