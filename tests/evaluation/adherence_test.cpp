// Made-up logits and labels, whose measures are counted by hand.

#include "evaluation/adherence.hpp"

#include "evaluation/report_check.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

const AdherenceOptions kFewDraws{100, 1, nullptr, "a classifier"};

struct AskedImage {
  ObservationLabel label;  // of the pleural effusion
  double whole = 0, left = 0, right = 0;
};

const ObservationLabel asked{Mentioned::positive}, denied{Mentioned::negative},
    open{Mentioned::uncertain}, unsaid{};

/// All logits of `classes` classes are those of the effusion.
AskedSet set_of(const std::vector<AskedImage>& images, std::int64_t classes = 1) {
  AskedSet set;
  std::vector<double> numbers;
  for (const AskedImage& each : images) {
    ReportLabels labels;
    labels.labels[static_cast<std::size_t>(Observation::pleural_effusion)] = each.label;
    set.asked.push_back(labels);
    set.groups.push_back(std::to_string(set.groups.size()));
    for (const double value : {each.whole, each.left, each.right}) numbers.push_back(value);
  }
  const at::Tensor all = at::tensor(numbers, at::kDouble).view({-1, 3, 1}).repeat({1, 1, classes});
  set.judged = {all.select(1, 0), all.select(1, 1), all.select(1, 2)};
  return set;
}

AskedSet some_images() {
  return set_of(
      {{{Mentioned::positive, MentionedSide::left, MentionedSeverity::mild}, 1, 1, 0},
       {{Mentioned::positive, MentionedSide::right, MentionedSeverity::severe}, 2, 3, 1},
       {{Mentioned::positive, MentionedSide::both, MentionedSeverity::moderate}, -1, 0, 0},
       {denied, -2, 0, 0},
       {denied, 0.5, 0, 0},
       {unsaid, 0, 0, 0},
       {open, 9, 9, 0}});
}

/// As many images as say something.
AskedSet often(const AskedSet& set, std::int64_t times = 40) {
  AskedSet all;
  for (std::int64_t k = 0; k < times; ++k)
    for (const ReportLabels& each : set.asked) {
      all.asked.push_back(each);
      all.groups.push_back(std::to_string(all.groups.size()));
    }
  all.judged = {set.judged.whole.repeat({times, 1}), set.judged.left.repeat({times, 1}),
                set.judged.right.repeat({times, 1})};
  return all;
}

const Measure& measure(const ReportSection& section, const std::string& key) {
  for (const Measure& each : section.measures)
    if (each.key == key) return each;
  FAIL("no measure " << key);
  return section.measures.front();
}

void check_whole(const ReportSection& section) {
  Report report;
  report.title = "test";
  report.sections = {section};
  check_report(report);
}

}  // namespace

TEST_CASE("What is asked for and what is seen are counted, uncertain prompts left out") {
  const AskedSet none = set_of({});
  const ReportSection section =
      adherence_section(often(some_images(), 5), none, none, {{"Effusion", 0.0}}, kFewDraws);
  check_whole(section);
  REQUIRE(section.tables.size() == 1);
  REQUIRE(section.tables[0].rows.size() == 1);
  const std::vector<TableCell>& row = section.tables[0].rows[0];
  CHECK(row[0].text == "Pleural Effusion (Effusion)");
  CHECK(row[1].number == 15);
  CHECK(row[2].number.value() == Approx(7.0 / 9));  // 1 and 2 above all of three, -1 above one
  CHECK(row[2].interval->first <= 7.0 / 9);
  CHECK(row[2].interval->second >= 7.0 / 9);
  CHECK(row[4].number.value() == Approx(2.0 / 3));
  CHECK(row[6].number.value() == Approx(0.5));
  CHECK(row[8].number.value() == Approx(0.5));  // both sides are no side
  CHECK(row[10].number.value() == 1);           // severe 2 above mild 1
  for (const std::size_t real : {3, 5, 7, 9, 11}) {
    CHECK_FALSE(row[real].number);
    CHECK(row[real].text.empty());
  }
  CHECK(measure(section, "adherence_auroc").value.value() == Approx(7.0 / 9));
  CHECK(measure(section, "asked_and_seen").value.value() == Approx(2.0 / 3));
  CHECK(measure(section, "denied_and_absent").value.value() == Approx(0.5));
  CHECK(measure(section, "right_side").value.value() == Approx(0.5));
  for (const Measure& each : section.measures) {
    CHECK(each.verdict == Verdict::none);
    CHECK(each.synthetic_count == 35);
    CHECK(each.features == "a classifier");
    REQUIRE(each.interval);
    CHECK(each.interval->first < *each.value);
    CHECK(each.interval->second > *each.value);
  }
}

TEST_CASE("An AUROC of few images with a finding is no number, and few images have no verdict") {
  const AskedSet none = set_of({});
  const std::vector<JudgedClass> classes = {{"Effusion", 0.0}};
  AskedSet few = often(set_of({{denied, -1}, {unsaid, -2}}), 20);
  for (int i = 0; i < 4; ++i)
    few.asked[static_cast<std::size_t>(i)]
        .labels[static_cast<std::size_t>(Observation::pleural_effusion)] = asked;
  const auto section = [&](const AskedSet& made) {
    return adherence_section(made, made, none, classes, kFewDraws);
  };
  CHECK(measure(section(few), "adherence_auroc").verdict == Verdict::undefined);
  few.asked[4].labels[static_cast<std::size_t>(Observation::pleural_effusion)] = asked;
  CHECK(measure(section(few), "adherence_auroc").value);
  const AskedSet ten = often(set_of({{asked, 1}, {denied, -1}}), 5);
  const ReportSection of_ten = section(ten);
  CHECK(measure(of_ten, "adherence_auroc").value.value() == 1);
  CHECK(measure(of_ten, "adherence_auroc").verdict == Verdict::none);
  CHECK_THAT(measure(of_ten, "adherence_auroc").sentence, Contains("A verdict needs 20 images"));
}

TEST_CASE("A class without a threshold gets one from the calibration images") {
  const AskedSet none = set_of({}),
                 calibration = set_of({{asked, 1.5}, {asked, 4}, {denied, 0.9}, {unsaid, -3}});
  const ReportSection section =
      adherence_section(some_images(), none, calibration, {{"Pleural_Effusion", {}}}, kFewDraws);
  CHECK(section.tables[0].rows[0][0].text == "Pleural Effusion");
  CHECK(measure(section, "asked_and_seen").value.value() == Approx(1.0 / 3));  // 2, not 1
  CHECK(measure(section, "denied_and_absent").value.value() == 1);
  const ReportSection without =
      adherence_section(often(some_images()), none, none, {{"Effusion", {}}}, kFewDraws);
  check_whole(without);
  CHECK(measure(without, "asked_and_seen").verdict == Verdict::undefined);
  CHECK_THAT(measure(without, "asked_and_seen").sentence, Contains("no threshold is known"));
  CHECK(measure(without, "adherence_auroc").value);
}

TEST_CASE("Real images and their reports are the ceiling") {
  const std::vector<JudgedClass> classes = {{"Effusion", 0.0}};
  const AskedSet right = set_of({{asked, 3}, {asked, 2}, {denied, -1}, {denied, -2}}),
                 wrong = set_of({{asked, -3}, {asked, -2}, {denied, 1}, {denied, 2}}),
                 none = set_of({});
  const auto verdict = [&](const AskedSet& made, const AskedSet& real) {
    return measure(adherence_section(made, real, none, classes, kFewDraws), "adherence_auroc")
        .verdict;
  };
  CHECK(verdict(often(right), often(right)) == Verdict::good);
  CHECK(verdict(often(some_images()), often(right)) == Verdict::weak);     // .78
  CHECK(verdict(often(some_images(), 3), often(right)) == Verdict::good);  // that may be chance
  CHECK(verdict(often(wrong), often(right)) == Verdict::bad);
  CHECK(verdict(often(wrong), often(wrong)) == Verdict::good);  // as good as can be expected
  CHECK(verdict(often(right), none) == Verdict::none);

  // An edema that no real report mentions does not count against the synthetic images.
  AskedSet both = set_of({{asked, 3}, {asked, 2}, {denied, -1}, {denied, -2}}, 2);
  for (const std::size_t i : {2, 3})
    both.asked[i].labels[static_cast<std::size_t>(Observation::edema)] = asked;
  const ReportSection section =
      adherence_section(often(both), often(set_of({{asked, 3}, {denied, -1}}, 2)), none,
                        {{"Effusion", 0.0}, {"Edema", 0.0}}, kFewDraws);
  const Measure& mean = measure(section, "adherence_auroc");
  CHECK(mean.value.value() == 0.5);  // of 1 and 0
  CHECK(mean.verdict == Verdict::good);
  CHECK_THAT(mean.sentence, Contains("have, too (1), these reach 1.000"));
  CHECK(section.tables[0].rows[0][0].text == "Edema");  // by name
}

TEST_CASE(
    "Where nothing is asked for or nothing is known, there is a reason in place of a number") {
  const AskedSet silent = set_of({{unsaid, 1}, {unsaid, 2}}), none = set_of({});
  const ReportSection section =
      adherence_section(silent, none, none, {{"Effusion", 0.0}}, kFewDraws);
  check_whole(section);
  CHECK(section.tables[0].rows[0][1].number == 0);
  for (const Measure& each : section.measures) {
    CHECK_FALSE(each.value);
    CHECK(each.verdict == Verdict::undefined);
    CHECK_THAT(each.sentence, Contains("No finding of the prompts allows it"));
  }
  const ReportSection strange = adherence_section(
      some_images(), none, none, {{"Cat", 0.0}, {"", 0.0}, {"No Finding", 0.0}}, kFewDraws);
  check_whole(strange);
  CHECK(strange.tables[0].rows.empty());
  for (const Measure& each : strange.measures)
    CHECK_THAT(each.sentence, Contains("knows none of the findings"));
}

TEST_CASE("Classes have observations by their usual names") {
  CHECK(observation_of("Pleural_Effusion") == Observation::pleural_effusion);
  CHECK(observation_of("Effusion") == Observation::pleural_effusion);
  CHECK(observation_of("lung opacity") == Observation::lung_opacity);
  CHECK(observation_of("Mass") == Observation::lung_lesion);
  CHECK(observation_of("Nodule") == Observation::lung_lesion);
  CHECK(observation_of("Pleural_Thickening") == Observation::pleural_other);
  CHECK_FALSE(observation_of("Hernia"));
  CHECK_FALSE(observation_of(""));
}
