#include "evaluation/radiomics_distance.hpp"

#include "error.hpp"
#include "evaluation/frechet.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

namespace {

/// The rows without NaN, as float32 has them.
at::Tensor complete_rows(const at::Tensor& features, const char* name) {
  if (!features.defined() || features.dim() != 2 || !features.is_floating_point())
    fail(Status::invalid_argument, "the {} features are no table; [N,d] was expected", name);
  const at::Tensor rounded = features.detach().to(at::kCPU, at::kFloat).to(at::kDouble);
  const at::Tensor complete = rounded.isnan().any(1).logical_not().nonzero().squeeze(1);
  if (complete.numel() < 2)
    fail(Status::invalid_argument,
         "the {} features are of {} images without NaN; at least 2 were expected", name,
         complete.numel());
  return rounded.index_select(0, complete);
}

}  // namespace

RadiomicsDistance frechet_radiomics_distance(const at::Tensor& real, const at::Tensor& synthetic) {
  const at::Tensor a = complete_rows(real, "real"), b = complete_rows(synthetic, "synthetic");
  if (a.size(1) != b.size(1))
    fail(Status::invalid_argument,
         "the real features have {} columns, the synthetic features {}; the same were expected",
         a.size(1), b.size(1));
  const at::Tensor deviation = a.std(0, /*unbiased=*/false);
  const at::Tensor kept =
      a.isfinite().all(0) & b.isfinite().all(0) & (a.amax(0) > a.amin(0)) & (deviation > 0);
  const at::Tensor columns = kept.nonzero().squeeze(1);
  if (columns.numel() == 0)
    fail(Status::numeric,
         "no column of the {} can be compared: each is constant in the real features, or infinite",
         a.size(1));
  const at::Tensor mean = a.mean(0);
  const auto scaled = [&](const at::Tensor& set) {
    return ((set - mean) / deviation).index_select(1, columns);
  };
  RadiomicsDistance result;
  result.squared = frechet_distance(scaled(a), scaled(b));
  result.logarithm = std::log(result.squared);
  result.real = a.size(0), result.synthetic = b.size(0);
  const at::Tensor dropped = kept.logical_not().nonzero().squeeze(1);
  result.dropped_columns.assign(dropped.const_data_ptr<std::int64_t>(),
                                dropped.const_data_ptr<std::int64_t>() + dropped.numel());
  return result;
}

}  // namespace raygen::engine
