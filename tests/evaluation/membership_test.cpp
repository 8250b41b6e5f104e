#include "evaluation/membership.hpp"
#include "error.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <cstdint>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t tokens = 64, codebook = 40;

std::vector<std::int32_t> some_tokens(std::int32_t step) {
  std::vector<std::int32_t> all(tokens);
  for (std::size_t i = 0; i < all.size(); ++i)
    all[i] = static_cast<std::int32_t>(i) * step % static_cast<std::int32_t>(codebook);
  return all;
}

/// -log p of one position, of logits [V].
double surprise(const at::Tensor& logits, std::int64_t token) {
  const float* const value = logits.const_data_ptr<float>();
  double sum = 0;
  for (std::int64_t v = 0; v < codebook; ++v) sum += std::exp(static_cast<double>(value[v]));
  return std::log(sum) - static_cast<double>(value[token]);
}

}  // namespace

TEST_CASE("With every token masked, the scores are the mean surprise of all of them") {
  Session session(tiny_model());
  MembershipTest test(session, {{1}, 2, 5});
  const std::vector<std::int32_t> own = some_tokens(7);
  const MembershipScores scores = test.scores(own, "effusion");

  const at::Tensor masked = at::full({1, tokens}, codebook, at::kLong);
  const auto mean_surprise = [&](const Condition& condition) {
    const at::Tensor logits = session.logits(condition, masked, {}, /*all_masked=*/true);
    double sum = 0;
    for (std::int64_t i = 0; i < tokens; ++i)
      sum += surprise(logits[0][i].contiguous(), own[static_cast<std::size_t>(i)]);
    return sum / static_cast<double>(tokens);
  };
  const double with =
      mean_surprise(session.condition(session.encode_text({"effusion"}).normalized));
  const double without = mean_surprise(session.empty_condition(1));
  CHECK(scores.log_likelihood == Approx(-with).epsilon(1e-6));
  CHECK(scores.text_gain == Approx(without - with).margin(1e-5));
  CHECK(test.scores(own, " ").log_likelihood == Approx(-without).epsilon(1e-6));
  CHECK(test.scores(own, "").text_gain == 0);
}

TEST_CASE("Masks are the same for every image, and follow their seed") {
  Session session(tiny_model());
  const std::vector<std::int32_t> a = some_tokens(7), b = some_tokens(3);
  MembershipTest first(session, {}), again(session, {});
  const MembershipScores of_a = first.scores(a, "effusion");
  CHECK(first.scores(b, "effusion").log_likelihood != of_a.log_likelihood);
  CHECK(first.scores(a, "effusion").log_likelihood == of_a.log_likelihood);
  CHECK(again.scores(a, "effusion").text_gain == of_a.text_gain);
  MembershipTest other(session, {{0.25, 0.5, 0.75}, 4, 1});
  CHECK(other.scores(a, "effusion").log_likelihood != of_a.log_likelihood);
  // The mean of ratios of as many masks.
  double sum = 0;
  for (const double ratio : {0.25, 0.5, 0.75})
    sum += MembershipTest(session, {{ratio}, 4, 0}).scores(a, "effusion").log_likelihood;
  CHECK(of_a.log_likelihood == Approx(sum / 3).epsilon(1e-9));
}

TEST_CASE("What cannot be scored is refused") {
  Session session(tiny_model());
  CHECK_THROWS_WITH(MembershipTest(session, {{0.5, 0}, 4, 0}), Contains("mask ratio is 0"));
  CHECK_THROWS_WITH(MembershipTest(session, {{}, 4, 0}), Contains("no mask ratio"));
  CHECK_THROWS_WITH(MembershipTest(session, {{0.5}, 0, 0}), Contains("masks is 0"));
  MembershipTest test(session, {});
  CHECK_THROWS_WITH(test.scores(std::vector<std::int32_t>(63), "a"), Contains("63 tokens"));
  std::vector<std::int32_t> masked(tokens);
  masked[5] = codebook;
  CHECK_THROWS_WITH(test.scores(masked, "a"), Contains("token 5 is 40; 0 to 39"));
}
