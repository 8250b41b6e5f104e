#include "labeller/labeller.hpp"
#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace raygen::engine;

namespace {

Observation observation_of(Finding finding) {
  const std::string_view name = kFindingNames[static_cast<std::size_t>(finding)];
  for (std::size_t i = 0; i < kObservations; ++i)
    if (kObservationNames[i] == name) return static_cast<Observation>(i);
  FAIL("no observation is called " << name);
  return Observation::no_finding;
}

bool says(const std::string& text, std::string_view word) { return text.find(word) != text.npos; }

/// What a report of this finding says beside it: pneumonia is seen as opacities, edema as haziness.
std::set<Observation> also_said(Finding finding) {
  if (finding == Finding::pneumonia || finding == Finding::edema)
    return {Observation::lung_opacity};
  return {};
}

}  // namespace

TEST_CASE("Reports of phantoms: the findings, sides and severities are those that were drawn") {
  const Labeller labeller = Labeller::chexpert();
  int positive = 0, uncertain = 0, graded = 0, denied = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const Phantom phantom = describe_phantom(11, i);
    const ReportLabels labels = labeller.label(phantom.report);
    CAPTURE(i, phantom.report);
    std::set<Observation> present, said;
    for (const PhantomFinding& finding : phantom.findings) {
      const Observation observation = observation_of(finding.finding);
      present.insert(observation);
      for (const Observation also : also_said(finding.finding)) said.insert(also);
    }
    for (const PhantomFinding& finding : phantom.findings) {
      const Observation observation = observation_of(finding.finding);
      CAPTURE(kObservationNames[static_cast<std::size_t>(observation)]);
      const ObservationLabel& label = labels[observation];
      CHECK(label.state >= Mentioned::uncertain);
      ++(label.state == Mentioned::positive ? positive : uncertain);
      // "Patchy opacities" of a pneumonia add their side to that of a drawn opacity.
      if (said.count(observation) != 0) continue;
      if (finding.finding != Finding::cardiomegaly && finding.finding != Finding::edema)
        CHECK(static_cast<int>(label.side) == static_cast<int>(finding.side));
      if (label.severity != MentionedSeverity::not_said) {
        CHECK(static_cast<int>(label.severity) == static_cast<int>(finding.severity) + 1);
        ++graded;
      }
    }
    for (std::size_t o = 0; o < kObservations; ++o) {
      const auto observation = static_cast<Observation>(o);
      if (present.count(observation) != 0 || said.count(observation) != 0) continue;
      CAPTURE(kObservationNames[o]);
      if (observation == Observation::no_finding) {
        CHECK((labels[observation].state == Mentioned::positive) == phantom.findings.empty());
      } else {
        CHECK(labels[observation].state <= Mentioned::negative);
        denied += labels[observation].state == Mentioned::negative;
      }
    }
    if (says(phantom.report, "No pleural effusion or pneumothorax"))
      CHECK(labels[Observation::pneumothorax].state == Mentioned::negative);
  }
  CHECK(positive > 2500);
  CHECK(uncertain > 100);
  CHECK(graded > 2500);
  CHECK(denied > 1500);
}
