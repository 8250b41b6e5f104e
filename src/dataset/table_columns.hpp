#pragma once
// Which columns of a table hold what: those that were named, those of a known data set, those with
// usual names.

#include "dataset/csv_table.hpp"
#include "dataset/findings_cells.hpp"
#include "dataset/known_tables.hpp"
#include "dataset/path_columns.hpp"
#include "dataset/patients.hpp"
#include "dataset/prepare.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

struct TableColumns {
  const KnownTable* known = nullptr;
  PathColumns path;
  std::optional<std::size_t> patient;
  std::optional<PathLayout> patient_layout;       // the patient stands in the path
  std::vector<std::size_t> text, view, sex, age;  // the first that is not empty
  std::optional<std::size_t> split, id;
  std::vector<FindingsColumn> findings;

  bool tells_patients() const { return patient || patient_layout; }
};

/// Throws Error(format) when there is no column for the path or the text, or when columns that
/// could be the patient's contradict each other.
TableColumns columns_of(const CsvTable& table, const TableOptions& options,
                        const std::filesystem::path& root);

/// The current row's. Throws Error(format) when a finding is no name.
std::vector<std::string> findings_of(const CsvTable& table, const TableColumns& columns);

/// The first value of several columns, "" when none has one.
std::string value_of(const CsvTable& table, const std::vector<std::size_t>& columns);

/// 'path from "Path", patient from the path (patient…/study…), text from "report", …'.
std::string description_of(const CsvTable& table, const TableColumns& columns,
                           const TableOptions& options);

/// Why nobody knows whose images these are, and what to do.
std::string no_patients(const CsvTable& table, const TableColumns& columns);

}  // namespace raygen::engine
