#include "error.hpp"
#include "evaluation/frechet.hpp"
#include "evaluation/kernel_distances.hpp"
#include "evaluation/vendi.hpp"
#include "feature_sets.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <limits>

using namespace raygen::engine;
using Catch::Contains;

TEST_CASE("The Frechet distance is SciPy's, with its matrix root, to 1e-9") {
  const at::Tensor x = feature_set(60, 8, 0, 0), y = feature_set(50, 8, 0.4, 0.2);
  CHECK(frechet_distance(x, y) == Approx(0.23107658515152707).epsilon(1e-9));
  CHECK(frechet_distance(y, x) == Approx(frechet_distance(x, y)).epsilon(1e-12));
  CHECK(frechet_distance(x, x) == Approx(0).margin(1e-10));
}

TEST_CASE("With fewer rows than columns it is a nuclear norm: the same where both forms hold") {
  const at::Tensor u = feature_set(12, 40, 0, 0), v = feature_set(15, 40, 0.4, 0.2);
  CHECK(frechet_distance(u, v) == Approx(7.539111887167827).epsilon(1e-12));
  // Two columns of zeros change nothing, and make the sets thinner than they are wide.
  const at::Tensor x = feature_set(9, 8, 0, 0), y = feature_set(9, 8, 0.4, 0.2);
  const at::Tensor wide_x = at::constant_pad_nd(x, {0, 2}), wide_y = at::constant_pad_nd(y, {0, 2});
  CHECK(frechet_distance(wide_x, wide_y) == Approx(frechet_distance(x, y)).epsilon(1e-8));
}

TEST_CASE("A shift of all features adds the square of its length to the Frechet distance") {
  const at::Tensor x = feature_set(40, 5, 0, 0);
  CHECK(frechet_distance(x, x + 0.5) == Approx(5 * 0.25).epsilon(1e-9));
}

TEST_CASE("Without its bias the distance of two samples of one distribution is near 0") {
  at::Generator generator = at::detail::createCPUGenerator(5);
  const at::Tensor first = at::randn({400, 32}, generator, at::kDouble),
                   second = at::randn({400, 32}, generator, at::kDouble);
  const double biased = frechet_distance(first, second),
               straightened = frechet_distance_without_bias(first, second, 8, 1);
  CHECK(biased == Approx(32.0 * 32 / (2 * 400)).epsilon(0.2));  // d² / 2N
  CHECK(std::abs(straightened) < biased / 4);
  CHECK(straightened == frechet_distance_without_bias(first, second, 8, 1));
}

TEST_CASE("KID is numpy's, and its subsets are a function of the seed") {
  const at::Tensor x = feature_set(60, 8, 0, 0), y = feature_set(50, 8, 0.4, 0.2);
  CHECK(kernel_inception_distance(x, y) == Approx(-0.011541864669340818).epsilon(1e-10));
  const KernelDistance whole = kernel_inception_distance(x.narrow(0, 0, 50), y, 50, 3, 7);
  CHECK(whole.mean == Approx(kernel_inception_distance(x.narrow(0, 0, 50), y)).epsilon(1e-10));
  CHECK(whole.deviation == Approx(0).margin(1e-12));
  const KernelDistance some = kernel_inception_distance(x, y, 20, 30, 7);
  CHECK(some.deviation > 0);
  CHECK(some.mean == kernel_inception_distance(x, y, 20, 30, 7).mean);
  CHECK(some.mean != kernel_inception_distance(x, y, 20, 30, 8).mean);
}

TEST_CASE("Kernels of more rows than a block has are those of all pairs") {
  const at::Tensor x = feature_set(2100, 3, 0, 0), y = feature_set(1030, 3, 0.4, 0.2);
  const auto cubic = [](const at::Tensor& a, const at::Tensor& b) {
    return (at::matmul(a, b.t()) / 3 + 1).pow(3);
  };
  const auto own = [&](const at::Tensor& a) {
    const at::Tensor all = cubic(a, a);
    const auto n = static_cast<double>(a.size(0));
    return (all.sum() - all.diagonal().sum()).item<double>() / (n * (n - 1));
  };
  CHECK(kernel_inception_distance(x, y) ==
        Approx(own(x) + own(y) - 2 * cubic(x, y).mean().item<double>()).epsilon(1e-9));
}

TEST_CASE("CMMD is numpy's") {
  const at::Tensor x = feature_set(60, 8, 0, 0), y = feature_set(50, 8, 0.4, 0.2);
  CHECK(clip_maximum_mean_discrepancy(x, y) == Approx(0.3588766691602352).epsilon(1e-9));
  CHECK(clip_maximum_mean_discrepancy(x, x) == Approx(0).margin(1e-10));
}

TEST_CASE("Vendi's score is the paper's, of any order, from 1 to the number of images") {
  const at::Tensor x = feature_set(60, 8, 0, 0);
  CHECK(vendi_score(x) == Approx(7.950480671279046).epsilon(1e-10));
  CHECK(vendi_score(x, 2) == Approx(7.902991914203337).epsilon(1e-10));
  CHECK(vendi_score(x, 0.5) == Approx(7.9750068181022575).epsilon(1e-10));
  CHECK(vendi_score(x, std::numeric_limits<double>::infinity()) ==
        Approx(6.971425877858975).epsilon(1e-10));
  CHECK(vendi_score(feature_set(12, 40, 0, 0)) == Approx(11.301146668915907).epsilon(1e-10));
  CHECK(vendi_score(x.narrow(0, 3, 1).repeat({5, 1})) == Approx(1).epsilon(1e-10));
  CHECK(vendi_score(at::eye(6, at::kDouble)) == Approx(6).epsilon(1e-10));
}

TEST_CASE("Features that mean nothing are refused, with what was wrong") {
  const at::Tensor x = feature_set(20, 4, 0, 0);
  const at::Tensor bad = x.clone();
  bad[7][2] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(frechet_distance(x, bad), Contains("synthetic") && Contains("row 7"));
  CHECK_THROWS_WITH(frechet_distance(x.narrow(0, 0, 1), x),
                    Contains("real") && Contains("at least 2"));
  CHECK_THROWS_WITH(frechet_distance(x, x.narrow(1, 0, 3)), Contains("4 columns") && Contains("3"));
  CHECK_THROWS_WITH(frechet_distance_without_bias(x, x, 1, 0), Contains("points is 1"));
  CHECK_THROWS_WITH(kernel_inception_distance(x, x, 21, 5, 0), Contains("at least 21"));
  CHECK_THROWS_WITH(kernel_inception_distance(x, x, 1, 5, 0), Contains("subset_size is 1"));
  CHECK_THROWS_WITH(kernel_inception_distance(x, x, 5, 0, 0), Contains("subsets is 0"));
  const at::Tensor zero = x.clone();
  zero[4] = 0;
  CHECK_THROWS_WITH(clip_maximum_mean_discrepancy(zero, x), Contains("real") && Contains("row 4"));
  CHECK_THROWS_WITH(vendi_score(zero), Contains("row 4"));
  CHECK_THROWS_WITH(vendi_score(x, 0), Contains("q is 0"));
  CHECK_THROWS_WITH(vendi_score(x.to(at::kFloat)), Contains("float64 [N,d]"));
}
