// Gaps between groups: values of scikit-learn, planted gaps and absent ones, groups too small.

#include "evaluation/fairness.hpp"

#include "error.hpp"
#include "evaluation/classification.hpp"
#include "evaluation/fairness_json.hpp"
#include "evaluation/fairness_section.hpp"
#include "evaluation/report_check.hpp"

#include <nlohmann/json.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Contains;

namespace {

/// 400 images of 200 patients, by formulas that numpy has, too: scores of twenty steps, so that
/// many tie.
JudgedImages formula_images() {
  JudgedImages images;
  FindingScores finding{"Edema", {}, {}, 0.6}, healthy{"No Finding", {}, {}, 0.7};
  for (int i = 0; i < 400; ++i) {
    const int patient = i / 2;
    const bool label = i * 31 % 7 < 3, well = i * 17 % 5 < 2;
    const double raw = (i * 7919 % 1009) / 1009.0 + (patient % 2 == 0 ? 0.4 : 0.1) * label,
                 raw_healthy = (i * 6007 % 997) / 997.0 + 0.3 * well;
    finding.scores.push_back(std::floor(raw * 20) / 20);
    finding.labels.push_back(label);
    healthy.scores.push_back(std::floor(raw_healthy * 20) / 20);
    healthy.labels.push_back(well);
    images.patients.push_back("P" + std::to_string(patient));
  }
  images.findings = {finding};
  images.no_finding = healthy;
  return images;
}

Grouping formula_sexes() {
  Grouping sexes{"sex", {}};
  for (int i = 0; i < 400; ++i) sexes.groups.push_back(i / 2 % 2 == 0 ? "F" : "M");
  return sexes;
}

/// Normal scores, of positives by `shifts[group]` higher; the groups by turns.
struct Drawn {
  JudgedImages images;
  Grouping grouping{"group", {}};

  Drawn(int patients, const std::vector<double>& shifts, unsigned seed, int images_each = 1) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    FindingScores finding{"Edema", {}, {}, 0.5};
    for (int p = 0; p < patients; ++p) {
      const std::size_t group = static_cast<std::size_t>(p) % shifts.size();
      const bool label = random() % 2 == 0;
      const double score = normal(random) + (label ? shifts[group] : 0);
      for (int k = 0; k < images_each; ++k) {
        finding.scores.push_back(score);
        finding.labels.push_back(label);
        images.patients.push_back(std::to_string(p));
        grouping.groups.push_back(std::string(1, static_cast<char>('a' + group)));
      }
    }
    images.findings = {finding};
  }
  GroupFairness compared(const FairnessOptions& options = {}) const {
    return fairness(images, {grouping}, options).at(0);
  }
  Scored of_group(const std::string& name, std::vector<double>& scores,
                  std::vector<std::uint8_t>& labels) const {
    for (std::size_t i = 0; i < grouping.groups.size(); ++i) {
      if (grouping.groups[i] != name) continue;
      scores.push_back(images.findings[0].scores[i]);
      labels.push_back(images.findings[0].labels[i]);
    }
    return {scores, labels};
  }
};

void check_page(const ReportSection& section) {
  Report report;
  report.title = "test";
  report.sections = {section};
  check_report(report);
  CHECK_THAT(report_html(report), Contains("equally good for everyone"));
}

}  // namespace

TEST_CASE("AUROC, missed findings and underdiagnosis of groups are scikit-learn's, ties included") {
  // scikit-learn 1.9.1: roc_auc_score, and fp / (fp + tn) of
  // confusion_matrix(healthy, scores >= 0.7); numpy: 1 - mean(scores[positive] >= 0.6). The same
  // formulas.
  const GroupFairness found = fairness(formula_images(), {formula_sexes()}, {}).at(0);
  REQUIRE(found.groups.size() == 2);
  const GroupMeasures &women = found.groups[0], &men = found.groups[1];
  CHECK(women.name == "F");
  CHECK(women.images == 200);
  CHECK(women.patients == 100);
  CHECK(women.findings[0].positives == 86);
  CHECK(women.findings[0].auroc->value == Approx(0.8098225214198287).epsilon(1e-12));
  CHECK(men.findings[0].auroc->value == Approx(0.603172174622603).epsilon(1e-12));
  CHECK(women.findings[0].missed->value == Approx(0.2093023255813954).epsilon(1e-12));
  CHECK(men.findings[0].missed->value == Approx(0.4883720930232558).epsilon(1e-12));
  CHECK(women.underdiagnosis->value == Approx(1 / 3.0).epsilon(1e-12));
  CHECK(men.underdiagnosis->value == Approx(0.25).epsilon(1e-12));
  CHECK(women.mean_auroc->value == women.findings[0].auroc->value);
  CHECK(found.averaged == std::vector<std::string>{"Edema"});

  REQUIRE(found.gaps.mean_auroc);
  CHECK(found.gaps.mean_auroc->highest == "F");
  CHECK(found.gaps.mean_auroc->lowest == "M");
  CHECK(found.gaps.mean_auroc->value == Approx(0.8098225214198287 - 0.603172174622603));
  CHECK(found.gaps.mean_auroc->is_found());
  CHECK(found.gaps.missed[0]->highest == "M");
  CHECK(found.gaps.missed[0]->is_found());
  CHECK(found.gaps.underdiagnosis->highest == "F");
  CHECK(found.gaps.underdiagnosis->value == Approx(1 / 12.0));
  CHECK_FALSE(found.gaps.underdiagnosis->is_found());
  for (const auto& each : {women.findings[0].auroc, men.findings[0].missed, men.underdiagnosis}) {
    CHECK(each->low < each->value);
    CHECK(each->value < each->high);
    CHECK(each->draws == 1000);
  }
}

TEST_CASE("Groups' intervals are those of the bootstrap of all patients") {
  const JudgedImages images = formula_images();
  const Grouping sexes = formula_sexes();
  const FairnessOptions options{300, 7, 20, 5};
  const GroupFairness found = fairness(images, {sexes}, options).at(0);
  const auto of_women = [&](const std::vector<std::int64_t>& rows) {
    std::vector<double> scores;
    std::vector<std::uint8_t> labels;
    for (const std::int64_t row : rows) {
      const auto i = static_cast<std::size_t>(row);
      if (sexes.groups[i] != "F") continue;
      scores.push_back(images.findings[0].scores[i]);
      labels.push_back(images.findings[0].labels[i]);
    }
    return auroc({scores, labels});
  };
  const auto expected = bootstrap(images.patients, of_women, 300, 7);
  CHECK(found.groups[0].mean_auroc->low == Approx(expected->low).epsilon(1e-12));
  CHECK(found.groups[0].mean_auroc->high == Approx(expected->high).epsilon(1e-12));
}

TEST_CASE("The interval of a gap of two groups is that of DeLong's standard errors") {
  const Drawn drawn(1200, {0.8, 0.8}, 11);
  const GroupFairness found = drawn.compared();
  std::vector<double> scores[2];
  std::vector<std::uint8_t> labels[2];
  const double first = delong(drawn.of_group("a", scores[0], labels[0]))->standard_error,
               second = delong(drawn.of_group("b", scores[1], labels[1]))->standard_error;
  const auto& gap = *found.gaps.mean_auroc;
  CHECK((gap.interval->second - gap.interval->first) / 2 ==
        Approx(1.96 * std::hypot(first, second)).epsilon(0.08));
}

TEST_CASE("Of three groups the interval is as wide as Tukey's range test has it") {
  // SciPy: studentized_range.ppf(0.95, 3, inf) / sqrt(2) = 2.3437, in place of 1.96.
  const Drawn drawn(1800, {0.8, 0.8, 0.8}, 12);
  const GroupFairness found = drawn.compared();
  const auto& gap = *found.gaps.mean_auroc;
  double squares = 0;
  for (const std::string& name : {gap.highest, gap.lowest}) {
    std::vector<double> scores;
    std::vector<std::uint8_t> labels;
    squares += std::pow(delong(drawn.of_group(name, scores, labels))->standard_error, 2);
  }
  CHECK((gap.interval->second - gap.interval->first) / 2 ==
        Approx(2.3437 * std::sqrt(squares)).epsilon(0.08));
}

TEST_CASE("A planted gap is found, and where there is none hardly ever one is") {
  const FairnessOptions few{200, 1, 20, 5};
  int planted = 0, absent = 0, absent_of_four = 0;
  constexpr int tries = 60;
  for (unsigned seed = 0; seed < tries; ++seed) {
    planted += Drawn(400, {2.0, 0.8}, seed).compared(few).gaps.mean_auroc->is_found();
    absent += Drawn(400, {1.0, 1.0}, seed).compared(few).gaps.mean_auroc->is_found();
    absent_of_four +=
        Drawn(600, {1.0, 1.0, 1.0, 1.0}, seed).compared(few).gaps.mean_auroc->is_found();
  }
  CHECK(planted >= tries - 2);
  CHECK(absent <= 8);  // of 60 at 5 %, 8 or fewer in 99.5 % of cases
  CHECK(absent_of_four <= 8);
}

TEST_CASE("Images of one patient count together") {
  const GroupFairness once = Drawn(200, {1.5, 0.5}, 3).compared(),
                      four = Drawn(200, {1.5, 0.5}, 3, 4).compared();
  CHECK(four.groups[0].images == 4 * once.groups[0].images);
  CHECK(four.groups[0].patients == once.groups[0].patients);
  CHECK(four.groups[0].mean_auroc->low == Approx(once.groups[0].mean_auroc->low));
  CHECK(four.gaps.mean_auroc->interval->first == Approx(once.gaps.mean_auroc->interval->first));
}

TEST_CASE("Groups and findings with too few patients are left out, and it is said") {
  JudgedImages images = formula_images();
  FindingScores rare = images.findings[0];
  rare.name = "Fracture";
  Grouping groups{"view", {}};
  for (std::size_t i = 0; i < 400; ++i) {
    const bool first = i / 2 % 2 == 0;
    rare.labels[i] = first ? rare.labels[i] : 0;  // one class only in the second group
    groups.groups.emplace_back(i < 20 ? "LL" : i < 30 ? "" : first ? "AP" : "PA");
  }
  for (std::size_t i = 30; i < 60; ++i) images.findings[0].labels[i] = not_labelled;
  images.findings.push_back(rare);
  const GroupFairness found = fairness(images, {groups}, {}).at(0);
  REQUIRE(found.groups.size() == 3);
  CHECK(found.unknown == 10);
  const GroupMeasures &ap = found.groups[0], &ll = found.groups[1], &pa = found.groups[2];
  CHECK(ll.name == "LL");
  CHECK(ll.left_out == "10 patients; at least 20 were expected");
  CHECK_FALSE(ll.mean_auroc);
  CHECK_FALSE(ll.findings[0].auroc);
  CHECK_FALSE(ll.underdiagnosis);
  CHECK_THAT(pa.findings[1].left_out, Contains("0 patients with it"));
  CHECK_FALSE(pa.findings[1].auroc);
  CHECK(ap.findings[1].auroc);
  CHECK(ap.findings[0].positives + ap.findings[0].negatives + pa.findings[0].positives +
            pa.findings[0].negatives ==
        400 - 60);
  CHECK(found.averaged == std::vector<std::string>{"Edema"});  // what both have
  CHECK(ap.mean_auroc->value == ap.findings[0].auroc->value);
  CHECK(found.gaps.auroc[0]);
  CHECK_FALSE(found.gaps.auroc[1]);

  const GroupFairness strict = fairness(images, {groups}, {100, 0, 1000, 5}).at(0);
  CHECK_FALSE(strict.gaps.mean_auroc);
  check_page(fairness_section({{"real", "real images", {found}, {}, 400, 0},
                               {"strict", "real images, strictly", {strict}, {}, 400, 0}}));
}

TEST_CASE("A classifier that is right of all has a gap of 0 without an interval") {
  Drawn drawn(100, {1, 1}, 5);
  for (std::size_t i = 0; i < 100; ++i)
    drawn.images.findings[0].scores[i] = drawn.images.findings[0].labels[i];
  const GroupFairness found = drawn.compared();
  CHECK(found.gaps.mean_auroc->value == 0);
  CHECK(found.gaps.mean_auroc->highest != found.gaps.mean_auroc->lowest);
  CHECK_FALSE(found.gaps.mean_auroc->interval);
  CHECK_FALSE(found.gaps.mean_auroc->is_found());
}

TEST_CASE("Without a threshold nothing is said of missed findings") {
  Drawn drawn(100, {1, 1}, 5);
  drawn.images.findings[0].threshold.reset();
  drawn.images.no_finding = drawn.images.findings[0];
  const GroupFairness found = drawn.compared();
  CHECK(found.groups[0].mean_auroc);
  CHECK_FALSE(found.groups[0].mean_missed);
  CHECK_FALSE(found.groups[0].underdiagnosis);
  CHECK(found.groups[0].no_underdiagnosis == "no threshold is known");
  CHECK_FALSE(found.gaps.underdiagnosis);
}

TEST_CASE("What fairness cannot be computed of is an error") {
  const Drawn good(60, {1, 1}, 6);
  const auto message = [&](const std::function<void(Drawn&)>& change,
                           const FairnessOptions& options = {}) {
    Drawn drawn = good;
    change(drawn);
    try {
      drawn.compared(options);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(message([](Drawn&) {}) == "");
  CHECK_THAT(message([](Drawn& d) { d.images.findings[0].scores[3] = std::nan(""); }),
             Contains("Edema") && Contains("score 3 is NaN"));
  CHECK_THAT(message([](Drawn& d) { d.images.findings[0].labels[3] = 2; }),
             Contains("label 3 is 2"));
  CHECK_THAT(message([](Drawn& d) { d.images.findings[0].labels.pop_back(); }),
             Contains("60 scores and 59 labels of 60 images"));
  CHECK_THAT(message([](Drawn& d) { d.grouping.groups.pop_back(); }), Contains("59 groups"));
  CHECK_THAT(message([](Drawn& d) { d.images.findings.push_back(d.images.findings[0]); }),
             Contains("twice"));
  CHECK_THAT(message([](Drawn& d) { d = Drawn(0, {1}, 1); }), Contains("no images"));
  CHECK_THAT(message([](Drawn&) {}, {99, 0, 20, 5}), Contains("draws is 99"));
  CHECK_THAT(message([](Drawn&) {}, {100, 0, 0, 5}), Contains("least_patients is 0"));
}

TEST_CASE("The page says which groups differ, and of whom nothing is known") {
  const GroupFairness found = fairness(formula_images(), {formula_sexes()}, {}).at(0);
  const ReportSection section = fairness_section(
      {{"real", "real images", {found}, {}, 400, 0},
       {"synthetic", "synthetic images", {}, "Neither sex nor age nor view is known.", 0, 10}});
  check_page(section);
  REQUIRE(section.measures.size() == 3);
  const Measure& gap = section.measures[0];
  CHECK(gap.key == "auroc_gap_sex_real");
  CHECK(gap.value == Approx(0.2066503));
  CHECK(gap.verdict == Verdict::none);
  CHECK_THAT(gap.sentence, Contains("F reaches 0.810 and M 0.603") && Contains("groups differ"));
  CHECK_THAT(
      section.measures[1].sentence,
      Contains("33.3 % are called healthy in F, and 25.0 % in M") && Contains("do not show"));
  CHECK(section.measures[2].verdict == Verdict::undefined);
  CHECK_THAT(section.measures[2].sentence, Contains("Neither sex"));
  REQUIRE(section.figures.size() == 3);
  CHECK(section.figures[0].bars->zero == 0);
  CHECK(section.figures[0].bars->rows.size() == 1);
  REQUIRE(section.tables.size() == 2);
  CHECK(section.tables[0].rows.size() == 2);
  CHECK(section.tables[1].columns.size() == 7);
}

TEST_CASE("Rows for a table have groups, gaps and reasons") {
  JudgedImages images = formula_images();
  images.patients[0] = "lonely";
  Grouping grouping = formula_sexes();
  grouping.groups[0] = "X";
  const auto rows =
      nlohmann::json::parse(fairness_json(fairness(images, {grouping}, {100, 0, 20, 5}).at(0)));
  const auto row = [&](const char* measure, const nlohmann::json& finding, const char* group,
                       const nlohmann::json& minus) {
    for (const auto& each : rows)
      if (each["measure"] == measure && each["finding"] == finding && each["group"] == group &&
          each["minus"] == minus)
        return each;
    FAIL("no such row");
    return nlohmann::json();
  };
  CHECK(row("auroc", "Edema", "M", nullptr)["value"] == Approx(0.603172174622603));
  CHECK(row("auroc", nullptr, "X", nullptr)["left_out"] == "1 patients; at least 20 were expected");
  CHECK(row("auroc", nullptr, "X", nullptr)["value"].is_null());
  CHECK(row("underdiagnosis", nullptr, "X", nullptr)["value"].is_null());
  CHECK(row("missed", "Edema", "M", "F")["low"] > 0);
  CHECK(row("auroc", nullptr, "F", "M")["images"].is_null());
}
