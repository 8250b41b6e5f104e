// Made-up logits, whose measures are those of classification.hpp (which are scikit-learn's).

#include "evaluation/classifier_section.hpp"

#include "evaluation/classification.hpp"
#include "evaluation/report_check.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

const AdherenceOptions kFewDraws{100, 1};

/// Edema is told well, consolidation is never there.
AskedSet some_set(double moved) {
  AskedSet set;
  std::vector<double> logits;
  for (int i = 0; i < 40; ++i) {
    ReportLabels labels;
    const bool there = i % 3 == 0;
    labels.labels[static_cast<std::size_t>(Observation::edema)].state =
        there        ? Mentioned::positive
        : i % 3 == 1 ? Mentioned::negative
                     : Mentioned::not_mentioned;
    set.asked.push_back(labels);
    set.groups.push_back(std::to_string(i / 2));
    logits.push_back(2 * std::sin(1.7 * i) + (there ? 1.5 : -0.5) + moved);
    logits.push_back(0);
  }
  const at::Tensor all = at::tensor(logits, at::kDouble).view({-1, 2});
  set.judged = {all, all, all};
  return set;
}

std::vector<JudgedFinding> two_findings(std::optional<double> threshold) {
  return {{"Edema", Observation::edema, 0, threshold},
          {"Consolidation", Observation::consolidation, 1, 0.0}};
}

}  // namespace

TEST_CASE("Each finding has its row of measures, of real and of synthetic images") {
  const AskedSet synthetic = some_set(0.5), real = some_set(0);
  const std::vector<JudgedFinding> findings = two_findings(0.3);
  const ReportSection section = classifier_section(synthetic, real, findings, kFewDraws);
  Report report;
  report.sections.push_back(section);
  check_report(report);
  REQUIRE(section.tables.size() == 2);
  for (const auto& [table, set] :
       {std::pair{section.tables[0], &real}, std::pair{section.tables[1], &synthetic}}) {
    REQUIRE(table.rows.size() == 1);
    const std::vector<TableCell>& row = table.rows[0];
    REQUIRE(row.size() == table.columns.size());
    const FindingRows rows = rows_of_finding(*set, findings[0]);
    const std::vector<std::uint8_t> labels = asked_of(rows);
    std::vector<double> probabilities;
    for (const double logit : rows.logits) probabilities.push_back(1 / (1 + std::exp(-logit)));
    const Scored data{rows.logits, labels};
    CHECK(row[0].text == "Edema");
    CHECK(row[1].number == 40);
    CHECK(row[2].number == 14);
    CHECK(row[3].number == auroc(data));
    CHECK(row[3].interval);
    CHECK(row[4].number == average_precision(data));
    CHECK(row[5].number == f1_score(data, 0.3));
    CHECK(row[6].number == precision_at(data, 0.3));
    CHECK(row[7].number == recall_at(data, 0.3));
    CHECK(row[8].number.value() ==
          Approx(*expected_calibration_error({probabilities, labels})).epsilon(1e-12));
    CHECK(row[9].number.value() == Approx(*brier_score({probabilities, labels})).epsilon(1e-12));
    CHECK_THAT(table.note, Contains("or have it not: Consolidation."));
  }
  CHECK(section.measures[0].value.value() == section.tables[0].rows[0][3].number.value());
  CHECK(section.measures[0].real_count == 40);
  REQUIRE(section.figures.size() == 3);
  CHECK_THAT(section.figures[0].curves->curves.at(0).name, Contains("Edema (AUC = 0."));
  CHECK(section.figures[2].key == "reliability");
  CHECK(section.figures[2].curves->curves.size() == 2);
}

TEST_CASE("Without a threshold from validation there is no F1, and the note says so") {
  const ReportSection section =
      classifier_section(some_set(0), some_set(0), two_findings({}), kFewDraws);
  const std::vector<TableCell>& row = section.tables.at(0).rows.at(0);
  CHECK(row[3].number);
  for (const std::size_t i : {5, 6, 7}) CHECK_FALSE(row[i].number);
  CHECK_THAT(section.tables[0].note, Contains("a threshold from validation") && Contains("Edema"));
}

TEST_CASE("Of sets where no finding is told, nothing is drawn and the reason is given") {
  const ReportSection section =
      classifier_section({}, some_set(0), {two_findings(0.0)[1]}, kFewDraws);
  Report report;
  report.sections.push_back(section);
  check_report(report);
  CHECK(section.tables.empty());
  CHECK(section.figures.empty());
  for (const Measure& measure : section.measures) {
    CHECK(measure.verdict == Verdict::undefined);
    CHECK_THAT(measure.sentence, Contains("as many have not"));
  }
}
