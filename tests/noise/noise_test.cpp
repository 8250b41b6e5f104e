#include "noise/noise.hpp"

#include <catch2/catch.hpp>

#include <vector>

using namespace raygen::engine;

TEST_CASE("Philox gives the published known answers") {  // Random123's kat_vectors, philox4x32 10
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Noise is uniform in [0,1)") {
  std::vector<float> noise(100000);
  uniform_noise(7, 3, 2, 11, noise.data(), noise.size());
  double sum = 0, square = 0;
  for (const float u : noise) {
    REQUIRE(u >= 0.0F);
    REQUIRE(u < 1.0F);
    sum += u;
    square += u * u;
  }
  const double mean = sum / 1e5;
  CHECK(mean == Approx(0.5).margin(0.005));
  CHECK(square / 1e5 - mean * mean == Approx(1.0 / 12).margin(0.002));
}

TEST_CASE("Noise depends on every part of its key, and on nothing else") {
  const auto draw = [](std::uint64_t seed, std::uint64_t image, std::uint32_t step,
                       std::uint32_t position, std::size_t count) {
    std::vector<float> noise(count);
    uniform_noise(seed, image, step, position, noise.data(), count);
    return noise;
  };
  const auto base = draw(1, 2, 3, 4, 30);
  CHECK(draw(1, 2, 3, 4, 30) == base);
  CHECK(draw(2, 2, 3, 4, 30) != base);
  CHECK(draw(1ULL << 32 | 1, 2, 3, 4, 30) != base);
  CHECK(draw(1, 3, 3, 4, 30) != base);
  CHECK(draw(1, 1ULL << 32 | 2, 3, 4, 30) != base);
  CHECK(draw(1, 2, 4, 4, 30) != base);
  CHECK(draw(1, 2, 3, 5, 30) != base);
  const auto shorter = draw(1, 2, 3, 4, 13);  // a prefix, whatever the number of entries
  CHECK(std::vector<float>(base.begin(), base.begin() + 13) == shorter);
}
