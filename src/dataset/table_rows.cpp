#include "dataset/table_rows.hpp"

#include "dataset/csv_table.hpp"
#include "dataset/demographics.hpp"
#include "dataset/image_paths.hpp"
#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace raygen::engine {
namespace {

/// The deepest folder that all of `folders` are in.
std::filesystem::path common_folder(const std::vector<std::filesystem::path>& folders) {
  std::filesystem::path common = folders.front();
  for (const std::filesystem::path& folder : folders) {
    const auto end =
        std::mismatch(common.begin(), common.end(), folder.begin(), folder.end()).first;
    std::filesystem::path shared;
    for (auto part = common.begin(); part != end; ++part) shared /= *part;
    common = shared;
  }
  return common;
}

/// The name of a file as it may stand in text that is UTF-8.
std::string shown_name(const std::filesystem::path& path) {
  return utf8::escape(path.filename().string());
}

bool is_nothing(const std::string& finding) {
  return plain_name(finding) == "nofinding" || plain_name(finding) == "normal";
}

}  // namespace

struct TableRows::Table {
  CsvTable& csv;
  std::size_t number;
  const std::filesystem::path& root;
  std::optional<Split> split;
  TableColumns columns;
  std::size_t no_sexes = 0, no_ages = 0;  // cells that hold something else

  /// What an image without an id is called: its place in the folder that all tables share.
  std::string id(const std::string& path, const std::filesystem::path& common) const {
    const std::filesystem::path inside = root.lexically_relative(common);
    return inside == "." ? path : utf8::escape((inside / path).generic_string());
  }
};

TableRows::TableRows(const TableOptions& options, std::vector<std::filesystem::path> roots)
    : options_(options), roots_(std::move(roots)), common_(common_folder(roots_)) {}

void TableRows::read(std::size_t i, const Job* job) {
  const auto& [path, split] = options_.tables[i];
  CsvTable csv(path, options_.limits);
  Table table{csv, i, roots_[i], split, columns_of(csv, options_, roots_[i]), 0, 0};
  tables_.push_back({{"file", shown_name(path)},
                     {"sha256", table.csv.sha256()},
                     {"split", split ? split_name(*split) : ""}});
  if (table.columns.known != nullptr) tables_.back()["known_as"] = table.columns.known->name;
  if (table.columns.patient_layout) tables_.back()["patient"] = "path";
  if (!table.columns.tells_patients() && unknown_patients_.empty())
    unknown_patients_ = no_patients(table.csv, table.columns);
  count_splits(table);
  const std::size_t first_candidate = candidates_.size();
  while (table.csv.next()) {
    check_cancelled(job);
    add(table);
  }
  describe(table, first_candidate);
}

void TableRows::count_splits(const Table& table) {
  const auto may_be = [&](Split split) { splits_[static_cast<std::size_t>(split)] = true; };
  if (table.split) return may_be(*table.split);
  if (table.columns.split) return;  // its rows tell
  if (options_.test_fraction > 0) may_be(Split::test);
  if (options_.val_fraction > 0) may_be(Split::val);
  if (options_.val_fraction + options_.test_fraction < 1) may_be(Split::train);
}

void TableRows::add(Table& table) {
  const CsvTable& csv = table.csv;
  Candidate candidate;
  candidate.root = table.number;
  const std::string path = table.columns.path.path(csv);
  candidate.path = utf8::escape(path);
  Record& record = candidate.record;
  if (!table.columns.id) {
    record.id = table.id(candidate.path, common_);
  } else if (const std::string& id = csv.field(*table.columns.id); !is_missing(id)) {
    record.id = trimmed(id);
  }
  record.view = value_of(csv, table.columns.view);
  const std::string sex = value_of(csv, table.columns.sex), age = value_of(csv, table.columns.age);
  record.sex = sex_of(sex);
  record.age = age_of(age);
  table.no_sexes += !sex.empty() && record.sex.empty();
  table.no_ages += !age.empty() && !record.age;
  record.findings = findings_of(csv, table.columns);
  record.text = value_of(csv, table.columns.text);
  std::string real;
  try {
    if (record.id.empty()) fail(Status::format, "the id is empty");
    if (const std::string_view told = table.columns.text.empty()
                                          ? std::string_view()
                                          : trimmed(csv.field(table.columns.text[0]));
        record.text.empty() && !told.empty())
      fail(Status::format, "the text is {}, which stands for none", in_quotes(told));
    const ImageFile image = image_of(table.root, path, table.columns.known);
    candidate.file = image.file;
    real = image.real.string();
    find_patient(table, candidate, real);
    if (table.split) {
      record.split = *table.split;
    } else if (table.columns.split) {
      record.split =
          split_of(trimmed(csv.field(*table.columns.split)), formatted("line {}", csv.line()));
      splits_[static_cast<std::size_t>(record.split)] = true;
    } else {
      record.split = split_of_patient(record.patient, options_.seed, options_.val_fraction,
                                      options_.test_fraction);
    }
  } catch (const Error& error) {
    candidate.problem = error.what();
  }
  if (candidate.problem.empty()) {
    patients_.place(record, csv.where(), csv.where());
    const bool several_rows = table.columns.known != nullptr && table.columns.known->several_rows;
    const auto [found, is_new] = images_.try_emplace(
        real, Image{record.patient, record.split, csv.where(), candidates_.size(), several_rows});
    const Image& first = found->second;
    if (!is_new && several_rows && first.several_rows)
      return merge(candidate, candidates_[first.candidate]);
    if (!is_new && first.patient != record.patient && first.split != record.split) {
      candidate.problem =
          formatted("the file is that of {}, of another patient and in another split",
                    shown_name(first.where));
    }
  }
  candidates_.push_back(std::move(candidate));
}

void TableRows::find_patient(const Table& table, Candidate& candidate, const std::string& real) {
  const TableColumns& columns = table.columns;
  std::string& patient = candidate.record.patient;
  if (columns.patient) {
    const std::string& told = table.csv.field(*columns.patient);
    if (is_missing(told)) fail(Status::format, "the patient is not told");
    patient = names_.name(told);
  } else if (columns.patient_layout) {
    const std::string_view told = patient_in_path(candidate.path, *columns.patient_layout);
    if (told.empty()) fail(Status::format, "the path tells no patient, as those of other rows do");
    patient = names_.name(told);
  } else if (const auto found = images_.find(real); found != images_.end()) {
    patient = found->second.patient;
  } else {
    patient = utf8::escape(candidate.file.lexically_relative(common_).generic_string());
  }
}

void TableRows::merge(const Candidate& row, Candidate& image) const {
  std::vector<std::string>& findings = image.record.findings;
  for (const std::string& finding : row.record.findings) {
    if (std::find(findings.begin(), findings.end(), finding) == findings.end())
      findings.push_back(finding);
  }
  if (findings.size() > 1) std::erase_if(findings, is_nothing);  // of another reader
  if (image.record.text.empty()) image.record.text = row.record.text;
  if (image.record.view.empty()) image.record.view = row.record.view;
  if (image.record.sex.empty()) image.record.sex = row.record.sex;
  if (!image.record.age) image.record.age = row.record.age;
}

void TableRows::describe(const Table& table, std::size_t first_candidate) {
  std::size_t images = 0;
  std::unordered_set<std::string> patients;
  for (std::size_t i = first_candidate; i < candidates_.size(); ++i) {
    if (!candidates_[i].problem.empty()) continue;
    ++images;
    patients.insert(candidates_[i].record.patient);
  }
  const TableColumns& columns = table.columns;
  std::string line = shown_name(table.csv.path());
  if (columns.known != nullptr) line += formatted(" ({})", columns.known->name);
  line += ": " + description_of(table.csv, columns, options_);
  if (table.split) {
    line += formatted(", all {}", split_name(*table.split));
  } else if (columns.split) {
    line += formatted(", split from \"{}\"", table.csv.header()[*columns.split]);
  } else {
    line += columns.tells_patients() ? ", split by patient" : ", split by image";
  }
  const auto counted = [](std::size_t count, const char* what) {
    return formatted("{} {}{}", count, what, count == 1 ? "" : "s");
  };
  line += "; " + counted(images, "image");
  if (columns.tells_patients()) {
    line += " of " + counted(patients.size(), "patient");
    if (images > 1 && images == patients.size()) line += ", one image each";
  }
  if (columns.known != nullptr && !columns.known->note.empty())
    line += formatted(" ({})", columns.known->note);
  if (const std::size_t rows = table.csv.repaired_rows(); rows > 0)
    line += formatted("; bytes of {} that are not UTF-8 became U+FFFD", counted(rows, "row"));
  const auto unknown = [&](std::size_t cells, const std::string& what) {
    if (cells > 0) line += formatted("; {} {}, count as not known", counted(cells, "cell"), what);
  };
  unknown(table.no_sexes, "of sex, neither F nor M");
  unknown(table.no_ages, formatted("of age, not within 0 to {} years", max_age));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  description_ += (description_.empty() ? "" : "\n") + line;
}

void TableRows::finish() {
  if (!unknown_patients_.empty() && !options_.patient_per_image &&
      std::count(splits_.begin(), splits_.end(), true) > 1)
    throw Error(Status::format, unknown_patients_);
  if (!options_.text_from_findings) return;
  for (Candidate& candidate : candidates_) {
    const std::vector<std::string>& findings = candidate.record.findings;
    candidate.record.text =
        findings.empty() ? "No Finding" : formatted("{}", fmt::join(findings, ", "));
  }
}

}  // namespace raygen::engine
