#include "sampling/sampler.hpp"

#include "error.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <limits>
#include <set>

using namespace raygen::engine;

namespace {

at::Tensor random_logits(std::int64_t images, std::int64_t positions, std::int64_t codebook,
                         std::uint64_t seed) {
  return at::randn({images, positions, codebook}, at::detail::createCPUGenerator(seed)) * 3;
}

// Runs a sampler whose logits depend on position and step alone.
std::vector<std::int32_t> run(const std::vector<std::uint64_t>& images,
                              const SamplingOptions& options, std::uint64_t seed = 0,
                              std::int64_t tokens = 64, std::int64_t codebook = 50) {
  Sampler sampler(tokens, codebook, seed, images, options);
  while (!sampler.done()) {
    const at::Tensor all =
        random_logits(1, tokens, codebook, static_cast<std::uint64_t>(sampler.step_index()))[0];
    std::vector<at::Tensor> chosen;
    for (std::int64_t b = 0; b < sampler.batch(); ++b) {
      const std::vector<std::int64_t> rows(
          sampler.masked().begin() + b * sampler.masked_count(),
          sampler.masked().begin() + (b + 1) * sampler.masked_count());
      chosen.push_back(all.index_select(0, at::tensor(rows, at::kLong)));
    }
    sampler.step(at::stack(chosen));
  }
  return sampler.filled();
}

}  // namespace

TEST_CASE("A sampler masks what the schedule says and fills everything") {
  SamplingOptions options;
  options.steps = 5;
  Sampler sampler(64, 50, 0, {0, 1}, options);
  const auto schedule = make_schedule(options);
  while (!sampler.done()) {
    CHECK(sampler.masked_count() == schedule->masked(sampler.step_index(), 5, 64));
    for (std::int64_t b = 0; b < 2; ++b) {
      const std::set<std::int32_t> masked(
          sampler.masked().begin() + b * sampler.masked_count(),
          sampler.masked().begin() + (b + 1) * sampler.masked_count());
      CHECK(static_cast<std::int64_t>(masked.size()) == sampler.masked_count());
      for (std::int32_t position = 0; position < 64; ++position) {
        CHECK((sampler.tokens()[static_cast<std::size_t>(b * 64 + position)] == 50) ==
              (masked.count(position) == 1));
      }
    }
    sampler.step(random_logits(2, sampler.masked_count(), 50, 1));
    for (const std::int32_t token : sampler.filled()) REQUIRE((token >= 0 && token < 50));
  }
  CHECK(sampler.masked_count() == 0);
  CHECK(sampler.tokens() == sampler.filled());
  CHECK_THROWS_AS(sampler.step(random_logits(2, 1, 50, 1)), Error);
}

TEST_CASE("At temperature 0 the most probable token is taken, whatever the seed") {
  SamplingOptions options;
  options.steps = 1;
  options.temperature = 0;
  const at::Tensor logits = random_logits(1, 64, 50, 0);
  const at::Tensor best = logits[0].argmax(-1).to(at::kInt);
  for (const std::uint64_t seed : {0, 1, 99}) {
    CHECK(run({0}, options, seed) ==
          std::vector<std::int32_t>(best.const_data_ptr<std::int32_t>(),
                                    best.const_data_ptr<std::int32_t>() + 64));
  }
}

TEST_CASE("An image depends on its seed and index alone") {
  SamplingOptions options;
  options.steps = 6;
  const auto together = run({3, 4, 5, 6}, options, 42);
  const auto alone = run({5}, options, 42);
  CHECK(std::vector<std::int32_t>(together.begin() + 128, together.begin() + 192) == alone);
  CHECK(run({6}, options, 42) != alone);
  CHECK(run({5}, options, 43) != alone);
}

TEST_CASE("The filter keeps the ceil((1-a)V) largest logits") {
  SamplingOptions options;
  options.temperature = 50;  // as good as uniform over what is kept
  options.top_k_threshold = 0.9;
  const auto choice = make_token_choice(options);
  const at::Tensor logits = at::arange(50, at::kFloat).expand({200, 50}).contiguous() * 0.01;
  std::vector<std::int32_t> positions(200);
  for (std::int32_t i = 0; i < 200; ++i) positions[static_cast<std::size_t>(i)] = i;
  const at::Tensor tokens = choice->draw(logits, positions, {1, 2, 3}, 0, 10).tokens;
  CHECK(tokens.min().item<int>() == 45);  // five are kept: 45..49
  CHECK(tokens.max().item<int>() == 49);
  CHECK(std::get<0>(at::_unique(tokens)).numel() == 5);
}

TEST_CASE("Scores are one minus the unfiltered probability of the choice") {
  SamplingOptions options;
  const at::Tensor logits = random_logits(1, 20, 50, 4)[0];
  std::vector<std::int32_t> positions(20);
  for (std::int32_t i = 0; i < 20; ++i) positions[static_cast<std::size_t>(i)] = i;
  const Draw draw = make_token_choice(options)->draw(logits, positions, {1, 2, 3}, 1, 10);
  const at::Tensor expected =
      1 - at::softmax(logits, -1).gather(1, draw.tokens.to(at::kLong).unsqueeze(1)).squeeze(1);
  CHECK(at::allclose(draw.scores, expected, 0, 1e-6));
}

TEST_CASE("Logits that are not numbers are refused") {
  Sampler sampler(4, 5, 0, {0}, {});
  CHECK_THROWS_WITH(sampler.step(at::full({1, 4, 5}, std::numeric_limits<float>::quiet_NaN())),
                    Catch::Contains("NaN"));
}

TEST_CASE("In a random order what is drawn stays, and each image has its own order") {
  SamplingOptions options;
  options.steps = 8;
  options.position_choice = "random";
  Sampler sampler(64, 50, 0, {0, 1}, options);
  std::vector<std::int32_t> before;
  bool differ = false;
  while (!sampler.done()) {
    const auto half = sampler.masked().begin() + sampler.masked_count();
    if (sampler.step_index() > 0) {
      differ = differ || !std::equal(sampler.masked().begin(), half, half);
      for (std::size_t i = 0; i < before.size(); ++i)
        CHECK((before[i] == 50 || sampler.tokens()[i] == before[i]));
    }
    before = sampler.tokens();
    sampler.step(random_logits(2, sampler.masked_count(), 50,
                               static_cast<std::uint64_t>(sampler.step_index())));
  }
  CHECK(differ);
}
