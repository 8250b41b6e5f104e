#include "evaluation/finding_rows.hpp"

#include "csv/table_text.hpp"
#include "evaluation/classification.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <utility>

namespace raygen::engine {

namespace {

using Observations = std::array<bool, kObservations>;

/// "Mass", "Nodule" and "Pleural Thickening" are of an observation that has other kinds, too.
bool is_narrower(const std::string& class_name) {
  const std::string plain = plain_name(class_name);
  return plain == "mass" || plain == "nodule" || plain == "pleuralthickening";
}

Observations observations_of(const std::vector<std::string>& findings) {
  Observations there{};
  for (const std::string& finding : findings)
    if (const std::optional<Observation> observation = observation_of(finding))
      there[static_cast<std::size_t>(*observation)] = true;
  return there;
}

/// Those that a dataset labels themselves; one that labels nodules knows nothing of other lesions.
Observations known_observations(const std::vector<std::string>& labels) {
  Observations known{};
  for (const std::string& label : labels)
    if (const std::optional<Observation> observation = observation_of(label);
        observation && !is_narrower(label))
      known[static_cast<std::size_t>(*observation)] = true;
  return known;
}

/// What the labels know they tell: side and severity are the text's where it says the same, and
/// what it denies or leaves uncertain stays so where it is not labelled.
void correct(ReportLabels& labels, const Observations& there, const Observations& known) {
  for (std::size_t i = 0; i < kObservations; ++i) {
    if (!known[i] && !there[i]) continue;
    ObservationLabel& label = labels.labels[i];
    if (there[i] && label.state != Mentioned::positive) label = {Mentioned::positive, {}, {}};
    if (!there[i] && label.state == Mentioned::positive) label = {};
  }
}

/// The observation's name; a class of a narrower one, as "Mass" is, beside it.
std::string finding_name(const std::string& class_name, Observation observation) {
  const std::string name(kObservationNames[static_cast<std::size_t>(observation)]);
  return plain_name(class_name) == plain_name(name) ? name : formatted("{} ({})", name, class_name);
}

}  // namespace

AskedSet asked_set(const ImageSet& images, const Judgements& judged, const Labeller& labeller,
                   const std::vector<std::string>& known) {
  AskedSet set;
  const Observations labelled = known_observations(known);
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::optional<std::string> text = images.text(i);
    const std::optional<std::vector<std::string>> findings = images.findings(i);
    const bool has_text = text && !text->empty();
    if (!has_text && !findings) continue;
    set.asked.push_back(has_text ? labeller.label(*text) : ReportLabels{});
    if (findings) correct(set.asked.back(), observations_of(*findings), labelled);
    set.groups.push_back(images.group(i));
    rows.push_back(static_cast<std::int64_t>(i));
  }
  const at::Tensor which = at::tensor(rows, at::kLong);
  set.judged = {judged.whole.index_select(0, which), judged.left.index_select(0, which),
                judged.right.index_select(0, which)};
  return set;
}

std::optional<Observation> observation_of(const std::string& class_name) {
  static const std::array<std::pair<std::string_view, Observation>, 6> others{
      {{"effusion", Observation::pleural_effusion},
       {"pleuralthickening", Observation::pleural_other},
       {"mass", Observation::lung_lesion},
       {"nodule", Observation::lung_lesion},
       {"opacity", Observation::lung_opacity},
       {"normal", Observation::no_finding}}};
  const std::string plain = plain_name(class_name);
  for (std::size_t i = 0; i < kObservations; ++i)
    if (plain_name(kObservationNames[i]) == plain) return static_cast<Observation>(i);
  for (const auto& [name, observation] : others)
    if (name == plain) return observation;
  return std::nullopt;
}

std::vector<JudgedFinding> findings_of(const std::vector<JudgedClass>& classes,
                                       const AskedSet& calibration) {
  std::vector<JudgedFinding> findings;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const std::optional<Observation> observation = observation_of(classes[i].name);
    if (!observation || *observation == Observation::no_finding) continue;
    JudgedFinding finding{finding_name(classes[i].name, *observation), *observation,
                          static_cast<std::int64_t>(i), classes[i].threshold};
    if (!finding.threshold) {
      const FindingRows rows = rows_of_finding(calibration, finding);
      const auto asked = asked_of(rows);
      finding.threshold = youden_threshold({rows.logits, asked});
    }
    findings.push_back(finding);
  }
  std::sort(findings.begin(), findings.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return findings;
}

FindingRows rows_of_finding(const AskedSet& set, const JudgedFinding& finding) {
  if (set.asked.empty()) return {};
  const auto column = [&](const at::Tensor& logits) {
    return logits.select(1, finding.column).contiguous();
  };
  const at::Tensor whole = column(set.judged.whole), left = column(set.judged.left),
                   right = column(set.judged.right);
  FindingRows rows;
  for (std::size_t i = 0; i < set.asked.size(); ++i) {
    const ObservationLabel& label = set.asked[i][finding.observation];
    if (label.state == Mentioned::uncertain) continue;
    rows.logits.push_back(whole.const_data_ptr<double>()[i]);
    rows.left.push_back(left.const_data_ptr<double>()[i]);
    rows.right.push_back(right.const_data_ptr<double>()[i]);
    rows.labels.push_back(label);
    rows.groups.push_back(set.groups[i]);
    rows.images.push_back(i);
  }
  return rows;
}

bool is_asked(const ObservationLabel& label) { return label.state == Mentioned::positive; }

std::vector<std::uint8_t> asked_of(const FindingRows& rows) {
  std::vector<std::uint8_t> asked;
  for (const ObservationLabel& label : rows.labels) asked.push_back(is_asked(label));
  return asked;
}

}  // namespace raygen::engine
