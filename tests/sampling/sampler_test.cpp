#include "sampling/sampler.hpp"

#include "error.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/guidance.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <catch2/catch.hpp>

#include <limits>

using namespace raygen::engine;

namespace {

constexpr Grid grid{8, 8};
constexpr std::int64_t codebook = 50;

at::Tensor random_logits(std::int64_t images, std::int64_t positions, std::uint64_t seed) {
  return at::randn({images, positions, codebook}, at::detail::createCPUGenerator(seed)) * 3;
}

std::vector<ImageKey> keys(std::uint64_t seed, const std::vector<std::uint64_t>& images) {
  std::vector<ImageKey> all;
  for (const std::uint64_t image : images) all.push_back({seed, image});
  return all;
}

/// Logits of the masked positions that depend on position and step alone.
at::Tensor logits_of(const Sampler& sampler) {
  const at::Tensor all = random_logits(1, sampler.grid().tokens(),
                                       static_cast<std::uint64_t>(sampler.step_index()))[0];
  return all.index_select(0, sampler.masked().flatten())
      .view({sampler.batch(), sampler.masked_count(), codebook});
}

/// The tokens [B,N] at the end.
at::Tensor run(const std::vector<ImageKey>& images, const SamplingOptions& options,
               const SamplerStart& start = {}) {
  Sampler sampler(grid, codebook, images, options, start);
  while (!sampler.done()) sampler.step(logits_of(sampler));
  sampler.check();
  CHECK(sampler.masked_count() == 0);
  CHECK(at::equal(sampler.tokens(), sampler.filled()));
  return sampler.filled();
}

at::Tensor run(const std::vector<std::uint64_t>& images, const SamplingOptions& options,
               std::uint64_t seed = 0) {
  return run(keys(seed, images), options);
}

/// A state of one image that knows no more than a token choice asks for.
SamplerState state_of(const ImageKey& key, std::int64_t step, std::int64_t steps) {
  SamplerState state;
  state.step = step;
  state.steps = steps;
  state.keys = noise_keys({key});
  return state;
}

/// Every policy in options of six steps: position and token choices in all combinations, the others
/// beside the defaults.
std::vector<SamplingOptions> all_policies() {
  std::vector<SamplingOptions> all;
  const auto add = [&all](const auto& change) {
    SamplingOptions& options = all.emplace_back();
    options.steps = 6;
    options.temperature = 4;  // chance must be seen
    options.top_k_threshold = 0;
    change(options);
  };
  for (const std::string& positions : position_choice_names()) {
    for (const std::string& tokens : token_choice_names()) {
      add([&](SamplingOptions& options) {
        options.position_choice = positions;
        options.token_choice = tokens;
        options.entropy_bound = 20;
        options.halton_roll = tokens == "gumbel";
      });
    }
  }
  for (const std::string& schedule : schedule_names()) {
    for (const char* const grid_name : {"raygen", "maskgit"}) {
      add([&](SamplingOptions& options) {
        options.schedule = schedule;
        options.time_grid = grid_name;
      });
    }
  }
  for (const std::string& remasking : remasking_names()) {
    for (const char* const positions : {"confidence", "maskgit", "halton"}) {
      add([&](SamplingOptions& options) {
        options.remasking = remasking;
        options.remasking_strength = 0.5;
        options.position_choice = positions;
      });
    }
  }
  return all;
}

/// Whether chance has a part in any of it.
bool draws(const SamplingOptions& options) {
  return options.token_choice != "argmax" || options.position_choice == "random" ||
         options.position_choice == "maskgit" || options.position_choice == "moment";
}

std::int64_t scheduled(const SamplingOptions& options, std::int64_t step, std::int64_t editable) {
  const auto schedule = make_schedule(options);
  const auto remasking = make_remasking(options);
  const auto place =
      remasking ? remasking->place(step, options.steps) : Remasking::Place{step, options.steps};
  return std::min(schedule->masked(place.step, place.steps, editable), editable);
}

/// Three images: all of it is drawn, a row of the grid, and three positions far apart.
SamplerStart ragged_start() {
  const at::Tensor tokens =
      at::randint(0, codebook, {3, grid.tokens()}, at::detail::createCPUGenerator(3), at::kLong);
  const at::Tensor editable = at::zeros({3, grid.tokens()}, at::kBool);
  editable[0].fill_(true);
  editable[1].narrow(0, 8, 8).fill_(true);
  for (const std::int64_t i : {0, 30, 63}) editable[2][i].fill_(true);
  return {tokens, editable};
}

}  // namespace

TEST_CASE("A sampler masks what the schedule says and fills everything") {
  SamplingOptions options;
  options.steps = 5;
  Sampler sampler(grid, codebook, keys(0, {0, 1}), options);
  const auto schedule = make_schedule(options);
  CHECK(sampler.all_masked());
  while (!sampler.done()) {
    const std::int64_t n = schedule->masked(sampler.step_index(), 5, 64);
    CHECK(sampler.masked_count() == n);
    CHECK(sampler.all_masked() == (sampler.step_index() == 0));
    for (std::int64_t b = 0; b < 2; ++b) {
      CHECK(sampler.masked_count(b) == n);
      // Ascending, none twice, and V where masked and nowhere else.
      CHECK(at::equal((sampler.tokens()[b] == codebook).nonzero().flatten(), sampler.masked()[b]));
    }
    sampler.step(random_logits(2, n, 1));
    CHECK((sampler.filled() >= 0).logical_and(sampler.filled() < codebook).all().item<bool>());
  }
  CHECK(sampler.masked_count() == 0);
  CHECK_FALSE(sampler.all_masked());
  CHECK(at::equal(sampler.tokens(), sampler.filled()));
  CHECK_THROWS_AS(sampler.step(random_logits(2, 1, 1)), Error);
}

TEST_CASE("At temperature 0 the most probable token is taken, whatever the seed") {
  SamplingOptions options;
  options.steps = 1;
  options.temperature = 0;
  const at::Tensor best = random_logits(1, 64, 0)[0].argmax(-1);
  for (const std::uint64_t seed : {0, 1, 99}) CHECK(at::equal(run({0}, options, seed)[0], best));
}

TEST_CASE("An image depends on its seed and index alone") {
  for (const SamplingOptions& options : all_policies()) {
    const at::Tensor together = run({3, 4, 5, 6}, options, 42);
    const at::Tensor alone = run({5}, options, 42);
    CHECK(at::equal(together[2], alone[0]));
    if (draws(options)) {
      INFO(options.position_choice << ", " << options.token_choice);
      CHECK_FALSE(at::equal(run({6}, options, 42), alone));
      CHECK_FALSE(at::equal(run({5}, options, 43), alone));
    }
    CHECK(at::equal(run({5}, options, 42), alone));

    // Every image of a batch may have a seed of its own.
    const at::Tensor mixed = run({{42, 5}, {7, 5}, {42, 6}}, options);
    CHECK(at::equal(mixed[0], alone[0]));
    CHECK(at::equal(mixed[1], run({5}, options, 7)[0]));
    CHECK(at::equal(mixed[2], together[3]));
  }
}

TEST_CASE("The number of threads changes no token") {
  const int threads = at::get_num_threads();
  SamplingOptions options;
  options.steps = 6;
  at::set_num_threads(1);
  const at::Tensor one = run({3, 4, 5}, options);
  at::set_num_threads(3);
  CHECK(at::equal(run({3, 4, 5}, options), one));
  at::set_num_threads(threads);
}

TEST_CASE("What is not editable stays, and what is editable is drawn") {
  for (const SamplingOptions& options : all_policies()) {
    const SamplerStart start = ragged_start();
    const std::vector<ImageKey> images = keys(1, {0, 1, 2});
    Sampler sampler(grid, codebook, images, options, start);
    const bool counts_itself = options.position_choice == "entropy";
    while (!sampler.done()) {
      std::int64_t widest = 0;
      for (std::int64_t b = 0; b < 3; ++b) {
        const std::int64_t editable = start.editable[b].sum().item<std::int64_t>(),
                           n = counts_itself ? sampler.masked_count(b)
                                             : scheduled(options, sampler.step_index(), editable);
        widest = std::max(widest, n);
        REQUIRE(sampler.masked_count(b) == n);
        if (n == 0) continue;  // this image is done
        const at::Tensor masked = (sampler.tokens()[b] == codebook).nonzero().flatten();
        REQUIRE(masked.numel() == n);
        CHECK(start.editable[b].index_select(0, masked).all().item<bool>());
        // The row: these, ascending, and the last again where the others have more.
        CHECK(at::equal(sampler.masked()[b].narrow(0, 0, n), masked));
        CHECK((sampler.masked()[b].narrow(0, n - 1, sampler.masked_count() - n + 1) == masked[-1])
                  .all()
                  .item<bool>());
      }
      CHECK(sampler.masked_count() == widest);
      CHECK_FALSE(sampler.all_masked());
      sampler.step(logits_of(sampler));
    }
    CHECK(at::equal(at::where(start.editable, sampler.filled(), start.tokens), sampler.filled()));
    CHECK((sampler.filled() < codebook).all().item<bool>());
    for (std::int64_t b = 0; b < 3; ++b) {
      INFO("image " << b << " alone, " << options.position_choice);
      CHECK(at::equal(run({images[static_cast<std::size_t>(b)]}, options,
                          {start.tokens.narrow(0, b, 1), start.editable.narrow(0, b, 1)})[0],
                      sampler.filled()[b]));
    }
    // A start without a token to keep is no start at all.
    CHECK(at::equal(run({images[0]}, options), sampler.filled().narrow(0, 0, 1)));
  }
}

TEST_CASE("Without a word on what is editable, masks are") {
  SamplingOptions options;
  options.steps = 4;
  const SamplerStart start = ragged_start();
  const at::Tensor masks = start.tokens.masked_fill(start.editable, codebook);
  CHECK(at::equal(run(keys(1, {0, 1, 2}), options, {masks, {}}),
                  run(keys(1, {0, 1, 2}), options, start)));
}

TEST_CASE("A start that cannot be is refused, and the message names the place") {
  const auto refused = [](const at::Tensor& tokens, const at::Tensor& editable,
                          const std::string& message) {
    const SamplerStart start{tokens, editable};
    CHECK_THROWS_WITH(check_start(start, 2, {1, 3}, 9), Catch::Contains(message));
    CHECK_THROWS_AS(Sampler({1, 3}, 9, keys(0, {0, 1}), SamplingOptions{}, start), Error);
  };
  const auto tokens = [](std::vector<std::int64_t> values) {
    return at::tensor(values, at::kLong).view({2, 3});
  };
  const at::Tensor some = (at::arange(6, at::kLong) % 3 == 1).view({2, 3});
  refused(tokens({0, 1, 2, 3, 4, 10}), some, "start token 2 of image 1 is 10; 0 to 9 was expected");
  refused(tokens({0, -1, 2, 3, 4, 5}), some, "start token 1 of image 0 is -1");
  refused(tokens({0, 9, 2, 3, 4, 9}), some, "start token 2 of image 1 is 9, the mask");
  refused({}, some, "the mask, and is not editable");
  refused(tokens({0, 9, 2, 3, 4, 5}), {}, "image 1 has no editable position");
  refused(tokens({0, 9, 2, 3, 4, 5}).narrow(0, 0, 1), {}, "the start tokens are [1,3]; [2,3] was");
  refused({}, some.narrow(1, 0, 2), "the editable positions are [2,2]");
  CHECK_NOTHROW(check_start({tokens({0, 9, 2, 3, 9, 5}), some}, 2, {1, 3}, 9));
}

TEST_CASE("No step reads anything back: it runs on a device without memory") {
  const at::TensorOptions floats = at::TensorOptions(at::kMeta).dtype(at::kFloat);
  for (const SamplingOptions& options : all_policies()) {
    for (const SamplerStart& start : {SamplerStart{}, ragged_start()}) {
      Sampler sampler(grid, codebook, keys(3, {0, 1, 2}), options, start, at::kMeta);
      CHECK(sampler.all_masked() == !start.tokens.defined());
      while (!sampler.done()) {
        // One shape, whatever the schedule masks.
        REQUIRE(sampler.masked().sizes() == at::IntArrayRef({3, 64}));
        const at::Tensor logits = at::empty({3, 64, codebook}, floats);
        sampler.step(guided(logits, logits, 2));
      }
      CHECK(sampler.filled().sizes() == at::IntArrayRef({3, 64}));
      CHECK(sampler.filled().is_meta());
    }
  }
}

TEST_CASE("The filter keeps the ceil((1-a)V) largest logits") {
  SamplingOptions options;
  options.temperature = 50;  // as good as uniform over what is kept
  options.top_k_threshold = 0.9;
  const auto choice = make_token_choice(options);
  const at::Tensor logits = at::arange(50, at::kFloat).expand({1, 200, 50}).contiguous() * 0.01;
  const at::Tensor positions = at::arange(200, at::kLong).unsqueeze(0);
  const at::Tensor tokens = choice->draw(logits, positions, state_of({1, 2}, 0, 10)).tokens;
  CHECK(tokens.min().item<std::int64_t>() == 45);  // five are kept: 45..49
  CHECK(tokens.max().item<std::int64_t>() == 49);
  CHECK(std::get<0>(at::_unique(tokens)).numel() == 5);
}

TEST_CASE("The confidence is the unfiltered probability of the choice") {
  const at::Tensor logits = random_logits(1, 20, 4);
  const at::Tensor positions = at::arange(20, at::kLong).unsqueeze(0);
  const Draw draw = make_token_choice({})->draw(logits, positions, state_of({1, 2}, 1, 10));
  const at::Tensor expected =
      at::softmax(logits, -1).gather(2, draw.tokens.unsqueeze(2)).squeeze(2);
  CHECK(at::allclose(draw.confidence, expected, 0, 1e-6));
}

TEST_CASE("Logits that are not numbers are refused") {
  Sampler sampler({2, 2}, 5, keys(0, {0}), SamplingOptions{});
  CHECK_THROWS_WITH(sampler.step(at::full({1, 4, 5}, std::numeric_limits<float>::quiet_NaN())),
                    Catch::Contains("NaN"));
}

TEST_CASE("Policies without a name are refused") {
  SamplingOptions options;
  options.position_choice = "confident";
  CHECK_THROWS_WITH(make_position_choice(options),
                    "position_choice is \"confident\"; confidence, maskgit, halton, "
                    "halton_adaptive, entropy, moment, random, raster was expected");
  options.schedule = "";
  CHECK_THROWS_WITH(
      make_schedule(options),
      "schedule is \"\"; cosine, linear, square, root, arccos, log, exponential was expected");
  options.token_choice = "Gumbel";
  CHECK_THROWS_WITH(
      make_token_choice(options),
      "token_choice is \"Gumbel\"; gumbel, multinomial, top_k, top_p, argmax, moment was expected");
}

TEST_CASE("In a random order what is drawn stays, and each image has its own order") {
  SamplingOptions options;
  options.steps = 8;
  options.position_choice = "random";
  Sampler sampler(grid, codebook, keys(0, {0, 1}), options);
  at::Tensor before;
  bool differ = false;
  while (!sampler.done()) {
    if (sampler.step_index() > 0) {
      differ = differ || !at::equal(sampler.masked()[0], sampler.masked()[1]);
      CHECK((before == codebook).logical_or(sampler.tokens() == before).all().item<bool>());
    }
    before = sampler.tokens();
    sampler.step(
        random_logits(2, sampler.masked_count(), static_cast<std::uint64_t>(sampler.step_index())));
  }
  CHECK(differ);
}
