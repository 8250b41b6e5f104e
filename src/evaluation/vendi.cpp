#include "evaluation/vendi.hpp"

#include "error.hpp"
#include "evaluation/features.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace raygen::engine {

double vendi_score(const at::Tensor& features, double q) {
  if (!(q > 0)) fail(Status::invalid_argument, "q is {}; above 0 was expected", q);
  check_features(features, "features", 1);
  const at::Tensor x = of_length_one(features, "features");
  // Both products have the same eigenvalues above 0.
  const at::Tensor product = x.size(0) <= x.size(1) ? at::matmul(x, x.t()) : at::matmul(x.t(), x);
  const at::Tensor all = at::linalg_eigvalsh(product) / static_cast<double>(x.size(0));
  if (std::isinf(q)) return 1 / all.max().item<double>();
  const at::Tensor values = all.masked_select(all > 0);
  if (q == 1) return std::exp(-(values * values.log()).sum().item<double>());
  return std::exp(std::log(values.pow(q).sum().item<double>()) / (1 - q));
}

}  // namespace raygen::engine
