#include "memorisation/cliques.hpp"
#include "gaussian_sets.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

/// By trying all groups.
std::size_t largest_by_brute_force(const at::Tensor& distances, double delta) {
  const std::int64_t count = distances.size(0);
  const at::Tensor near = distances < delta;
  std::size_t best = 0;
  for (std::uint32_t group = 1; group < (1U << count); ++group) {
    bool clique = true;
    for (std::int64_t i = 0; clique && i < count; ++i)
      for (std::int64_t j = 0; clique && j < i; ++j)
        clique = !((group >> i & 1U) != 0 && (group >> j & 1U) != 0) ||
                 near.const_data_ptr<bool>()[i * count + j];
    if (clique) best = std::max(best, static_cast<std::size_t>(std::popcount(group)));
  }
  return best;
}

void check_is_clique(const std::vector<std::size_t>& images, const at::Tensor& distances,
                     double delta) {
  for (const std::size_t i : images)
    for (const std::size_t j : images)
      if (i != j)
        CHECK(distances[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(j)].item<double>() <
              delta);
}

}  // namespace

TEST_CASE("The largest clique is as large as trying all groups finds") {
  GaussianSets sets(3);
  const at::Tensor distances = pairwise_distances(sets.next(11, 2));
  for (const double delta : {0.0, 0.5, 1.0, 1.5, 2.0, 9.0}) {
    const std::vector<std::size_t> clique = largest_clique(distances, delta);
    CHECK(clique.size() == largest_by_brute_force(distances, delta));
    CHECK(std::is_sorted(clique.begin(), clique.end()));
    check_is_clique(clique, distances, delta);
  }
}

TEST_CASE("Copies among 64 generations of one prompt are a clique") {
  GaussianSets sets(4);
  at::Tensor images = sets.next(64, 16);
  const at::Tensor copied = sets.next(1, 16);
  std::vector<std::size_t> expected;
  for (std::size_t i = 5; i < 64; i += 7) {
    images[static_cast<std::int64_t>(i)] = (copied + sets.next(1, 16) * 0.01).squeeze(0);
    expected.push_back(i);
  }
  const at::Tensor distances = pairwise_distances(images);
  CHECK(largest_clique(distances, 0.3) == expected);
  CHECK(largest_clique(distances, 100).size() == 64);
  CHECK(largest_clique(distances, 5.5).size() > expected.size());  // about half of all pairs
}

TEST_CASE("What is no square of distances is refused") {
  GaussianSets sets(4);
  const at::Tensor distances = pairwise_distances(sets.next(5, 2));
  CHECK_THROWS_WITH(largest_clique(distances.narrow(0, 0, 4), 1), Contains("[4,5]"));
  CHECK_THROWS_WITH(largest_clique(distances.triu(), 1), Contains("symmetric"));
  CHECK_THROWS_WITH(pairwise_distances(sets.next(65, 2)), Contains("65 images"));
}
