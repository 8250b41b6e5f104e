#include "error.hpp"
#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <limits>
#include <set>
#include <thread>

using namespace raygen::engine;

TEST_CASE("A phantom is a function of its seed and index, on every thread") {
  std::vector<Phantom> alone, together(6);
  for (std::uint64_t i = 0; i < 6; ++i) alone.push_back(draw_phantom(3, i, 64));
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 6; ++i)
      threads.emplace_back([&together, i] { together[i] = draw_phantom(3, i, 64); });
  }
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(alone[i].pixels == together[i].pixels);
    CHECK(alone[i].masks == together[i].masks);
    CHECK(alone[i].report == together[i].report);
  }
}

TEST_CASE("Seeds and indices draw different phantoms") {
  std::set<std::vector<float>> seen;
  for (std::uint64_t i = 0; i < 10; ++i) {
    seen.insert(draw_phantom(3, i, 64).pixels);
    seen.insert(draw_phantom(4, i, 64).pixels);
  }
  seen.insert(draw_phantom(3, 3 + (std::uint64_t{1} << 32), 64).pixels);
  seen.insert(draw_phantom(3 + (std::uint64_t{1} << 32), 3, 64).pixels);
  CHECK(seen.size() == 22);
}

TEST_CASE("Pixels use the range and stay in it at every size") {
  for (const int size : {64, 96, 128, 256, 512}) {
    for (std::uint64_t i = 0; i < 4; ++i) {
      CAPTURE(size, i);
      const Phantom phantom = draw_phantom(std::numeric_limits<std::uint64_t>::max(), i, size);
      REQUIRE(phantom.pixels.size() == static_cast<std::size_t>(size * size));
      const auto [low, high] = std::minmax_element(phantom.pixels.begin(), phantom.pixels.end());
      CHECK(*low >= 0);
      CHECK(*low < 0.2F);
      CHECK(*high > 0.8F);
      CHECK(*high <= 1);
    }
  }
}

TEST_CASE("A larger phantom shows the same patient") {
  for (std::uint64_t i = 0; i < 6; ++i) {
    const Phantom small = draw_phantom(5, i, 64), large = draw_phantom(5, i, 256);
    CHECK(small.report == large.report);
    double difference = 0;
    for (int row = 0; row < 64; ++row) {
      for (int column = 0; column < 64; ++column) {
        float mean = 0;
        for (int y = 0; y < 4; ++y)
          for (int x = 0; x < 4; ++x)
            mean +=
                large.pixels[static_cast<std::size_t>((4 * row + y) * 256 + 4 * column + x)] / 16;
        difference += std::abs(mean - small.pixels[static_cast<std::size_t>(row * 64 + column)]);
      }
    }
    CHECK(difference / (64 * 64) < 0.03);
  }
}

TEST_CASE("Lungs are dark, the mediastinum is bright, the border is not") {
  for (std::uint64_t i = 0; i < 20; ++i) {
    CAPTURE(i);
    const Phantom phantom = draw_phantom(5, i, 128, {});
    const auto mean = [&](int left, int top) {
      float sum = 0;
      for (int row = top; row < top + 8; ++row)
        for (int column = left; column < left + 8; ++column)
          sum += phantom.pixels[static_cast<std::size_t>(row * 128 + column)];
      return sum / 64;
    };
    const float right_lung = mean(32, 50), left_lung = mean(88, 50), middle = mean(60, 70),
                abdomen = mean(60, 116);
    CHECK(right_lung + 0.25F < middle);
    CHECK(left_lung + 0.25F < middle);
    CHECK(right_lung + 0.25F < abdomen);
  }
}

TEST_CASE("Sizes that cannot be drawn are refused") {
  for (const int size : {-128, 0, 32, 100, 1056, std::numeric_limits<int>::max()}) {
    CAPTURE(size);
    CHECK_THROWS_WITH(draw_phantom(1, 0, size), Catch::Contains("multiple of 32 from 64 to 1024") &&
                                                    Catch::Contains(std::to_string(size)));
  }
}
