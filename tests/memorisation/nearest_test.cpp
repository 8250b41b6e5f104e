#include "memorisation/nearest.hpp"
#include "gaussian_sets.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

/// All distances at once, by differences.
Nearest by_brute_force(const at::Tensor& queries, const at::Tensor& reference, std::int64_t k) {
  const at::Tensor all = (queries.unsqueeze(1) - reference).square().sum(2).sqrt();
  const auto [distances, indices] = all.topk(k, 1, /*largest=*/false);
  return {indices, distances};
}

}  // namespace

TEST_CASE("Nearest neighbours over several blocks are those of all pairs") {
  GaussianSets sets(5);
  const at::Tensor reference = sets.next(4500, 3), queries = sets.next(1100, 3);
  for (const std::int64_t k : {1, 4}) {
    const Nearest found = nearest(queries, reference, k),
                  expected = by_brute_force(queries, reference, k);
    CHECK(at::equal(found.indices, expected.indices));
    CHECK(at::allclose(found.distances, expected.distances, 1e-13, 0));
  }
  const Nearest others = nearest_others(reference, 2),
                with_itself = by_brute_force(reference.narrow(0, 4090, 20), reference, 3);
  CHECK(at::equal(others.indices.narrow(0, 4090, 20), with_itself.indices.narrow(1, 1, 2)));
}

TEST_CASE("A copy is 0 away, however far off the features lie") {
  GaussianSets sets(5);
  const at::Tensor reference = sets.next(300, 40) + 1e6;
  const Nearest found = nearest(reference.flip(0), reference, 2);
  CHECK(found.distances.select(1, 0).max().item<double>() == 0);
  CHECK(at::equal(found.indices.select(1, 0), at::arange(300, at::kLong).flip(0)));
  CHECK(found.distances.select(1, 1).min().item<double>() > 1);
}

TEST_CASE("A reference of float32 is taken as it is") {
  GaussianSets sets(5);
  const at::Tensor reference = sets.next(50, 4).to(at::kFloat), queries = sets.next(3, 4);
  const Nearest found = nearest_of_checked(queries, reference, 5),
                widened = nearest(queries, reference.to(at::kDouble), 5);
  CHECK(at::equal(found.indices, widened.indices));
  CHECK(at::equal(found.distances, widened.distances));
}

TEST_CASE("More neighbours than there are other images are refused") {
  GaussianSets sets(5);
  const at::Tensor set = sets.next(4, 2);
  CHECK_THROWS_WITH(nearest(set, set, 5), Contains("k is 5; 1 to 4"));
  CHECK_THROWS_WITH(nearest(set, set, 0), Contains("k is 0"));
  CHECK_THROWS_WITH(nearest_others(set, 4), Contains("k is 4; 1 to 3"));
}
