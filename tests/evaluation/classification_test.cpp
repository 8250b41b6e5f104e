#include "evaluation/classification.hpp"
#include "error.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

using namespace raygen::engine;
using Catch::Contains;

namespace {

/// 120 images, 44 of them with the finding; scores are rounded, so that many tie.
struct Example {
  std::vector<double> scores, others, probabilities;
  std::vector<std::uint8_t> labels;

  Example() {
    for (int i = 0; i < 120; ++i) {
      labels.push_back(i * 37 % 11 < 4);
      scores.push_back(std::round((std::sin(2.1 * i) + 0.8 * labels.back()) * 10) / 10);
      others.push_back(std::round((std::cos(1.3 * i) + 0.5 * labels.back()) * 10) / 10);
      probabilities.push_back(1 / (1 + std::exp(-scores.back())));
    }
  }
  Scored scored() const { return {scores, labels}; }
  Scored probable() const { return {probabilities, labels}; }
};

}  // namespace

TEST_CASE("Metrics of one finding are scikit-learn's to 1e-12, ties included") {
  const Example example;
  CHECK(*auroc(example.scored()) == Approx(0.7464114832535885).epsilon(1e-12));
  CHECK(*average_precision(example.scored()) == Approx(0.7791606541606542).epsilon(1e-12));
  CHECK(f1_score(example.scored(), 0.5) == Approx(0.5436893203883495).epsilon(1e-12));
  CHECK(*brier_score(example.probable()) == Approx(0.2351173301878762).epsilon(1e-12));
  CHECK(*expected_calibration_error(example.probable()) ==
        Approx(0.37609098917944933).epsilon(1e-12));
  CHECK(*youden_threshold(example.scored()) == 1.0);
  CHECK(*best_f1_threshold(example.scored()) == 1.0);
  CHECK(f1_score(example.scored(), 1.0) == Approx(0.7058823529411765).epsilon(1e-12));
}

TEST_CASE("Precision, recall and the curves are scikit-learn's") {
  const Example example;
  CHECK(*precision_at(example.scored(), 0.5) == Approx(0.4745762711864407).epsilon(1e-12));
  CHECK(*recall_at(example.scored(), 0.5) == Approx(0.6363636363636364).epsilon(1e-12));
  CHECK(*precision_at(example.scored(), 1) == 1);
  CHECK(*recall_at(example.scored(), 1) == Approx(0.5454545454545454).epsilon(1e-12));
  const auto curve = roc_curve(example.scored(), 1000);
  REQUIRE(curve.size() == 20);
  CHECK(curve[0] == std::pair{0.0, 0.0});
  CHECK(curve[1].second == Approx(0.09090909090909091).epsilon(1e-12));
  CHECK(curve[5] == std::pair{0.0, 20 / 44.0});
  CHECK(curve[15].first == Approx(0.6842105263157895).epsilon(1e-12));
  CHECK(curve[15].second == Approx(0.6363636363636364).epsilon(1e-12));
  CHECK(curve.back() == std::pair{1.0, 1.0});
  CHECK(roc_curve(example.scored(), 4).size() < 10);
  CHECK(roc_curve(example.scored(), 4).back() == std::pair{1.0, 1.0});

  const auto points = reliability(example.probable(), 5);
  const std::vector<std::pair<double, double>> expected{{0.27564444670499527, 0},
                                                        {0.5192957279276692, 0.43243243243243246},
                                                        {0.6909320453765504, 0.3673469387755102},
                                                        {0.8171958047157311, 1}};
  REQUIRE(points.size() == expected.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    CHECK(points[i].first == Approx(expected[i].first).epsilon(1e-12));
    CHECK(points[i].second == Approx(expected[i].second).epsilon(1e-12));
  }
}

TEST_CASE("The true positive rate at a false positive rate is that of scikit-learn's curve") {
  const Example example;
  CHECK(*tpr_at_fpr(example.scored(), 0) == Approx(0.5454545454545454).epsilon(1e-12));
  CHECK(*tpr_at_fpr(example.scored(), 0.001) == *tpr_at_fpr(example.scored(), 0));
  CHECK(*tpr_at_fpr(example.scored(), 0.1) == Approx(0.5681818181818182).epsilon(1e-12));
  CHECK(*tpr_at_fpr(example.scored(), 0.3) == Approx(0.6363636363636364).epsilon(1e-12));
  CHECK(*tpr_at_fpr(example.scored(), 1) == 1);
  const std::vector<double> scores = {1, 2};
  const std::vector<std::uint8_t> negatives = {0, 0}, inverted = {1, 0};
  CHECK_FALSE(tpr_at_fpr({scores, negatives}, 0.1));
  CHECK(*tpr_at_fpr({scores, inverted}, 0.5) == 0);  // no threshold finds the positive alone
  CHECK_THROWS_WITH(tpr_at_fpr(example.scored(), 1.5), Contains("false positive rate is 1.5"));
}

TEST_CASE("Order alone counts for the AUROC; reversed scores give the rest to 1") {
  const Example example;
  std::vector<double> steeper, reversed;
  for (const double score : example.scores) {
    steeper.push_back(std::exp(3 * score));
    reversed.push_back(-score);
  }
  CHECK(*auroc({steeper, example.labels}) == *auroc(example.scored()));
  CHECK(*auroc({reversed, example.labels}) == Approx(1 - *auroc(example.scored())).epsilon(1e-12));
}

TEST_CASE("DeLong's errors are those of the structural components, of one score and of two") {
  const Example example;
  const AurocEstimate one = *delong(example.scored());
  CHECK(one.value == Approx(*auroc(example.scored())).epsilon(1e-12));
  CHECK(one.standard_error == Approx(0.05356405661133532).epsilon(1e-12));
  const AurocEstimate both = *delong_difference(example.scores, {example.others, example.labels});
  CHECK(both.value == Approx(0.04366028708133971).epsilon(1e-10));
  CHECK(both.standard_error == Approx(0.0742757689238033).epsilon(1e-12));
  const AurocEstimate same = *delong_difference(example.scores, example.scored());
  CHECK(same.value == 0);
  CHECK(same.standard_error == 0);
}

TEST_CASE("A metric that is undefined is nothing, not 0") {
  const std::vector<double> scores{0.1, 0.5, 0.9};
  const std::vector<std::uint8_t> ones{1, 1, 1}, zeros{0, 0, 0}, one{0, 1, 0};
  CHECK(!auroc({scores, ones}));
  CHECK(!auroc({scores, zeros}));
  CHECK(!average_precision({scores, zeros}));
  CHECK(*average_precision({scores, ones}) == 1);
  CHECK(!youden_threshold({scores, ones}));
  CHECK(!best_f1_threshold({scores, zeros}));
  CHECK(!delong({scores, one}));
  CHECK(!brier_score({}));
  CHECK(!expected_calibration_error({}));
  CHECK(f1_score({scores, zeros}, 2) == 0);
  CHECK(!precision_at({scores, ones}, 2));
  CHECK(!recall_at({scores, zeros}, 0));
  CHECK(roc_curve({scores, ones}).empty());
  CHECK(roc_curve({}).empty());
  CHECK(reliability({}).empty());
}

TEST_CASE("Scores and labels that mean nothing are refused") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> scores{0.1, 0.5}, broken{0.1, nan}, logits{-3.0, 0.5};
  const std::vector<std::uint8_t> labels{0, 1}, odd{0, 2}, few{1};
  CHECK_THROWS_WITH(auroc({scores, few}), Contains("2 scores have 1 labels"));
  CHECK_THROWS_WITH(auroc({broken, labels}), Contains("score 1 is NaN"));
  CHECK_THROWS_WITH(auroc({scores, odd}), Contains("label 1 is 2"));
  CHECK_THROWS_WITH(brier_score({logits, labels}), Contains("score 0 is -3"));
  CHECK_THROWS_WITH(expected_calibration_error({scores, labels}, 0), Contains("bins is 0"));
}
