#include "experiment/arms_section.hpp"

#include "evaluation/report_check.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t kImages = 400;

TestTruth truth_of_two_classes() {
  TestTruth truth{at::zeros({kImages, 3}), {}};
  for (std::int64_t i = 0; i < kImages; ++i) {
    truth.targets[i][0] = i % 3 == 0 ? 1.0F : 0.0F;
    truth.targets[i][1] = i % 5 == 0 ? 1.0F : 0.0F;  // nobody has the third
    truth.groups.push_back(std::to_string(i));
  }
  return truth;
}

ArmRuns runs_of(const char* name, const TestTruth& truth, double strength, std::uint64_t seed) {
  ArmRuns arm{arms_of(name).front(), 100, 0, {}, {}};
  arm.synthetic_images = arm.arm.synthetic_images(100);
  for (std::uint64_t run = 0; run < 5; ++run) {
    at::manual_seed(seed + run);
    arm.logits.push_back(at::randn({kImages, 3}) + strength * truth.targets);
  }
  return arm;
}

const Measure& measure(const ReportSection& section, const std::string& key) {
  const auto found = std::find_if(section.measures.begin(), section.measures.end(),
                                  [&](const Measure& each) { return each.key == key; });
  REQUIRE(found != section.measures.end());
  return *found;
}

}  // namespace

TEST_CASE("Arms that are better, worse and alike are told apart, and the page can be written") {
  const TestTruth truth = truth_of_two_classes();
  const std::vector<ArmRuns> arms = {runs_of("real", truth, 1, 0), runs_of("mix:0.5", truth, 2, 10),
                                     runs_of("mix:1", truth, 1, 20),
                                     runs_of("pretrain", truth, 0.2, 30),
                                     runs_of("synthetic", truth, 0.8, 40)};
  const ReportSection section =
      arms_section(arms, truth, {{"Edema", "Effusion", "Fracture"}, 50, 200, 7});
  CHECK(measure(section, "gain_mix_0.5").verdict == Verdict::good);
  CHECK(measure(section, "gain_mix_1").verdict == Verdict::none);
  CHECK(measure(section, "gain_mix_1").sentence.find("four of five experiments") !=
        std::string::npos);
  CHECK(measure(section, "gain_pretrain_1").verdict == Verdict::bad);
  const Measure& share = measure(section, "share_synthetic_1");
  CHECK(share.verdict == Verdict::good);
  CHECK(*share.value == Approx(*measure(section, "auroc_synthetic_1").value /
                               *measure(section, "auroc_real").value));
  CHECK(measure(section, "gain_synthetic_1").verdict == Verdict::none);

  REQUIRE(section.tables.size() == 3);
  CHECK(section.tables[1].columns.size() == 3);  // the class that nobody has is left out …
  CHECK_THAT(section.tables[1].note, Contains("Fracture"));  // … and said
  CHECK(section.tables[2].rows.size() == 25);
  CHECK(*section.tables[2].rows[1][1].number == 8);  // its seed

  Report report;
  report.title = "test";
  conclude_arms(report, section, arms);
  CHECK(report.verdict == Verdict::good);
  CHECK_THAT(report.conclusion, Contains("Clearly better than real: real + 50 %") &&
                                    Contains("Clearly worse than real") &&
                                    Contains("Not to be told from real: real + 100 %"));
  report.sections.push_back(section);
  CHECK_NOTHROW(check_report(report));
}

TEST_CASE("Where no finding can be tested, there is no number and the reason is said") {
  const TestTruth truth{at::zeros({kImages, 3}), truth_of_two_classes().groups};
  const std::vector<ArmRuns> arms = {runs_of("real", truth, 1, 0),
                                     runs_of("synthetic", truth, 1, 9)};
  Report report;
  report.title = "test";
  report.sections = {arms_section(arms, truth, {{"a", "b", "c"}, 50, 200, 0})};
  for (const Measure& each : report.sections[0].measures) {
    CHECK_FALSE(each.value);
    CHECK(each.verdict == Verdict::undefined);
  }
  CHECK_NOTHROW(check_report(report));
}
