#include "experiment/comparison.hpp"

#include "error.hpp"
#include "evaluation/classification.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;

namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

/// `images` images of two a patient; class 0 is there in every third.
TestTruth truth_of(std::int64_t images) {
  TestTruth truth{at::zeros({images, 1}), {}};
  for (std::int64_t i = 0; i < images; ++i) {
    truth.targets[i][0] = i % 3 == 0 ? 1.0F : 0.0F;
    truth.groups.push_back(std::to_string(i / 2));
  }
  return truth;
}

/// Scores that tell the class by `strength` deviations.
at::Tensor logits_of(const TestTruth& truth, double strength, std::uint64_t seed) {
  at::manual_seed(seed);
  return at::randn(truth.targets.sizes()) + strength * truth.targets;
}

}  // namespace

TEST_CASE("Student's quantiles are those of SciPy's stats.t.ppf(0.975, n)") {
  CHECK(student_quantile(1) == Approx(12.706204736174694).epsilon(1e-12));
  CHECK(student_quantile(2) == Approx(4.302652729749462).epsilon(1e-12));
  CHECK(student_quantile(4) == Approx(2.7764451051977934).epsilon(1e-12));
  CHECK(student_quantile(9) == Approx(2.2621571627982053).epsilon(1e-12));
  CHECK(student_quantile(100) == Approx(1.983971518523552).epsilon(1e-12));
  CHECK_THROWS_AS(student_quantile(0), Error);
}

TEST_CASE("A mean of runs has Student's interval, which a single run has not") {
  // statistics: mean .7, deviation .0158113883, half-width .0196324316
  const RunsMean mean = mean_of_runs({0.70, 0.72, 0.68, 0.71, 0.69});
  CHECK(mean.mean == Approx(0.7));
  CHECK(mean.deviation == Approx(0.015811388300841896));
  REQUIRE(mean.interval);
  CHECK(mean.interval->second - mean.mean == Approx(0.019632431614775157));
  CHECK_FALSE(mean_of_runs({0.7}).interval);
}

TEST_CASE("A run's AUROC is that of its known images, and the mean that of its defined classes") {
  const std::vector<float> targets = {1, 0, 1, 0, 0, kUnknown, 1, 0, 0, 0, 0, 0};
  const std::vector<float> scores = {0.9F, 0.1F, 0.5F, 0.2F, 0.2F, 0.9F,
                                     0.1F, 0.3F, 0.5F, 0.3F, 0.4F, 0.1F};
  const auto times = [&](std::int64_t n) {  // each image n times
    std::vector<std::string> groups;
    for (std::int64_t i = 0; i < 4 * n; ++i) groups.push_back(std::to_string(i));
    return std::pair{at::tensor(scores).view({4, 3}).repeat({n, 1}),
                     TestTruth{at::tensor(targets).view({4, 3}).repeat({n, 1}), groups}};
  };
  const auto [logits, truth] = times(5);
  const RunScore score = score_run(logits, truth);
  CHECK(score.classes[0] == 0.5);   // of four pairs two are right
  CHECK_FALSE(score.classes[1]);    // nobody has it
  CHECK(score.classes[2] == 0.75);  // the unknown image is left out; a tie counts half
  CHECK(score.mean == (0.5 + 0.75) / 2);
  CHECK_THROWS_AS(score_run(logits.narrow(1, 0, 2), truth), Error);
  const auto [fewer, of_fewer] = times(4);  // eight with the first class, four with the last
  CHECK(score_run(fewer, of_fewer).classes[0] == 0.5);
  CHECK_FALSE(score_run(fewer, of_fewer).classes[2]);
  CHECK(score_run(fewer, of_fewer).mean == 0.5);
}

TEST_CASE("AUROC of all images is that of classification.hpp, ties and all") {
  const TestTruth truth = truth_of(200);
  const at::Tensor logits = (logits_of(truth, 1, 3) * 4).round();
  std::vector<double> scores;
  std::vector<std::uint8_t> labels;
  for (std::int64_t i = 0; i < 200; ++i) {
    scores.push_back(logits[i][0].item<double>());
    labels.push_back(truth.targets[i][0].item<float>() > 0);
  }
  CHECK(*score_run(logits, truth).classes[0] == Approx(*auroc({scores, labels})).epsilon(1e-13));
}

TEST_CASE("A planted gain is found in both intervals, and none where there is none") {
  const TestTruth truth = truth_of(600);
  std::vector<at::Tensor> weak, weak_too, strong;
  for (std::uint64_t run = 0; run < 5; ++run) {
    weak.push_back(logits_of(truth, 0.8, 2 * run));
    weak_too.push_back(logits_of(truth, 0.8, 100 + run));
    strong.push_back(logits_of(truth, 1.6, 2 * run + 1));
  }
  const Gain planted = *gain(strong, weak, truth, std::nullopt, 400, 1);
  CHECK(planted.patients.value == Approx(planted.runs.mean));
  CHECK(planted.patients.value > 0.1);
  CHECK(planted.is_clear());
  CHECK(planted.patients.low < planted.patients.value);
  CHECK(planted.patients.value < planted.patients.high);

  const Gain lost = *gain(weak, strong, truth, std::nullopt, 400, 1);
  CHECK(lost.patients.value == Approx(-planted.patients.value));
  CHECK(lost.is_clear());

  CHECK_FALSE(gain(weak_too, weak, truth, std::nullopt, 400, 1)->is_clear());
  const Gain none = *gain(weak, weak, truth, 0, 400, 1);
  CHECK(none.patients.value == 0);
  CHECK(none.patients.low == 0);
  CHECK_FALSE(none.is_clear());
}

TEST_CASE("One run of each arm is never a clear gain, whatever it is") {
  const TestTruth truth = truth_of(600);
  const Gain one =
      *gain({logits_of(truth, 3, 1)}, {logits_of(truth, 0, 2)}, truth, std::nullopt, 200, 1);
  CHECK(one.patients.low > 0.2);
  CHECK_FALSE(one.is_clear());
}

TEST_CASE("Runs are paired, and classes that nobody has give no gain") {
  const TestTruth truth = truth_of(60);
  const at::Tensor logits = logits_of(truth, 1, 1);
  CHECK_THROWS_AS(gain({logits, logits}, {logits}, truth, std::nullopt, 100, 1), Error);
  CHECK_THROWS_AS(gain({}, {}, truth, std::nullopt, 100, 1), Error);
  const TestTruth healthy{at::zeros({60, 1}), truth.groups};
  CHECK_FALSE(gain({logits}, {logits}, healthy, std::nullopt, 100, 1));
}

TEST_CASE("Runs needed are 15.7 s² / Δ²") {
  CHECK(runs_needed(0.01, 0.01) == 16);
  CHECK(runs_needed(0.01, 0.02) == 4);
  CHECK(runs_needed(0.01, -0.03) == 2);
  CHECK_FALSE(runs_needed(0.01, 0));
  CHECK_FALSE(runs_needed(0, 0.01));
}
