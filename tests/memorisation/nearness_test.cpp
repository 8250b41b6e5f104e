#include "memorisation/nearness.hpp"
#include "error.hpp"
#include "gaussian_sets.hpp"
#include "made_index.hpp"
#include "memorisation/thumbnail.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace raygen::engine;
using Catch::Matchers::Contains;

TEST_CASE("The nearest view of an image counts, and the second nearest is another image") {
  GaussianSets sets(8);
  const at::Tensor known = sets.next(30, 5).to(at::kFloat),
                   views = sets.next(20, 5).to(at::kFloat).view({4, 5, 5});
  const at::Tensor tokens = sixteen_bits(at::arange(30, at::kLong).unsqueeze(1).expand({30, 4}));
  const std::vector<Nearness> found = nearness({tokens.narrow(0, 7, 4), views}, {tokens, known, 2});
  REQUIRE(found.size() == 4);
  for (std::int64_t i = 0; i < 4; ++i) {
    // Of each known image the least distance over the views.
    const at::Tensor least = (views[i].unsqueeze(1).to(at::kDouble) - known.to(at::kDouble))
                                 .square()
                                 .sum(2)
                                 .sqrt()
                                 .amin(0);
    const auto [two, rows] = least.topk(2, 0, /*largest=*/false);
    const Nearness& own = found[static_cast<std::size_t>(i)];
    CHECK(own.nearest == rows[0].item<std::int64_t>());
    CHECK(own.distance == Approx(two[0].item<double>()).epsilon(1e-12));
    CHECK(own.ratio == Approx((two[0] / two[1]).item<double>()).epsilon(1e-12));
    CHECK(own.most_alike == 7 + i);
    CHECK(own.agreement == 1);
  }
}

TEST_CASE("At most a share of the held-out images is beyond each threshold") {
  std::vector<Nearness> held_out;
  for (int i = 0; i < 100; ++i)
    held_out.push_back({0.005 * i, 1 + 0.01 * i, 0.5 + 0.001 * i, 0, 0});
  for (const auto& [quantile, beyond] : {std::pair(0.0, 0), {0.001, 0}, {0.02, 2}, {0.5, 50}}) {
    const NearnessThresholds thresholds = nearness_thresholds(held_out, quantile);
    int agreement = 0, distance = 0, ratio = 0;
    for (const Nearness& each : held_out) {
      agreement += each.agreement > thresholds.agreement;
      distance += each.distance < thresholds.distance;
      ratio += each.ratio < thresholds.ratio;
    }
    CHECK(agreement == beyond);
    CHECK(distance == beyond);
    CHECK(ratio == beyond);
  }
  CHECK_THROWS_WITH(nearness_thresholds({}, 0.1), Contains("no held-out images"));
  CHECK_THROWS_WITH(nearness_thresholds(held_out, 1), Contains("quantile of thresholds is 1"));
}

TEST_CASE("One score is enough for being too near, and equal to a threshold is not beyond it") {
  const NearnessThresholds thresholds{0.5, 1, 0.6};
  CHECK_FALSE(is_too_near({0.5, 1, 0.6, 0, 0}, thresholds));
  CHECK(is_too_near({0.51, 1, 0.6, 0, 0}, thresholds));
  CHECK(is_too_near({0.5, 0.99, 0.6, 0, 0}, thresholds));
  CHECK(is_too_near({0.5, 1, 0.59, 0, 0}, thresholds));
  CHECK_FALSE(is_too_near({1, 0, 0, 0, 0}, NearnessThresholds{}));
}

TEST_CASE("Thumbnails are √(2 - 2 correlation) apart, whatever exposure and contrast are") {
  GaussianSets sets(9);
  const at::Tensor pixels = at::sigmoid(sets.next(2, 64 * 64)).view({2, 64, 64});
  const at::Tensor both = thumbnails(pixels).to(at::kDouble);
  const at::Tensor cells =
      at::adaptive_avg_pool2d(pixels.narrow(1, 1, 62).narrow(2, 1, 62), {16, 16}).flatten(1);
  const double correlation = at::corrcoef(cells)[0][1].item<double>();
  CHECK((both[0] - both[1]).norm().item<double>() ==
        Approx(std::sqrt(2 - 2 * correlation)).epsilon(1e-6));
  CHECK(at::allclose(thumbnails(pixels * 0.5 + 0.25), both.to(at::kFloat), 0, 1e-6));
  const at::Tensor shifted = shifted_thumbnails(pixels);
  CHECK(shifted.sizes() == at::IntArrayRef({2, 9, 256}));
  CHECK(at::equal(shifted.select(1, 4), both.to(at::kFloat)));
  // What has moved down and right by a pixel is seen as it was by the view that moves along.
  CHECK(at::allclose(shifted_thumbnails(pixels.roll({1, 1}, {1, 2})).select(1, 8),
                     both.to(at::kFloat), 0, 1e-6));
  CHECK(at::equal(thumbnails(at::full({1, 20, 20}, 0.3, at::kDouble)),
                  at::zeros({1, 256}, at::kFloat)));
}
