#include "evaluation/features.hpp"

#include "error.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

void check_features(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t least) {
  check_features(real, "real features", least);
  check_features(synthetic, "synthetic features", least);
  if (real.size(1) != synthetic.size(1))
    fail(Status::invalid_argument,
         "the real features have {} columns, the synthetic features {}: features of one network "
         "were expected",
         real.size(1), synthetic.size(1));
}

at::Tensor rows_of(const at::Tensor& features, const std::vector<std::int64_t>& which) {
  return features.index_select(0, at::tensor(at::ArrayRef<std::int64_t>(which), at::kLong));
}

at::Tensor of_length_one(const at::Tensor& features, std::string_view name) {
  const at::Tensor lengths = features.square().sum(1, /*keepdim=*/true).sqrt();
  if (!(lengths > 0).all().item<bool>())
    fail(Status::numeric, "the {}: row {} is zero and has no direction", name,
         lengths.argmin().item<std::int64_t>());
  return features / lengths;
}

}  // namespace raygen::engine
