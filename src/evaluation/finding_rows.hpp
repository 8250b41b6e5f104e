#pragma once
// One finding in a set of images, row by row: what was asked or reported, and the classifier's
// logits.

#include "evaluation/extractor.hpp"
#include "evaluation/image_set.hpp"
#include "labeller/labeller.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// Images with their prompts (or reports) and what a classifier says of them; N each.
struct AskedSet {
  std::vector<ReportLabels> asked;
  std::vector<std::string> groups;  // patients, or the images themselves
  Judgements judged;
};

/// The images that have a text, with what it asks for, or findings. known: the findings that the
/// images' labels tell of, whatever the text says; of others the text tells.
AskedSet asked_set(const ImageSet& images, const Judgements& judged, const Labeller& labeller,
                   const std::vector<std::string>& known = {});

/// Which observation a class of a classifier is, by the usual names in any spelling ("Effusion",
/// "pleural_effusion"); nothing for others.
std::optional<Observation> observation_of(const std::string& class_name);

/// A finding that the classifier knows.
struct JudgedFinding {
  std::string name;
  Observation observation;
  std::int64_t column;
  std::optional<double> threshold;
};

/// Those of the classes that are observations and not No Finding, by name. A class without a
/// threshold gets that of the largest TPR - FPR on `calibration`, if that has one.
std::vector<JudgedFinding> findings_of(const std::vector<JudgedClass>& classes,
                                       const AskedSet& calibration);

/// One finding in one set, row by row.
struct FindingRows {
  std::vector<double> logits, left, right;
  std::vector<ObservationLabel> labels;
  std::vector<std::string> groups;
  std::vector<std::size_t> images;  // of the set
};

/// Without the images that leave the finding uncertain.
FindingRows rows_of_finding(const AskedSet& set, const JudgedFinding& finding);

bool is_asked(const ObservationLabel& label);
/// 1 where the finding was asked for.
std::vector<std::uint8_t> asked_of(const FindingRows& rows);

}  // namespace raygen::engine
