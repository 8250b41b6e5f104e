#pragma once
// Who an image is of. A patient that is taken for two is in two splits: a leak.

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace raygen::engine {

/// What all spellings of one patient have in common: "00012", "12" and "12.0", "P7" and "p7",
/// ' x ', "x".
std::string patient_key(std::string_view spelling);

/// One spelling for each patient: the first that was met.
class PatientNames {
 public:
  /// Throws Error(format) for a number in which digits were lost, 1.23E+11.
  const std::string& name(std::string_view spelling);

 private:
  std::unordered_map<std::string, std::string> names_;
};

/// Layouts of image paths that hold the patient.
enum class PathLayout { chexpert, mimic, nih, openi, brax, bids };

/// The layout that a path has: train/patient00001/study1/…, p10/p10000032/s50414267/…,
/// 00000001_000.png, 1_IM-0001-4001.dcm.png, id_…/Study_…/…, sub-…/ses-….
std::optional<PathLayout> path_layout(std::string_view path);
/// "patient…/study…": where the patient stands, for messages.
std::string_view layout_name(PathLayout layout);
/// The patient of a path of this layout; empty when it has another.
std::string_view patient_in_path(std::string_view path, PathLayout layout);

}  // namespace raygen::engine
