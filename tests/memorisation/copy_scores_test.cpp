#include "memorisation/copy_scores.hpp"
#include "error.hpp"
#include "gaussian_sets.hpp"

#include <catch2/catch.hpp>

#include <limits>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

/// Gaussians of 8 dimensions, 400 each: training, held-out and independent synthetic images, and
/// the latter with the first half replaced by training images and noise of 0.001.
struct EightDimensions {
  at::Tensor training, held_out, independent, half_copied;

  EightDimensions() {
    GaussianSets sets(19);
    training = sets.next(400, 8);
    held_out = sets.next(400, 8);
    independent = sets.next(400, 8);
    const at::Tensor copies = training.narrow(0, 0, 200) + sets.next(200, 8) * 0.001;
    half_copied = at::cat({copies, independent.narrow(0, 200, 200)});
  }
};

double mean_of(const at::Tensor& values) { return values.to(at::kDouble).mean().item<double>(); }

double percentile_5(const at::Tensor& values) { return at::quantile(values, 0.05).item<double>(); }

}  // namespace

// Expected: numpy 2.4, SciPy's cdist and scikit-learn's NearestNeighbors on the same numbers.
TEST_CASE("Scores of copies are those of SciPy and scikit-learn") {
  const EightDimensions sets;
  const auto check = [&](const at::Tensor& synthetic, double closest, double closest_held_out,
                         double ratio, double carlini, double median_share) {
    CHECK(mean_of(distance_to_closest(synthetic, sets.training)) == Approx(closest).epsilon(1e-10));
    CHECK(mean_of(distance_to_closest(synthetic, sets.held_out)) ==
          Approx(closest_held_out).epsilon(1e-10));
    CHECK(mean_of(distance_ratio(synthetic, sets.training)) == Approx(ratio).epsilon(1e-10));
    CHECK(mean_of(carlini_ratio(synthetic, sets.training)) == Approx(carlini).epsilon(1e-10));
    CHECK(closer_than_median_share(synthetic, sets.training) == median_share);
  };
  check(sets.independent, 1.5714615278491955, 1.5669723117179066, 0.889594697823339,
        1.2429578084147368, 0.4975);
  check(sets.half_copied, 0.7997116457183718, 1.5492826715556867, 0.44933707230328546,
        0.6290160798650135, 0.7425);
}

TEST_CASE("Copies of half of a set of Gaussians are seen in every score") {
  const EightDimensions sets;
  CHECK(dcr_share(sets.independent, sets.training, sets.held_out) == 0.4925);
  CHECK(dcr_share(sets.half_copied, sets.training, sets.held_out) == 0.7525);
  CHECK(percentile_5(distance_ratio(sets.independent, sets.training)) ==
        Approx(0.6527071146146352).epsilon(1e-10));
  CHECK(percentile_5(distance_ratio(sets.half_copied, sets.training)) ==
        Approx(0.0010337397573290876).epsilon(1e-6));
  CHECK(mean_of(authentic(sets.independent, sets.training)) == 0.605);
  CHECK(mean_of(authentic(sets.half_copied, sets.training)) == 0.2975);
  CHECK(mean_of(carlini_ratio(sets.independent, sets.training) < 1) == 0.1025);
  CHECK(mean_of(carlini_ratio(sets.half_copied, sets.training) < 1) == 0.5275);
}

TEST_CASE("Authenticity needs no equal numbers, and takes the training image's own distance") {
  const at::Tensor training = at::tensor({0.0, 1.0, 10.0}, at::kDouble).unsqueeze(1);
  // 0.5 from 0, which is 1 from its nearest; 2 from 1, likewise; 3 and 9.5 from 10, which is 9.
  const at::Tensor synthetic = at::tensor({-0.5, 3.0, 13.0, 19.5}, at::kDouble).unsqueeze(1);
  CHECK(
      at::equal(authentic(synthetic, training), at::tensor({0, 1, 0, 1}, at::kLong).to(at::kBool)));
}

TEST_CASE("Ratios of images that equal training images are defined") {
  const at::Tensor training = at::tensor({3.0, 3.0, 5.0, 9.0, 9.5}, at::kDouble).unsqueeze(1);
  const at::Tensor synthetic = at::tensor({3.0, 5.0, 7.0}, at::kDouble).unsqueeze(1);
  CHECK(at::equal(distance_ratio(synthetic, training), at::tensor({0.0, 0.0, 1.0}, at::kDouble)));
  CHECK(at::equal(carlini_ratio(synthetic, training, 0.5, 2),
                  at::tensor({0.0, 0.0, 2.0}, at::kDouble)));
  CHECK_THROWS_WITH(distance_ratio(nearest(synthetic, training, 1)), Contains("2 or more"));
  CHECK_THROWS_WITH(closer_than_median_share(synthetic, at::zeros({5, 1}, at::kDouble)),
                    Contains("5 training images have a duplicate"));
  // A tie counts half.
  CHECK(dcr_share(synthetic, training, training) == 0.5);
}

TEST_CASE("The difference from the nearest image is a root mean square of pixels from 0 to 1") {
  const at::Tensor training = at::stack({at::zeros({4}, at::kDouble), at::ones({4}, at::kDouble)});
  const at::Tensor synthetic = at::full({1, 4}, 0.75, at::kDouble);
  CHECK(nearest_rms(synthetic, training)[0].item<double>() == Approx(0.25));
  CHECK_THROWS_WITH(nearest_rms(synthetic * 255, training),
                    Contains("synthetic images are 191.25 to 191.25; 0 to 1 was expected"));
}

TEST_CASE("Scores of sets that cannot be compared are refused") {
  GaussianSets sets(2);
  const at::Tensor some = sets.next(6, 3);
  at::Tensor broken = some.clone();
  broken[4][1] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(distance_to_closest(broken, some), Contains("NaN") && Contains("row 4"));
  CHECK_THROWS_WITH(distance_to_closest(some, broken), Contains("search in") && Contains("row 4"));
  CHECK_THROWS_WITH(distance_ratio(some, sets.next(6, 2)),
                    Contains("have 3 columns, those to search in 2"));
  CHECK_THROWS_WITH(carlini_ratio(some, some), Contains("k is 50; 1 to 6"));
  CHECK_THROWS_WITH(carlini_ratio(some, some, 0, 2), Contains("alpha is 0"));
  CHECK_THROWS_WITH(authentic(some, some.narrow(0, 0, 1)), Contains("at least 2"));
  CHECK_THROWS_WITH(dcr_share(some, some, sets.next(5, 3)),
                    Contains("6 training and 5 held-out images"));
}
