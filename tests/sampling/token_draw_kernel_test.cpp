// token_draw.cu as plain C++, against the tensor operations of the token choices.

#include "cuda_emulation.hpp"

#include "sampling/token_draw.cu"

#include "noise/sampling_noise.hpp"
#include "noise/tensor_noise.hpp"
#include "sampling/gumbel.hpp"
#include "sampling/policies.hpp"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

#include <array>
#include <limits>

using raygen::engine::ImageKey;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

struct Rule {
  std::int64_t kept;  // of the codebook
  float scale = 1;
  bool divides = true, noisy = true;
  float least = 1e-6F;
};

struct Drawn {
  at::Tensor tokens, confidence, finite;
};

const std::vector<ImageKey> images = {{7, 3}, {0xFFFFFFFFFFULL, 1ULL << 40}};
constexpr std::int64_t step = 5;

Drawn emulated(const at::Tensor& logits, const at::Tensor& positions, const Rule& rule,
               unsigned threads) {
  const at::Tensor keys = raygen::engine::noise_keys(images);
  Drawn drawn{at::empty_like(positions), at::empty(positions.sizes(), at::kFloat),
              at::empty(positions.sizes(), at::kByte)};
  const std::int64_t codebook = logits.size(2);
  std::vector<long long> key(keys.const_data_ptr<std::int64_t>(),
                             keys.const_data_ptr<std::int64_t>() + keys.numel()),
      place(positions.const_data_ptr<std::int64_t>(),
            positions.const_data_ptr<std::int64_t>() + positions.numel()),
      tokens(place.size());
  cuda_emulation::launch(static_cast<unsigned>(positions.numel()), 1, threads, raygen_draw_tokens,
                         logits.const_data_ptr<float>(), key.data(), place.data(), tokens.data(),
                         drawn.confidence.mutable_data_ptr<float>(),
                         drawn.finite.mutable_data_ptr<std::uint8_t>(),
                         static_cast<unsigned>(positions.size(1)), static_cast<unsigned>(codebook),
                         static_cast<unsigned>(rule.kept), raygen::engine::token_noise(step),
                         rule.scale, rule.divides ? 1 : 0, rule.noisy ? 1 : 0, rule.least);
  for (std::int64_t i = 0; i < positions.numel(); ++i)
    drawn.tokens.view(-1)[i].fill_(static_cast<std::int64_t>(tokens[static_cast<std::size_t>(i)]));
  return drawn;
}

/// The scores that the largest is taken of, by tensor operations: among equal logits the smaller
/// token is kept.
at::Tensor scores_of(const at::Tensor& logits, const at::Tensor& positions, const Rule& rule) {
  at::Tensor scores = logits;
  if (rule.noisy) {
    const at::Tensor noise = raygen::engine::gumbel(
        raygen::engine::uniform_noise(raygen::engine::noise_keys(images),
                                      raygen::engine::token_noise(step), positions, logits.size(2)),
        rule.least);
    scores = (rule.divides ? logits / rule.scale : logits * rule.scale) + noise;
  }
  const at::Tensor order = logits.argsort(/*stable=*/true, -1, /*descending=*/true);
  const at::Tensor outside =
      at::ones_like(logits, at::kBool).scatter(-1, order.narrow(-1, 0, rule.kept), false);
  return scores.masked_fill(outside, -infinity);
}

/// Whether each draw is the largest score, or so near to it that the two logarithms' rounding
/// decides; and the probability is that of the token that was drawn.
void check_draw(const Drawn& drawn, const at::Tensor& logits, const at::Tensor& positions,
                const Rule& rule) {
  const at::Tensor scores = scores_of(logits, positions, rule);
  REQUIRE((drawn.tokens >= 0).logical_and(drawn.tokens < logits.size(2)).all().item<bool>());
  const at::Tensor chosen = scores.gather(-1, drawn.tokens.unsqueeze(-1)).squeeze(-1),
                   best = scores.amax({-1});
  CHECK(((best - chosen) <= 1e-5 * best.abs().clamp_min(1)).all().item<bool>());
  if (!rule.noisy) CHECK(at::equal(drawn.tokens, scores.argmax(-1)));
  const at::Tensor p =
      at::softmax(logits.to(at::kDouble), -1).gather(-1, drawn.tokens.unsqueeze(-1)).squeeze(-1);
  CHECK(at::allclose(drawn.confidence.to(at::kDouble), p, 2e-6, 1e-9));
}

at::Tensor random_logits(std::int64_t n, std::int64_t codebook, std::uint64_t seed) {
  return at::randn({2, n, codebook}, at::detail::createCPUGenerator(seed)) * 3;
}

at::Tensor random_positions(std::int64_t n) {
  return at::randint(0, 1 << 20, {2, n}, at::detail::createCPUGenerator(9), at::kLong);
}

}  // namespace

TEST_CASE("The kernel's Philox gives the published known answers") {
  struct KnownAnswer {  // Random123's kat_vectors, philox4x32 10
    std::array<unsigned, 4> counter;
    std::array<unsigned, 2> key;
    std::array<unsigned, 4> answer;
  };
  for (const KnownAnswer& known :
       {KnownAnswer{{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        KnownAnswer{{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
                    {0xffffffff, 0xffffffff},
                    {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        KnownAnswer{{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                    {0xa4093822, 0x299f31d0},
                    {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}}}) {
    const Words words =
        philox({{known.counter[0], known.counter[1], known.counter[2], known.counter[3]}},
               known.key[0], known.key[1]);
    for (std::size_t i = 0; i < 4; ++i) CHECK(words.at[i] == known.answer.at(i));
  }
}

TEST_CASE("The kernel draws what the tensor operations draw") {
  for (const auto& [codebook, threads] :
       {std::pair{1, 32U}, {2, 32U}, {40, 32U}, {127, 32U}, {1024, 64U}, {1037, 64U}}) {
    const std::int64_t n = codebook > 1000 ? 5 : 12;
    const at::Tensor logits = random_logits(n, codebook, 1), positions = random_positions(n);
    for (const std::int64_t kept : {1, codebook / 10, codebook / 2, codebook - 1, codebook}) {
      if (kept < 1) continue;
      INFO("codebook " << codebook << ", kept " << kept);
      for (const Rule& rule : {Rule{kept, 0.7F}, Rule{kept, 1e-10F},
                               Rule{kept, 1.5F, false, true, 1e-20F}, Rule{kept, 1, true, false}}) {
        const Drawn drawn = emulated(logits, positions, rule, threads);
        check_draw(drawn, logits, positions, rule);
        CHECK(drawn.finite.all().item<bool>());
      }
    }
  }
}

TEST_CASE("Ties at the edge of what is kept fall to the smaller token") {
  // Eleven values, each many times over, 0 with both signs.
  const at::Tensor logits = ((random_logits(8, 200, 2) * 0.8).round().clamp(-5, 5)).contiguous();
  const at::Tensor positions = random_positions(8);
  for (const std::int64_t kept : {1, 3, 20, 77, 150, 199}) {
    INFO("kept " << kept);
    for (const bool noisy : {true, false}) {
      const Rule rule{kept, 4, true, noisy};
      check_draw(emulated(logits, positions, rule, 32), logits, positions, rule);
    }
  }
  const at::Tensor same = at::zeros({2, 8, 200});
  for (const std::int64_t kept : {1, 5, 200}) {
    const Drawn drawn = emulated(same, positions, {kept}, 32);
    CHECK((drawn.tokens < kept).all().item<bool>());
    check_draw(drawn, same, positions, {kept});
  }
}

TEST_CASE("What is masked away is never drawn, and what is no number is told") {
  at::Tensor logits = random_logits(6, 50, 3);
  const at::Tensor positions = random_positions(6);
  logits.narrow(2, 10, 30).fill_(-infinity);
  for (const std::int64_t kept : {5, 20, 40, 50}) {
    const Drawn drawn = emulated(logits, positions, {kept}, 32);
    CHECK((drawn.tokens < 10).logical_or(drawn.tokens >= 40).all().item<bool>());
    check_draw(drawn, logits, positions, {kept});
    CHECK_FALSE(drawn.finite.any().item<bool>());
  }
  logits = random_logits(6, 50, 3);
  logits[0][2][7].fill_(std::numeric_limits<float>::quiet_NaN());
  logits[1][5].fill_(std::numeric_limits<float>::quiet_NaN());
  for (const std::int64_t kept : {5, 50}) {
    const Drawn drawn = emulated(logits, positions, {kept}, 32);
    CHECK((drawn.tokens >= 0).logical_and(drawn.tokens < 50).all().item<bool>());
    const at::Tensor odd = drawn.finite.eq(0);
    CHECK(odd.sum().item<std::int64_t>() == 2);
    CHECK(odd[0][2].item<bool>());
    CHECK(odd[1][5].item<bool>());
  }
}
