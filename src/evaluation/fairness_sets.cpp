#include "evaluation/fairness_sets.hpp"

#include "csv/table_text.hpp"
#include "error.hpp"
#include "evaluation/adherence.hpp"
#include "evaluation/classification.hpp"
#include "labeller/labeller.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace raygen::engine {

namespace {

/// What is true of an image for a class: 0, 1 or not_labelled.
using Truths = std::vector<std::uint8_t>;

bool is_no_finding(const std::string& name) {
  return plain_name(name) == "nofinding" || observation_of(name) == Observation::no_finding;
}

/// The dataset's label that is the class: of the same name, else of the same observation.
std::optional<std::string> label_of_class(const std::string& name,
                                          const std::vector<std::string>& labels) {
  for (const std::string& label : labels)
    if (plain_name(label) == plain_name(name)) return label;
  const std::optional<Observation> observation = observation_of(name);
  for (const std::string& label : labels)
    if (observation && observation_of(label) == observation) return label;
  return std::nullopt;
}

bool names_finding(const std::vector<std::string>& findings, const std::string& label) {
  return std::find(findings.begin(), findings.end(), label) != findings.end();
}

/// By the records' findings.
class RecordTruths {
 public:
  RecordTruths(const ImageSet& images, std::vector<std::string> labels)
      : images_(images), labels_(std::move(labels)) {}

  std::optional<Truths> of(const std::string& class_name) const {
    const std::optional<std::string> label = label_of_class(class_name, labels_);
    if (!label) return is_no_finding(class_name) ? std::optional(healthy()) : std::nullopt;
    return each([&](const auto& findings) { return names_finding(findings, *label); });
  }
  /// Without a label of that name: those of whom no finding is named.
  Truths healthy() const {
    const auto label = std::find_if(labels_.begin(), labels_.end(), is_no_finding);
    return each([&](const std::vector<std::string>& findings) {
      return label == labels_.end() ? findings.empty() : names_finding(findings, *label);
    });
  }

 private:
  template <typename Is>
  Truths each(const Is& is) const {
    Truths truths;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const auto findings = images_.findings(i);
      truths.push_back(findings ? static_cast<std::uint8_t>(is(*findings)) : not_labelled);
    }
    return truths;
  }

  const ImageSet& images_;
  std::vector<std::string> labels_;
};

/// By what the reports or prompts say.
class TextTruths {
 public:
  explicit TextTruths(const ImageSet& images) {
    const Labeller labeller = Labeller::chexpert();
    for (std::size_t i = 0; i < images.size(); ++i) {
      const std::optional<std::string> text = images.text(i);
      labels_.push_back(text && !text->empty() ? std::optional(labeller.label(*text))
                                               : std::nullopt);
    }
  }

  std::optional<Truths> of(const std::string& class_name) const {
    const std::optional<Observation> observation = observation_of(class_name);
    if (!observation) return std::nullopt;
    if (*observation == Observation::no_finding) return healthy();
    Truths truths;
    for (const auto& labels : labels_) {
      if (!labels || (*labels)[*observation].state == Mentioned::uncertain)
        truths.push_back(not_labelled);
      else
        truths.push_back((*labels)[*observation].state == Mentioned::positive);
    }
    return truths;
  }
  /// Where findings are only uncertain, nothing is known.
  Truths healthy() const {
    Truths truths;
    for (const auto& labels : labels_) {
      const bool ill = labels && std::any_of(labels->labels.begin(), labels->labels.end(),
                                             [&](const ObservationLabel& label) {
                                               return label.state == Mentioned::positive;
                                             });
      if (labels && (*labels)[Observation::no_finding].state == Mentioned::positive)
        truths.push_back(1);
      else
        truths.push_back(ill ? 0 : not_labelled);
    }
    return truths;
  }

 private:
  std::vector<std::optional<ReportLabels>> labels_;
};

std::vector<double> column_of(const at::Tensor& logits, std::size_t k) {
  const at::Tensor column = logits.select(1, static_cast<std::int64_t>(k)).contiguous();
  const auto* data = column.const_data_ptr<double>();
  return {data, data + column.numel()};
}

/// Seen: no finding reaches its threshold. Nothing if none has one.
std::optional<FindingScores> without_findings(const std::vector<FindingScores>& findings,
                                              Truths healthy) {
  FindingScores none{"No Finding", std::vector<double>(healthy.size(), 1.0), std::move(healthy),
                     0.5};
  bool has_threshold = false;
  for (const FindingScores& finding : findings) {
    if (!finding.threshold) continue;
    has_threshold = true;
    for (std::size_t i = 0; i < none.scores.size(); ++i)
      if (finding.scores[i] >= *finding.threshold) none.scores[i] = 0;
  }
  return has_threshold ? std::optional(std::move(none)) : std::nullopt;
}

template <typename Truth>
JudgedImages judged_by(const Truth& truth, const ImageSet& images, const at::Tensor& logits,
                       const std::vector<JudgedClass>& classes) {
  JudgedImages judged;
  for (std::size_t i = 0; i < images.size(); ++i) judged.patients.push_back(images.group(i));
  for (std::size_t k = 0; k < classes.size(); ++k) {
    std::optional<Truths> truths = truth.of(classes[k].name);
    if (!truths) continue;
    FindingScores finding{classes[k].name, column_of(logits, k), std::move(*truths),
                          classes[k].threshold};
    if (is_no_finding(classes[k].name))
      judged.no_finding = std::move(finding);
    else
      judged.findings.push_back(std::move(finding));
  }
  if (!judged.no_finding || !judged.no_finding->threshold)
    judged.no_finding = without_findings(judged.findings, truth.healthy());
  return judged;
}

}  // namespace

std::string age_band(std::optional<double> age) {
  if (!age) return {};
  if (*age < 20) return "0–19";
  if (*age < 40) return "20–39";
  if (*age < 60) return "40–59";
  return *age < 80 ? "60–79" : "80+";
}

std::vector<Grouping> groupings_of(const ImageSet& images) {
  Grouping sex{"sex", {}}, age{"age", {}}, view{"view", {}};
  for (std::size_t i = 0; i < images.size(); ++i) {
    Subject subject = images.subject(i);
    sex.groups.push_back(std::move(subject.sex));
    age.groups.push_back(age_band(subject.age));
    view.groups.push_back(std::move(subject.view));
  }
  std::vector<Grouping> groupings;
  for (Grouping* grouping : {&sex, &age, &view})
    if (std::any_of(grouping->groups.begin(), grouping->groups.end(),
                    [](const std::string& group) { return !group.empty(); }))
      groupings.push_back(std::move(*grouping));
  return groupings;
}

JudgedImages judged_images(const ImageSet& images, const at::Tensor& logits,
                           const std::vector<JudgedClass>& classes,
                           const std::vector<std::string>& labels) {
  if (labels.empty()) return judged_by(TextTruths(images), images, logits, classes);
  return judged_by(RecordTruths(images, labels), images, logits, classes);
}

std::vector<JudgedClass> with_thresholds(std::vector<JudgedClass> classes, const ImageSet& images,
                                         const at::Tensor& logits,
                                         const std::vector<std::string>& labels) {
  const JudgedImages judged = judged_images(images, logits, classes, labels);
  for (JudgedClass& each : classes) {
    if (each.threshold) continue;
    for (const FindingScores& finding : judged.findings) {
      if (finding.name != each.name) continue;
      std::vector<double> scores;
      Truths truths;
      for (std::size_t i = 0; i < finding.scores.size(); ++i) {
        if (finding.labels[i] == not_labelled) continue;
        scores.push_back(finding.scores[i]);
        truths.push_back(finding.labels[i]);
      }
      each.threshold = best_f1_threshold({scores, truths});
    }
  }
  return classes;
}

FairnessOfSet fairness_of_set(std::string key, std::string name, const ImageSet& images,
                              const at::Tensor& logits, const std::vector<JudgedClass>& classes,
                              const std::vector<std::string>& labels,
                              const FairnessOptions& options) {
  FairnessOfSet set{std::move(key), std::move(name), {}, {}, 0, 0};
  const std::vector<Grouping> groupings = groupings_of(images);
  if (groupings.empty()) {
    set.absent = "Neither sex nor age nor view is known of any of these images.";
    return set;
  }
  const JudgedImages judged = judged_images(images, logits, classes, labels);
  if (judged.findings.empty()) {
    set.absent = "No class of the classifier is a finding whose truth is known of these images.";
    return set;
  }
  set.groupings = fairness(judged, groupings, options);
  return set;
}

}  // namespace raygen::engine
