// MIMIC-CXR(-JPG): Johnson et al., "MIMIC-CXR-JPG, a large publicly available database of labeled
// chest radiographs", 2019.

#include "dataset/csv_table.hpp"
#include "dataset/demographics.hpp"
#include "dataset/preparation_record.hpp"
#include "dataset/report_text.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

namespace raygen::engine {
namespace {

constexpr std::uint64_t max_report_bytes = 1 << 20;

struct Study {
  std::string dicom, subject, study, view;
};

/// The table of this name, plain or as it is downloaded.
std::optional<std::filesystem::path> find_table(const std::filesystem::path& root,
                                                const std::string& name) {
  for (const std::filesystem::path& file : {root / name, root / (name + ".gz")})
    if (std::filesystem::exists(file)) return file;
  return std::nullopt;
}

std::filesystem::path table_file(const std::filesystem::path& root, const std::string& name) {
  if (const auto file = find_table(root, name)) return *file;
  fail(Status::io, "{}: neither it nor its .gz is there; the root of MIMIC-CXR-JPG was expected",
       (root / name).string());
}

struct Patient {
  std::string sex;
  std::optional<double> age;
};

/// Patients of MIMIC-IV's patients.csv by their subject_id.
std::unordered_map<std::string, Patient> read_patients(CsvTable& table) {
  const std::size_t subject = table.column("subject_id"), gender = table.column("gender"),
                    age = table.column("anchor_age");
  std::unordered_map<std::string, Patient> patients;
  while (table.next())
    patients[table.field(subject)] = {sex_of(table.field(gender)), age_of(table.field(age))};
  return patients;
}

bool only_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::vector<Study> read_metadata(CsvTable& table) {
  const std::size_t dicom = table.column("dicom_id"), subject = table.column("subject_id"),
                    study = table.column("study_id"), view = table.column("ViewPosition");
  std::vector<Study> images;
  while (table.next()) {
    const Study image{table.field(dicom), table.field(subject), table.field(study),
                      table.field(view)};
    // They become parts of paths.
    constexpr std::string_view digits = "0123456789";
    if (!only_of(image.dicom, "0123456789abcdefABCDEF-") || !only_of(image.subject, digits) ||
        image.subject.size() < 2 || !only_of(image.study, digits)) {
      fail(Status::format,
           "{}: dicom_id {}, subject_id {}, study_id {}: expected hexadecimal digits and hyphens, "
           "digits, digits",
           table.where(), in_quotes(image.dicom), in_quotes(image.subject), in_quotes(image.study));
    }
    images.push_back(image);
  }
  return images;
}

std::string most_common_view(const std::vector<Study>& images) {
  std::map<std::string, std::size_t> counts;
  for (const Study& image : images) {
    if (!image.view.empty()) ++counts[image.view];
  }
  const auto most =
      std::max_element(counts.begin(), counts.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == counts.end() ? std::string() : most->first;
}

/// Study → findings labelled 1.0; uncertain ones (−1.0) are not present.
std::unordered_map<std::string, std::vector<std::string>> read_labels(CsvTable& table) {
  const std::size_t subject = table.column("subject_id"), study = table.column("study_id");
  std::unordered_map<std::string, std::vector<std::string>> labels;
  while (table.next()) {
    std::vector<std::string>& findings = labels[table.field(study)];
    for (std::size_t i = 0; i < table.header().size(); ++i) {
      if (i == subject || i == study) continue;
      if (table.field(i) == "1.0" || table.field(i) == "1") findings.push_back(table.header()[i]);
    }
  }
  return labels;
}

/// Without the suffix; the study's report has the folder's name.
std::string image_path(const Study& image) {
  return formatted("files/p{:.2}/p{}/s{}/{}", image.subject, image.subject, image.study,
                   image.dicom);
}

std::string read_report(const std::filesystem::path& path, bool exact) {
  return clean_report(impression_of(MappedFile::open(path, max_report_bytes)->text()), exact);
}

}  // namespace

PreparationSummary prepare_mimic(const MimicOptions& options, const PrepareProgress& progress,
                                 const Job* job) {
  check_fraction(options.val_fraction, "val_fraction");
  CsvTable metadata(table_file(options.root, "mimic-cxr-2.0.0-metadata.csv"), options.limits);
  CsvTable chexpert(table_file(options.root, "mimic-cxr-2.0.0-chexpert.csv"), options.limits);
  const std::vector<Study> images = read_metadata(metadata);
  const std::string view = options.view.empty() ? most_common_view(images) : options.view;
  const auto labels = read_labels(chexpert);
  std::unordered_map<std::string, Patient> patients;
  std::string patients_sha256;
  if (const auto file = find_table(options.root, "patients.csv")) {
    CsvTable table(*file, options.limits);
    patients = read_patients(table);
    patients_sha256 = table.sha256();
  }

  std::vector<Candidate> candidates;
  std::unordered_set<std::string> studies;
  for (const Study& image : images) {
    check_cancelled(job);
    if (image.view != view || !studies.insert(image.study).second) continue;
    Candidate candidate;
    candidate.path = image_path(image);
    candidate.file = options.root / candidate.path;
    // The patients of p10 are the original's test set.
    const Split split =
        image.subject.starts_with("10")
            ? Split::test
            : split_of_patient(image.subject, options.seed, options.val_fraction, 0);
    const Patient patient = patients[image.subject];
    candidate.record = {image.dicom, image.subject, split,      image.view, {},
                        {},          patient.sex,   patient.age};
    if (const auto found = labels.find(image.study); found != labels.end())
      candidate.record.findings = found->second;
    candidates.push_back(std::move(candidate));
  }
  if (candidates.empty())
    fail(Status::format, "{}: there is no image of the view {}", metadata.path().string(),
         in_quotes(view));

  const std::filesystem::path& reports = options.reports.empty() ? options.root : options.reports;
  const Complete complete = [&](Candidate& candidate) {
    const std::filesystem::path study = std::filesystem::path(candidate.path).parent_path();
    candidate.record.text = read_report(reports / (study.string() + ".txt"), options.exact);
    std::error_code code;
    for (const char* suffix : {".jpg", ".dcm"}) {
      std::filesystem::path file = candidate.file;
      file += suffix;
      if (!std::filesystem::exists(file, code)) continue;
      candidate.file = file;
      return;
    }
    fail(Status::io, "there is neither a .jpg nor a .dcm");
  };
  Json how = {{"source", "mimic"},
              {"view", view},
              {"exact", options.exact},
              {"metadata_sha256", metadata.sha256()},
              {"chexpert_sha256", chexpert.sha256()},
              {"patients_sha256", patients_sha256},
              {"reports_sha256", fingerprint({reports})}};
  // A folder that was begun before patients.csv was read goes on without it, changed or not.
  Json defaults = {{"patients_sha256", patients_sha256}};
  return prepare_candidates(std::move(candidates), {options.root}, complete, options,
                            std::move(how), std::move(defaults), progress, job);
}

}  // namespace raygen::engine
