#pragma once
// The rows of all tables of a preparation: one candidate for each image, patients and splits
// checked over all of them.

#include "dataset/patient_splits.hpp"
#include "dataset/preparation_record.hpp"
#include "dataset/table_columns.hpp"

#include <array>
#include <filesystem>
#include <string>
#include <unordered_map>
#include <vector>

namespace raygen::engine {

class TableRows {
 public:
  /// `roots` are canonical, one for each of options.tables.
  TableRows(const TableOptions& options, std::vector<std::filesystem::path> roots);

  /// Reads table i. Throws Error as prepare_table does.
  void read(std::size_t i, const Job* job);
  /// Call after the last. Throws Error(format) when it is not known whose images they are and they
  /// could be in more than one split.
  void finish();

  std::vector<Candidate>& candidates() { return candidates_; }
  /// For each table a line: what was found, and how much.
  const std::string& description() const { return description_; }
  /// Of each table: its file, its sum, its split, and what was found beyond the usual names.
  const Json& tables() const { return tables_; }
  /// Whether patient_per_image was needed.
  bool has_unknown_patients() const { return !unknown_patients_.empty(); }

 private:
  struct Image {
    std::string patient;
    Split split;
    std::string where;
    std::size_t candidate;
    bool several_rows;
  };
  struct Table;

  void add(Table& table);
  void find_patient(const Table& table, Candidate& candidate, const std::string& real);
  void count_splits(const Table& table);
  void merge(const Candidate& row, Candidate& image) const;
  void describe(const Table& table, std::size_t first_candidate);

  const TableOptions& options_;
  std::vector<std::filesystem::path> roots_;
  std::filesystem::path common_;  // the deepest folder that all roots are in
  std::vector<Candidate> candidates_;
  PatientNames names_;
  PatientSplits patients_;
  std::unordered_map<std::string, Image> images_;  // by the file without links
  std::array<bool, 3> splits_{};                   // those that an image may be in
  std::string unknown_patients_;                   // of the first table that tells none
  std::string description_;
  Json tables_ = Json::array();
};

}  // namespace raygen::engine
