#pragma once
// From tables and folders of radiographs to a dataset.

#include "dataset/writer.hpp"
#include "job.hpp"
#include "limits.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

struct PrepareOptions {
  std::filesystem::path out;
  std::int64_t resolution = 512;  // R
  double val_fraction = 0.1;      // of the patients that have no split yet
  std::uint64_t seed = 0;         // of the splits
  std::int64_t rows_per_shard = 512;
  Limits limits;
};

/// Called at the beginning and now and then with what is done, how much there is, and how much of
/// what is done was skipped; non-zero cancels, unless all was done before.
using PrepareProgress =
    std::function<int(std::size_t done, std::size_t total, std::size_t skipped)>;

struct TableOptions : PrepareOptions {
  struct Table {
    std::filesystem::path csv;
    std::optional<Split> split;  // all of its rows, in place of a column
  };
  /// The names of columns; the usual ones are looked for where none is given. docs/datasets.md
  /// lists them.
  struct Columns {
    std::string path, text, patient, split, view, findings, id, sex, age;
    std::vector<std::string> labels;  // columns of 0 and 1, each a finding
  };
  std::vector<Table> tables;
  std::filesystem::path root;  // of the paths; empty: each table's own folder
  double test_fraction = 0.1;
  Columns columns;
  bool patient_per_image = false;   // where a table tells no patients, each image is one
  bool text_from_findings = false;  // texts are the names of the findings
  /// Told once, before the first image: for each table a line that says what was found in which
  /// column, and how many images and patients there are.
  std::function<void(const std::string&)> describe;
};

struct MimicOptions : PrepareOptions {
  std::filesystem::path root;     // of MIMIC-CXR-JPG 2: the tables, and files/
  std::filesystem::path reports;  // the folder whose files/ has the reports; empty: the same
  std::string view;               // ViewPosition; empty: the most common
  bool exact = false;  // clean the text as the original does: words at the end of a line are glued
                       // to those of the next
};

/// Images and texts that a table names. Rows that cannot be used are listed in skipped.csv. Images
/// are decoded on ATen's threads; the result does not depend on their number. Throws Error: format
/// when a table is none, lacks a column, has a patient in two splits or tells no patients although
/// there is more than one split, invalid_argument when an option is out of range or the folder was
/// begun with others, cancelled, io, limit.
PreparationSummary prepare_table(const TableOptions& options, const PrepareProgress& progress = {},
                                 const Job* job = nullptr);

/// MIMIC-CXR(-JPG): one image a study, the impression of its report, the patients of p10 as test.
PreparationSummary prepare_mimic(const MimicOptions& options, const PrepareProgress& progress = {},
                                 const Job* job = nullptr);

}  // namespace raygen::engine
