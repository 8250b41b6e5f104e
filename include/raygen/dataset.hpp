#pragma once
// Data for training: tables of images and texts, and MIMIC-CXR.
//
//   raygen::TableSource table;
//   table.files = {{"phantoms/phantoms.csv"}};
//   raygen::PrepareOptions options;
//   options.image_size = 128;
//   const raygen::DatasetSummary made = raygen::prepare_table(table, "dataset", options);
//   std::printf("%llu images\n", static_cast<unsigned long long>(made.images));

#include "error.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "relay.hpp"
#include "strings.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

/// Where a preparation is.
struct DataProgress {
  std::uint64_t done, total;
  std::uint64_t skipped;  ///< how many of `done` could not be used
  /// For each table a line that says which column was taken for what, and how many images and
  /// patients there are; empty when there is no table.
  std::string description;
};
/// Called on the calling thread, first before any image. Returns false to cancel: what is there
/// then is kept, and the same call continues. May throw.
using DataCallback = std::function<bool(const DataProgress&)>;

enum class Split : std::int32_t {
  train = RAYGEN_SPLIT_TRAIN,
  val = RAYGEN_SPLIT_VAL,
  test = RAYGEN_SPLIT_TEST,
  by_patient = RAYGEN_SPLIT_BY_PATIENT,  ///< by the table's column, else by a hash of the patient
};

/// How a dataset is made, whatever it is made from.
struct PrepareOptions {
  std::int32_t image_size = 512;      ///< R: images are resized and cropped to R × R
  std::int32_t rows_per_shard = 512;  ///< images of one file
  double val_fraction = 0.1;          ///< of the patients that have no split yet, 0..1
  std::uint64_t seed = 0;             ///< of the splits
  Limits limits;
  Job* job = nullptr;  ///< must outlive the call
  DataCallback progress;
};

/// Tables of images and texts. Columns are found by their usual names (docs/datasets.md) unless a
/// name is given.
struct TableSource {
  struct File {
    std::string csv;
    Split split = Split::by_patient;  ///< of all its rows
  };
  std::vector<File> files;
  /// Folder that relative image paths start from. A row whose path leaves it is skipped. Empty: the
  /// folder of each CSV.
  std::string root;
  double test_fraction = 0.1;  ///< of the patients that have no split, 0..1
  std::string path_column, text_column, patient_column, split_column, view_column, findings_column,
      id_column, sex_column, age_column;
  std::vector<std::string> label_columns;  ///< columns of 0 and 1, each a finding
  /// Where a table tells no patients, each image counts as one of its own, so that one person may
  /// be in two splits. Without it such a table is an error.
  bool patient_per_image = false;
  bool text_from_findings = false;  ///< texts are the names of the findings
};

/// MIMIC-CXR-JPG 2: one image per study, the impression of its report, the patients of p10 as test.
struct MimicSource {
  std::string root;     ///< folder with the tables and files/; required
  std::string reports;  ///< folder whose files/ has the reports; empty: root
  std::string view;     ///< ViewPosition; empty: the most common
  bool exact = false;   ///< texts are cleaned as in the original, which glues words
};

/// What a preparation came to; the arrays are in the order train, val, test.
struct DatasetSummary {
  std::uint64_t images, skipped;  ///< those skipped are listed with their reasons in skipped.csv
  std::array<std::uint64_t, 3> images_of, patients_of;
  std::string description;  ///< DataProgress's
};

namespace detail {

/// A DataCallback on its way through the C ABI.
struct DataRelay : Relay<raygen_data_progress> {
  explicit DataRelay(const DataCallback& callback)
      : Relay([this, &callback](const raygen_data_progress& now) {
          description = now.description;
          return !callback || callback({now.done, now.total, now.skipped, now.description});
        }) {}
  std::string description;
};

/// f(options, summary, error) in the C ABI's form.
template <typename F>
DatasetSummary prepare(const PrepareOptions& options, F&& f) {
  DataRelay relay(options.progress);
  raygen_prepare_options raw;
  raygen_prepare_options_init(&raw);
  raw.image_size = options.image_size;
  raw.rows_per_shard = options.rows_per_shard;
  raw.val_fraction = options.val_fraction;
  raw.seed = options.seed;
  raw.limits = &options.limits;
  raw.job = options.job != nullptr ? options.job->get() : nullptr;
  raw.progress = &DataRelay::call;
  raw.user_data = &relay;
  raygen_dataset_summary made;
  raygen_dataset_summary_init(&made);
  relay.check([&](raygen_error* error) { return f(&raw, &made, error); });
  return {made.images,
          made.skipped,
          {made.images_of[0], made.images_of[1], made.images_of[2]},
          {made.patients_of[0], made.patients_of[1], made.patients_of[2]},
          std::move(relay.description)};
}

}  // namespace detail

/// Makes the dataset folder `out`, or continues it. Images that cannot be used are listed and
/// skipped. Throws Error: format when a table is none, lacks a column, has a patient in two splits
/// or tells no patients although there is more than one split, invalid_argument when the folder was
/// begun with other options, io, limit, cancelled.
inline DatasetSummary prepare_table(const TableSource& source, const std::string& out,
                                    const PrepareOptions& options = {}) {
  std::vector<raygen_string> csv;
  std::vector<raygen_split> splits;
  for (const TableSource::File& file : source.files) {
    csv.push_back(detail::raw_string(file.csv));
    splits.push_back(static_cast<raygen_split>(file.split));
  }
  const std::vector<raygen_string> labels = detail::raw_strings(source.label_columns);
  raygen_table_source raw;
  raygen_table_source_init(&raw);
  raw.csv = csv.data();
  raw.splits = splits.data();
  raw.csv_count = csv.size();
  raw.root = detail::raw_string(source.root);
  raw.test_fraction = source.test_fraction;
  raw.path_column = detail::raw_string(source.path_column);
  raw.text_column = detail::raw_string(source.text_column);
  raw.patient_column = detail::raw_string(source.patient_column);
  raw.split_column = detail::raw_string(source.split_column);
  raw.view_column = detail::raw_string(source.view_column);
  raw.findings_column = detail::raw_string(source.findings_column);
  raw.id_column = detail::raw_string(source.id_column);
  raw.sex_column = detail::raw_string(source.sex_column);
  raw.age_column = detail::raw_string(source.age_column);
  raw.label_columns = labels.data();
  raw.label_column_count = labels.size();
  raw.patient_per_image = source.patient_per_image ? 1 : 0;
  raw.text_from_findings = source.text_from_findings ? 1 : 0;
  return detail::prepare(options, [&](auto* how, auto* summary, raygen_error* error) {
    return raygen_dataset_prepare_table(&raw, how, out.data(), out.size(), summary, error);
  });
}

/// The same from the folder of MIMIC-CXR-JPG, and with the same errors.
inline DatasetSummary prepare_mimic(const MimicSource& source, const std::string& out,
                                    const PrepareOptions& options = {}) {
  raygen_mimic_source raw;
  raygen_mimic_source_init(&raw);
  raw.root = detail::raw_string(source.root);
  raw.reports = detail::raw_string(source.reports);
  raw.view = detail::raw_string(source.view);
  raw.exact = source.exact ? 1 : 0;
  return detail::prepare(options, [&](auto* how, auto* summary, raygen_error* error) {
    return raygen_dataset_prepare_mimic(&raw, how, out.data(), out.size(), summary, error);
  });
}

}  // namespace raygen
