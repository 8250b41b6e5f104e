#include "noise/tensor_noise.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <random>
#include <vector>

using namespace raygen::engine;

namespace {

struct KnownAnswer {
  std::array<std::uint32_t, 4> counter;
  std::array<std::uint32_t, 2> key;
  std::array<std::uint32_t, 4> answer;
};

// Random123's kat_vectors, philox4x32 10: all of them.
const std::vector<KnownAnswer> known_answers = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}};

// By tensor operations, for one block.
std::array<std::uint32_t, 4> by_operations(std::array<std::uint32_t, 4> counter,
                                           std::array<std::uint32_t, 2> key) {
  std::array<at::Tensor, 4> counters;
  std::array<at::Tensor, 2> keys;
  for (std::size_t i = 0; i < 4; ++i)
    counters[i] = at::full({1}, static_cast<std::int64_t>(counter[i]), at::kLong);
  for (std::size_t i = 0; i < 2; ++i)
    keys[i] = at::full({1}, static_cast<std::int64_t>(key[i]), at::kLong);
  const auto words = philox(counters, keys);
  std::array<std::uint32_t, 4> result{};
  for (std::size_t i = 0; i < 4; ++i)
    result[i] = static_cast<std::uint32_t>(words[i].item<std::int64_t>());
  return result;
}

}  // namespace

TEST_CASE("Philox gives the published known answers") {
  for (const KnownAnswer& known : known_answers) {
    CHECK(philox(known.counter, known.key) == known.answer);
    CHECK(by_operations(known.counter, known.key) == known.answer);
  }
}

TEST_CASE("Each attempt at an image has noise of its own, which its key alone decides") {
  const ImageKey key{1ULL << 40 | 7, 5};
  const ImageKey first = key_of_attempt(key, 0);
  CHECK(first.seed == key.seed);
  CHECK(first.image == key.image);
  // The block of counter {3, 0xFFC << 20, 5, 0} and key {7, 256}.
  const auto block = philox({3, 0xFFC00000, 5, 0}, {7, 256});
  const ImageKey third = key_of_attempt(key, 3);
  CHECK(third.seed == (std::uint64_t{block[1]} << 32 | block[0]));
  CHECK(third.image == key.image);
  CHECK(key_of_attempt(key, 2).seed != third.seed);
  CHECK(key_of_attempt({key.seed, 6}, 3).seed != third.seed);
}

TEST_CASE("Tensor operations give the bits of the scalar Philox, for any counter and key") {
  std::mt19937 random(5);
  const auto word = [&] { return static_cast<std::uint32_t>(random()); };
  for (int i = 0; i < 200; ++i) {
    const std::array<std::uint32_t, 4> counter{word(), word(), word(), word()};
    const std::array<std::uint32_t, 2> key{word(), word()};
    REQUIRE(by_operations(counter, key) == philox(counter, key));
  }
}

TEST_CASE("The noise of a batch is that of its images, by the loop and by tensor operations") {
  std::mt19937_64 random(6);
  const std::vector<ImageKey> images = {
      {0, 0}, {random(), random()}, {random(), 3}, {~std::uint64_t{0}, ~std::uint64_t{0}}};
  const at::Tensor keys = noise_keys(images);
  const at::Tensor positions =
      at::randint(0, 1 << 20, {4, 5}, at::detail::createCPUGenerator(1), at::kLong);
  for (const std::uint32_t step : {0U, 17U, 0xFFFU}) {
    for (const std::int64_t entries : {1, 7, 40}) {
      const at::Tensor noise = uniform_noise(keys, step, positions, entries);
      REQUIRE(at::equal(noise, uniform_noise_by_operations(keys, step, positions, entries)));
      std::vector<float> expected(static_cast<std::size_t>(entries));
      for (std::int64_t b = 0; b < 4; ++b) {
        for (std::int64_t i = 0; i < 5; ++i) {
          const ImageKey& key = images[static_cast<std::size_t>(b)];
          uniform_noise(key.seed, key.image, step,
                        static_cast<std::uint32_t>(positions[b][i].item<std::int64_t>()),
                        expected.data(), expected.size());
          REQUIRE(at::equal(noise[b][i], at::tensor(at::ArrayRef<float>(expected))));
        }
      }
    }
  }
}

TEST_CASE(
    "A random order of tensors is that of the scalar function, and stays within what may be") {
  const std::vector<ImageKey> images = {{1, 2}, {1, 3}, {9, 2}};
  constexpr std::int64_t count = 4096;  // so many that some noise is drawn twice
  const at::Tensor keys = noise_keys(images), all = at::ones({3, count}, at::kBool);
  const at::Tensor order = random_order(keys, 4, all);
  for (std::size_t b = 0; b < images.size(); ++b) {
    for (const std::int64_t n : {1, 100, 4095}) {
      const auto expected = random_positions(images[b].seed, images[b].image, 4, n, count);
      const at::Tensor chosen =
          std::get<0>(order[static_cast<std::int64_t>(b)].narrow(0, 0, n).sort());
      REQUIRE(at::equal(chosen.to(at::kInt), at::tensor(at::ArrayRef<std::int32_t>(expected))));
    }
  }
  const at::Tensor even = (at::arange(count, at::kLong) % 2 == 0).expand({3, count});
  const at::Tensor among = random_order(keys, 4, even);
  CHECK((among.narrow(1, 0, count / 2) % 2 == 0).all().item<bool>());
  CHECK(at::equal(among.narrow(1, 0, count / 2)[1], order[1].masked_select(order[1] % 2 == 0)));
}

TEST_CASE("Noise needs no value of a tensor: it can be had on a device without memory") {
  const at::Tensor keys = noise_keys({{1, 2}, {3, 4}}).to(at::kMeta);
  const at::Tensor positions = at::empty({2, 6}, at::TensorOptions(at::kMeta).dtype(at::kLong));
  CHECK(uniform_noise(keys, 3, positions, 10).sizes() == at::IntArrayRef({2, 6, 10}));
  const at::Tensor allowed = at::empty({2, 6}, at::TensorOptions(at::kMeta).dtype(at::kBool));
  CHECK(random_order(keys, 3, allowed).sizes() == at::IntArrayRef({2, 6}));
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

TEST_CASE("Noise of neighbouring seeds, images, steps and positions is not correlated") {
  struct Place {
    std::uint64_t seed, image;
    std::uint32_t step, position;
  };
  constexpr std::size_t count = 40000;
  const auto draw = [](const Place& at) {
    std::vector<float> noise(count);
    uniform_noise(at.seed, at.image, at.step, at.position, noise.data(), count);
    return noise;
  };
  // Of uniform noise, whose mean is 1/2 and whose variance is 1/12.
  const auto correlation = [](const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += (a[i] - 0.5) * (b[i] - 0.5);
    return sum * 12 / count;
  };
  constexpr double limit = 4 / 200.0;  // four standard deviations, 1/√count each
  for (const Place& at : {Place{0, 0, 0, 0}, Place{7, 41, 3, 900}, Place{1ULL << 32, 1, 17, 5}}) {
    const auto [seed, image, step, position] = at;
    const std::vector<Place> neighbours = {
        {seed + 1, image, step, position},     {seed, image + 1, step, position},
        {seed, image, step + 1, position},     {seed, image, step, position + 1},
        {seed + 1, image + 1, step, position}, {image, seed + 2, step, position}};
    const std::vector<float> noise = draw(at);
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      INFO("seed " << seed << ", neighbour " << i);
      CHECK(std::abs(correlation(noise, draw(neighbours[i]))) < limit);
    }
    CHECK(correlation(noise, noise) == Approx(1).margin(0.05));
  }
}
