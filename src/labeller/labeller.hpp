#pragma once
// What a radiology report or a prompt says of the 14 CheXpert observations. Rules find it, not a
// network: words that mention an observation, and cues that deny it or doubt it. The idea is that
// of the CheXpert labeller (Irvin et al. 2019) and of NegBio (Peng et al. 2018), which read parse
// trees; here a cue reaches through its clause. The rules are data: chexpert.yaml, whose comments
// define how words are matched.

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace raygen::engine {

/// In the order of MIMIC-CXR-JPG's table, which is the alphabet's.
enum class Observation {
  atelectasis,
  cardiomegaly,
  consolidation,
  edema,
  enlarged_cardiomediastinum,
  fracture,
  lung_lesion,
  lung_opacity,
  no_finding,
  pleural_effusion,
  pleural_other,
  pneumonia,
  pneumothorax,
  support_devices,
};
inline constexpr std::size_t kObservations = 14;
inline constexpr std::array<std::string_view, kObservations> kObservationNames{
    "Atelectasis",
    "Cardiomegaly",
    "Consolidation",
    "Edema",
    "Enlarged Cardiomediastinum",
    "Fracture",
    "Lung Lesion",
    "Lung Opacity",
    "No Finding",
    "Pleural Effusion",
    "Pleural Other",
    "Pneumonia",
    "Pneumothorax",
    "Support Devices"};

/// In the order of strength: the strongest of several mentions counts.
enum class Mentioned { not_mentioned, negative, uncertain, positive };
/// The patient's side.
enum class MentionedSide { not_said, left, right, both };
/// mild: also small, minimal, trace. severe: also large, marked.
enum class MentionedSeverity { not_said, mild, moderate, severe };

struct ObservationLabel {
  Mentioned state = Mentioned::not_mentioned;
  /// Of the mentions that have this state, where it is positive or uncertain: the sides together.
  MentionedSide side = MentionedSide::not_said;
  MentionedSeverity severity = MentionedSeverity::not_said;  ///< the same: the most severe

  bool operator==(const ObservationLabel&) const = default;
};

/// One label for each observation, in the order of Observation.
struct ReportLabels {
  std::array<ObservationLabel, kObservations> labels;

  const ObservationLabel& operator[](Observation observation) const {
    return labels[static_cast<std::size_t>(observation)];
  }
  bool operator==(const ReportLabels&) const = default;
};

/// Immutable: any number of threads may share one.
class Labeller {
 public:
  static constexpr std::size_t kMaxReportBytes = 4 << 20;

  /// The rules of chexpert.yaml.
  static Labeller chexpert();
  /// The text of the same.
  static std::string_view chexpert_yaml();
  /// Rules of one's own, in the form of chexpert.yaml. Throws Error(format) that names `name`, line
  /// and key, for an unknown key the nearest known one, and for a value what was expected.
  static Labeller from_yaml(const std::string& text, const std::string& name);

  /// A text is UTF-8; letters in either case are the same, and so are quotes, spaces and hyphens of
  /// every kind. Sections such as INDICATION and HISTORY are not read. The time grows as the
  /// text does. No Finding is positive unless an observation other than Support Devices, or one of
  /// the rules' other findings, is positive or uncertain; else, and in a text without a word, it is
  /// not mentioned. Throws Error(invalid_argument) for text that is not UTF-8, Error(limit) above
  /// kMaxReportBytes.
  ReportLabels label(std::string_view text) const;

 private:
  struct Rules;
  explicit Labeller(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  std::shared_ptr<const Rules> rules_;
};

}  // namespace raygen::engine
