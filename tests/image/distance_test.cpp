#include "image/distance.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>

using namespace raygen::engine;

TEST_CASE("distances are those that every pair of pixels gives") {
  std::mt19937 random(9);
  for (int i = 0; i < 60; ++i) {
    const std::int64_t width = 1 + static_cast<std::int64_t>(random() % 20),
                       height = 1 + static_cast<std::int64_t>(random() % 20);
    std::vector<std::uint8_t> marked;
    for (std::int64_t p = 0; p < width * height; ++p) marked.push_back(random() % (i + 1) == 0);
    const std::vector<float> distances = distance_to(marked, width, height);
    for (std::int64_t p = 0; p < width * height; ++p) {
      double least = std::numeric_limits<double>::infinity();
      for (std::int64_t q = 0; q < width * height; ++q)
        if (marked[static_cast<std::size_t>(q)] != 0)
          least = std::min(least, std::hypot(static_cast<double>(p % width - q % width),
                                             static_cast<double>(p / width - q / width)));
      CHECK(distances[static_cast<std::size_t>(p)] == static_cast<float>(least));
    }
  }
}
