// What chance does, with fixed seeds. Noise that is as it should be passes each limit here for less
// than one in ten thousand choices of the seeds.

#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/policies.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

using namespace raygen::engine;

namespace {

constexpr std::int64_t positions = 20000, codebook = 8;
const std::vector<double> logits_of_tokens = {2, 1.5, 1, 0.2, 0, -0.4, -1, -3};

/// Tokens, int64 [positions], that the first of four steps draws from the same logits everywhere.
at::Tensor drawn(const SamplingOptions& options, const ImageKey& key) {
  SamplerState state;
  state.step = 0;
  state.steps = 4;
  state.keys = noise_keys({key});
  const at::Tensor logits = at::tensor(logits_of_tokens, at::kFloat).expand({1, positions, -1});
  return make_token_choice(options)
      ->draw(logits.contiguous(), at::arange(positions, at::kLong).unsqueeze(0), state)
      .tokens[0];
}

/// softmax(sharpness × logits) of the `kept` likeliest tokens, which come first.
at::Tensor expected(double sharpness, std::int64_t kept = codebook) {
  const at::Tensor all = at::tensor(logits_of_tokens, at::kDouble) * sharpness;
  return at::cat(
      {at::softmax(all.narrow(0, 0, kept), 0), at::zeros({codebook - kept}, at::kDouble)});
}

/// Pearson's, over the cells that can be met; the others must be empty.
double chi_square(const at::Tensor& counts, const at::Tensor& probabilities) {
  const double total = counts.sum().item<double>();
  double sum = 0;
  for (std::int64_t i = 0; i < counts.numel(); ++i) {
    const double mean = probabilities[i].item<double>() * total, seen = counts[i].item<double>();
    if (mean == 0) {
      CHECK(seen == 0);
    } else {
      sum += (seen - mean) * (seen - mean) / mean;
    }
  }
  return sum;
}

/// What chi-square with so many degrees of freedom passes once in ten thousand times (Wilson and
/// Hilferty's approximation; 3.72: the normal distribution's).
double limit(double freedom) {
  const double spread = 2 / (9 * freedom);
  return freedom * std::pow(1 - spread + 3.72 * std::sqrt(spread), 3);
}

void check_distribution(const SamplingOptions& options, const at::Tensor& probabilities) {
  INFO(options.token_choice);
  const auto cells = (probabilities > 0).sum().item<std::int64_t>();
  double sum = 0;
  constexpr int seeds = 5;
  for (std::uint64_t seed = 0; seed < seeds; ++seed)
    sum += chi_square(drawn(options, {seed, 3}).bincount({}, codebook), probabilities);
  CHECK(sum < limit(seeds * static_cast<double>(cells - 1)));
}

/// Of two rows of numbers.
double correlation(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a.to(at::kDouble) - a.to(at::kDouble).mean(),
                   y = b.to(at::kDouble) - b.to(at::kDouble).mean();
  return ((x * y).sum() / (x.square().sum() * y.square().sum()).sqrt()).item<double>();
}

}  // namespace

TEST_CASE("Tokens are drawn from the softmax that each token choice promises") {
  SamplingOptions options;
  options.token_choice = "multinomial";
  check_distribution(options, expected(1));
  options.temperature = 1.7;
  check_distribution(options, expected(1 / 1.7));
  options.temperature = 1;

  options.token_choice = "top_k";
  options.top_k = 3;
  check_distribution(options, expected(1, 3));
  options.token_choice = "top_p";
  options.top_p = 0.85;  // the four likeliest have 0.88, three have 0.82
  check_distribution(options, expected(1, 4));

  options.token_choice = "gumbel";  // its temperature is 3/4 at the first of four steps
  options.top_k_threshold = 0;
  check_distribution(options, expected(4.0 / 3));
  options.top_k_threshold = 0.5;
  check_distribution(options, expected(4.0 / 3, 4));

  options.token_choice = "moment";
  options.choice_temperature = 2;
  check_distribution(options, expected(1 + 1 / (2 * 0.75)));
}

TEST_CASE("However low a temperature is, the likeliest token is drawn") {
  const at::Tensor logits = at::tensor({1.0F, -2.0F, 1.5F, 2.0F, 1.9F}).view({1, 1, 5});
  SamplerState state;
  state.step = 0;
  state.steps = 4;
  state.keys = noise_keys({{0, 0}});
  for (const char* const choice : {"multinomial", "top_k", "top_p", "gumbel"}) {
    for (const double temperature : {0.0, 1e-300, 1e-44, 1e-30, 1e-9}) {
      INFO(choice << " at " << temperature);
      SamplingOptions options;
      options.token_choice = choice;
      options.temperature = temperature;
      options.cooling = 1000;
      const Draw draw =
          make_token_choice(options)->draw(logits, at::zeros({1, 1}, at::kLong), state);
      CHECK(draw.tokens.item<std::int64_t>() == 3);
    }
  }
}

TEST_CASE("Neighbouring images, by seed and by index, draw without regard to each other") {
  SamplingOptions options;
  options.token_choice = "multinomial";
  const double same = expected(1).square().sum().item<double>();
  const double bound = 4 / std::sqrt(static_cast<double>(positions));
  for (const ImageKey key : {ImageKey{0, 0}, {0, 1}, {41, 7}, {1ULL << 32, 0}}) {
    const at::Tensor tokens = drawn(options, key);
    for (const ImageKey neighbour : {ImageKey{key.seed, key.image + 1},
                                     {key.seed + 1, key.image},
                                     {key.seed + 1, key.image + 1},
                                     {key.image, key.seed + 2}}) {
      const at::Tensor others = drawn(options, neighbour);
      CHECK((tokens == others).to(at::kDouble).mean().item<double>() ==
            Approx(same).margin(bound / 2));
      CHECK(std::abs(correlation(tokens, others)) < bound);
    }
    // Nor do neighbouring positions.
    CHECK(std::abs(correlation(tokens.narrow(0, 1, positions - 1),
                               tokens.narrow(0, 0, positions - 1))) < bound);
  }
}

TEST_CASE("The noise of positions is uniform, and none of its streams knows another") {
  constexpr std::int64_t images = 500, tokens = 64;
  std::vector<ImageKey> keys;
  for (std::uint64_t i = 0; i < images; ++i) keys.push_back({9, i});
  const at::Tensor noise_of = noise_keys(keys);
  std::vector<at::Tensor> streams;
  for (const std::uint32_t stream :
       {position_noise(1), position_noise(2), remasking_noise(1), order_noise, roll_noise}) {
    const at::Tensor noise = noise_of_positions(noise_of, stream, tokens);
    const at::Tensor bins = (noise.flatten() * 20).to(at::kLong).bincount({}, 20);
    CHECK(chi_square(bins, at::full({20}, 0.05, at::kDouble)) < limit(19));
    streams.push_back(noise.flatten());
  }
  const double bound = 4 / std::sqrt(static_cast<double>(images * tokens));
  for (std::size_t a = 0; a < streams.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      CHECK(std::abs(correlation(streams[a], streams[b])) < bound);

  const at::Tensor first =
      random_order(noise_of, order_noise, at::ones({images, tokens}, at::kBool)).select(1, 0);
  CHECK(chi_square(first.bincount({}, tokens), at::full({tokens}, 1.0 / tokens, at::kDouble)) <
        limit(tokens - 1));
}
