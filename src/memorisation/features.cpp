#include "memorisation/features.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

void check_features(const at::Tensor& features, std::string_view name, std::int64_t least) {
  if (!features.defined() || features.dim() != 2 || features.scalar_type() != at::kDouble ||
      !features.is_cpu())
    fail(Status::invalid_argument, "the {} are no table; float64 [N,d] on the CPU was expected",
         name);
  if (features.size(1) < 1)
    fail(Status::invalid_argument, "the {} have no columns; at least 1 was expected", name);
  if (features.size(0) < least)
    fail(Status::invalid_argument, "the {} are of {} images; at least {} were expected", name,
         features.size(0), least);
  const at::Tensor finite = features.isfinite().all(1);
  if (!finite.all().item<bool>())
    fail(Status::numeric, "the {} hold NaN or infinity in row {}", name,
         finite.to(at::kInt).argmin().item<std::int64_t>());
  constexpr double most = 1e100;  // whose squares can still be summed
  if (const double largest =
          std::max(features.max().item<double>(), -features.min().item<double>());
      largest > most)
    fail(Status::numeric, "the {} hold {:.3g}; numbers of up to {:.0e} were expected", name,
         largest, most);
}

}  // namespace raygen::engine
