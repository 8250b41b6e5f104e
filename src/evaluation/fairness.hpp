#pragma once
// Whether a classifier is as good for one group of patients as for another: AUROC, findings missed
// and ill patients called healthy, by group, and the gaps between the groups. After
// Seyyed-Kalantari et al., "Underdiagnosis bias of artificial intelligence algorithms applied to
// chest radiographs in under-served patient populations", Nature Medicine 27, 2021.

#include "evaluation/resampling.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

/// In place of a label: not known, so that the image does not count for the finding.
inline constexpr std::uint8_t not_labelled = 255;

/// What a classifier says of a finding in N images, and what is true.
struct FindingScores {
  std::string name;
  std::vector<double> scores;         // [N]; give logits: sigmoids of large ones tie
  std::vector<std::uint8_t> labels;   // [N]; 1 there, 0 not there, or not_labelled
  std::optional<double> threshold{};  // a score from which on the finding counts as seen
};

struct JudgedImages {
  std::vector<FindingScores> findings;
  /// Label 1: the patient is healthy; seen: the classifier says so. With a threshold.
  std::optional<FindingScores> no_finding;
  std::vector<std::string> patients;  // [N]; whose each image is
};

/// One way to group the images.
struct Grouping {
  std::string name;                 // "sex"
  std::vector<std::string> groups;  // [N]; empty: not known, in none of the groups
};

struct FairnessOptions {
  std::int64_t bootstrap_draws = 1000;  // 100 to 100,000
  std::uint64_t seed = 0;
  std::int64_t least_patients = 20;  // of a group, else it is left out
  std::int64_t least_cases = 5;      // patients with a label, and as many with its contrary
};

/// One finding in one group. Intervals are percentiles of resampled patients.
struct FindingOfGroup {
  std::int64_t positives = 0, negatives = 0;  // images
  std::optional<Interval> auroc;
  std::optional<Interval> missed;  // FNR: share of the positives that score below the threshold
  std::string left_out;            // why there is no number; empty if there is one
};

struct GroupMeasures {
  std::string name;
  std::int64_t images = 0, patients = 0;
  std::string left_out;                  // why the group is left out; empty: it is not
  std::vector<FindingOfGroup> findings;  // as those of JudgedImages
  /// Means over the findings that every group has a number of.
  std::optional<Interval> mean_auroc, mean_missed;
  /// Share of the ill images that are called healthy: the false positive rate of "No Finding".
  std::optional<Interval> underdiagnosis;
  std::string no_underdiagnosis;  // why there is none, if no_finding was given
};

/// The highest value of a group less the lowest. The interval is that of the difference of these
/// two, widened for the choice of them among all pairs: the bootstrap of the largest studentised
/// difference. It reaches 0 if no pair of groups differs by more than the draws do.
struct FairnessGap {
  std::string highest, lowest;                        // the groups
  double value = 0;                                   // 0 or more
  std::optional<std::pair<double, double>> interval;  // 95 %; nothing if all draws are the same
  std::int64_t draws = 0;

  /// Whether the interval is above 0.
  bool is_found() const { return interval && interval->first > 0; }
};

/// Nothing where fewer than two groups have the number.
struct FairnessGaps {
  std::optional<FairnessGap> mean_auroc, mean_missed, underdiagnosis;
  std::vector<std::optional<FairnessGap>> auroc, missed;  // of each finding
};

struct GroupFairness {
  std::string grouping;
  std::vector<std::string> findings;  // names, as those of JudgedImages
  std::vector<std::string> averaged;  // those that the means are of
  std::vector<GroupMeasures> groups;  // by their names
  std::int64_t unknown = 0;           // images in no group
  FairnessGaps gaps;
};

/// One result for each of the groupings. All of them, and all groups, are measured on the same
/// draws of patients. Time: draws · findings · images. Throws Error(invalid_argument) for other
/// numbers of images somewhere, no image, a label that is none, two findings of one name or options
/// out of range; Error(numeric) for NaN.
std::vector<GroupFairness> fairness(const JudgedImages& images,
                                    const std::vector<Grouping>& groupings,
                                    const FairnessOptions& options);

}  // namespace raygen::engine
