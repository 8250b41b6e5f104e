#include "evaluation/neighbours.hpp"
#include "error.hpp"
#include "evaluation/alpha_precision.hpp"
#include "feature_sets.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Contains;

TEST_CASE("Precision, recall, density and coverage are prdc's") {
  const at::Tensor real = feature_set(60, 3, 0, 0);
  const Neighbourhood near = neighbourhood(real, feature_set(50, 3, 0.4, 0.8), 5);
  CHECK(near.precision == Approx(0.58).epsilon(1e-12));
  CHECK(near.recall == Approx(0.75).epsilon(1e-12));
  CHECK(near.density == Approx(0.44).epsilon(1e-12));
  CHECK(near.coverage == Approx(0.5833333333333334).epsilon(1e-12));
  const Neighbourhood far = neighbourhood(real, feature_set(50, 3, 0.4, 1.3), 3);
  CHECK(far.precision == Approx(0.22).epsilon(1e-12));
  CHECK(far.recall == Approx(0.35).epsilon(1e-12));
  CHECK(far.density == Approx(0.17333333333333334).epsilon(1e-12));
  CHECK(far.coverage == Approx(0.21666666666666667).epsilon(1e-12));
}

TEST_CASE("A set far away lies nowhere among the other, a set lies among itself") {
  const at::Tensor real = feature_set(1100, 4, 0, 0);  // more than a block of distances
  const Neighbourhood away = neighbourhood(real, real + 50, 5);
  CHECK(away.precision == 0);
  CHECK(away.recall == 0);
  CHECK(away.density == 0);
  CHECK(away.coverage == 0);
  const Neighbourhood itself = neighbourhood(real, real, 5);
  CHECK(itself.precision == 1);
  CHECK(itself.recall == 1);
  CHECK(itself.coverage == 1);
}

// Expected: numpy and scikit-learn's NearestNeighbors, by the paper's definition.
TEST_CASE("Alpha-precision and beta-recall are numpy's") {
  const at::Tensor real = feature_set(60, 3, 0, 0);
  const AlphaPrecision far = alpha_precision(real, feature_set(50, 3, 0.4, 0.8));
  CHECK(far.precision == Approx(0.43931034482758613).epsilon(1e-12));
  CHECK(far.recall == Approx(0.25237547892720325).epsilon(1e-12));
  const AlphaPrecision near = alpha_precision(real, feature_set(50, 3, 0.4, 0.1));
  CHECK(near.precision == Approx(0.8980689655172414).epsilon(1e-12));
  CHECK(near.recall == Approx(0.6340996168582376).epsilon(1e-12));
  const AlphaPrecision same = alpha_precision(real, real);
  CHECK(same.precision == Approx(0.9838697318007663).epsilon(1e-12));
  CHECK(same.recall == Approx(0.9838697318007663).epsilon(1e-12));
  CHECK_THROWS_WITH(alpha_precision(real, feature_set(50, 2, 0, 0)), Contains("3 columns"));
  CHECK_THROWS_WITH(alpha_precision(feature_set(1, 3, 0, 0), real), Contains("at least 2"));
}

TEST_CASE("Neighbourhoods of too few images are refused") {
  const at::Tensor few = feature_set(5, 3, 0, 0), many = feature_set(9, 3, 0, 0);
  CHECK_THROWS_WITH(neighbourhood(few, many, 5), Contains("real") && Contains("at least 6"));
  CHECK_THROWS_WITH(neighbourhood(many, few, 5), Contains("synthetic"));
  CHECK_THROWS_WITH(neighbourhood(many, many, 0), Contains("k is 0"));
}
