#include "evaluation/neighbours.hpp"

#include "error.hpp"
#include "evaluation/features.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace raygen::engine {

namespace {

/// Distances in memory at once. Blocks of 16 MiB are kept by glibc's allocator; larger ones it
/// gives back to the system each time, and clearing their pages takes as long as the distances.
constexpr std::int64_t kPairs = 1 << 21;

/// Calls each(first, [n,M]) with the squared distances of rows first… of x to all rows of y.
template <typename Each>
void squared_distances(const at::Tensor& x, const at::Tensor& y, const Each& each) {
  const at::Tensor lengths = y.square().sum(1);
  std::int64_t first = 0;
  for (const at::Tensor& rows :
       x.split(std::clamp(kPairs / y.size(0), std::int64_t{1}, kPairRows))) {
    each(first, at::addmm(lengths, rows, y.t(), /*beta=*/1, /*alpha=*/-2)
                    .add_(rows.square().sum(1, /*keepdim=*/true))
                    .clamp_min_(0));
    first += rows.size(0);
  }
}

/// Of each row the squared distance to the k-th nearest other one, [N].
at::Tensor radii(const at::Tensor& set, std::int64_t k) {
  std::vector<at::Tensor> radii;
  squared_distances(set, set, [&](std::int64_t first, at::Tensor distances) {
    distances.diagonal(first).fill_(std::numeric_limits<double>::infinity());  // itself
    // ATen's kthvalue takes five times as long.
    radii.push_back(std::get<0>(distances.topk(k, 1, /*largest=*/false)).select(1, k - 1));
  });
  return at::cat(radii);
}

}  // namespace

Neighbourhood neighbourhood(const at::Tensor& real, const at::Tensor& synthetic, std::int64_t k) {
  if (k < 1) fail(Status::invalid_argument, "k is {}; 1 or more was expected", k);
  check_features(real, synthetic, k + 1);
  const at::Tensor real_radii = radii(real, k), synthetic_radii = radii(synthetic, k);
  double precise = 0, dense = 0;
  at::Tensor recalled = at::zeros({real.size(0)}, at::kBool),
             nearest =
                 at::full({real.size(0)}, std::numeric_limits<double>::infinity(), at::kDouble);
  squared_distances(synthetic, real, [&](std::int64_t first, const at::Tensor& distances) {
    const at::Tensor inside = distances < real_radii;
    precise += inside.any(1).sum().item<double>();
    dense += inside.sum().item<double>();
    const at::Tensor own = synthetic_radii.narrow(0, first, distances.size(0)).unsqueeze(1);
    recalled = recalled.bitwise_or((distances < own).any(0));
    nearest = nearest.minimum(distances.amin(0));
  });
  const auto count = static_cast<double>(synthetic.size(0));
  return {precise / count, recalled.to(at::kDouble).mean().item<double>(),
          dense / (count * static_cast<double>(k)),
          (nearest < real_radii).to(at::kDouble).mean().item<double>()};
}

}  // namespace raygen::engine
