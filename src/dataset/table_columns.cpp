#include "dataset/table_columns.hpp"

#include "dataset/demographics.hpp"
#include "dataset/format.hpp"
#include "error.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

namespace raygen::engine {
namespace {

using Column = std::optional<std::size_t>;
using Names = std::vector<std::string_view>;

constexpr std::size_t longest_finding = 64;  // bytes

// Case, spaces, "_", "-" and "." do not count.
const Names usual_patients = {"patient_id",     "patient",         "subject_id",
                              "subject",        "deid_patient_id", "patient_no",
                              "patient_number", "patient_uid",     "anon_patient_id",
                              "person_id",      "participant_id",  "mrn",
                              "ptid",           "pat_id"};
const Names patients_or_images = {"uid", "pid"};
// As they are written, in any case.
constexpr std::string_view usual_texts[] = {"text",       "report",  "prompt",
                                            "impression", "caption", "section_impression"};

std::string quoted(const CsvTable& table, std::size_t column) {
  return '"' + table.header()[column] + '"';
}

/// Whether a column holds sentences in place of names of findings with "|" between them.
bool is_prose(const CsvTable& table, std::size_t column, const Limits& limits) {
  CsvTable rows(table.path(), limits);
  while (rows.next()) {
    for (const std::string& name : format::split_findings(rows.field(column)))
      if (name.size() > longest_finding || name.find_first_of(".\n\r") != std::string::npos)
        return true;
  }
  return false;
}

/// All columns that usually hold the patient must tell the same patients: which of them is meant
/// nobody knows.
Column agreed_patient(const CsvTable& table, const KnownTable* known, const Limits& limits) {
  Names names = known != nullptr ? known->patient : Names();
  names.insert(names.end(), usual_patients.begin(), usual_patients.end());
  const std::vector<std::size_t> columns = table.columns_like(names);
  if (columns.empty()) return std::nullopt;
  for (std::size_t i = 1; i < columns.size(); ++i) {
    std::unordered_map<std::string, std::string> there, back;
    CsvTable rows(table.path(), limits);
    while (rows.next()) {
      const std::string& first = rows.field(columns[0]);
      const std::string& other = rows.field(columns[i]);
      if (is_missing(first) || is_missing(other)) continue;
      const std::string first_key = patient_key(first), other_key = patient_key(other);
      if (there.try_emplace(first_key, other_key).first->second == other_key &&
          back.try_emplace(other_key, first_key).first->second == first_key)
        continue;
      fail(Status::format,
           "{}: {} and {} could both be the patient, and contradict each other here: name one by "
           "patient_column (--patient-column)",
           rows.where(), quoted(table, columns[0]), quoted(table, columns[i]));
    }
  }
  return columns[0];
}

/// Some names are a patient's in one table and an image's in another: a patient's when several
/// images share one.
Column shared_patient(const CsvTable& table, const PathColumns& path, const Limits& limits) {
  for (const std::size_t column : table.columns_like(patients_or_images)) {
    std::unordered_map<std::string, std::string> images;
    CsvTable rows(table.path(), limits);
    while (rows.next()) {
      if (is_missing(rows.field(column))) continue;
      const std::string image = path.path(rows);
      const auto [found, is_new] = images.try_emplace(rows.field(column), image);
      if (!is_new && found->second != image) return column;
    }
  }
  return std::nullopt;
}

/// The layout that the first path has.
std::optional<PathLayout> layout_of(const CsvTable& table, const PathColumns& path,
                                    const Limits& limits) {
  CsvTable rows(table.path(), limits);
  while (rows.next()) {
    const std::string told = path.path(rows);
    if (!told.empty()) return path_layout(told);
  }
  return std::nullopt;
}

/// A column that was found, and not named, may be another's than the patient's: one person's images
/// would have several patients then.
void check_patient_in_path(const CsvTable& table, const TableColumns& columns,
                           const Limits& limits) {
  const auto layout = layout_of(table, columns.path, limits);
  if (!layout) return;
  std::unordered_map<std::string, std::string> patients;
  CsvTable rows(table.path(), limits);
  while (rows.next()) {
    const std::string& told = rows.field(*columns.patient);
    const std::string path = columns.path.path(rows);
    const std::string_view in_path = patient_in_path(path, *layout);
    if (is_missing(told) || in_path.empty()) continue;
    const std::string key = patient_key(told);
    const auto [found, is_new] = patients.try_emplace(std::string(in_path), key);
    if (found->second == key) continue;
    fail(Status::format,
         "{}: by its path the image is of {}, as one above is, but {} tells different patients; "
         "name the column by patient_column (--patient-column) if it is right",
         rows.where(), in_quotes(in_path), quoted(table, *columns.patient));
  }
}

void find_patient(const CsvTable& table, const TableOptions& options, TableColumns& columns) {
  if (!options.columns.patient.empty()) {
    columns.patient = table.column(options.columns.patient);
    return;
  }
  columns.patient = agreed_patient(table, columns.known, options.limits);
  if (!columns.patient) columns.patient = shared_patient(table, columns.path, options.limits);
  if (columns.patient) {
    check_patient_in_path(table, columns, options.limits);
  } else {
    columns.patient_layout = layout_of(table, columns.path, options.limits);
  }
}

void find_text(const CsvTable& table, const TableOptions& options, TableColumns& columns) {
  if (options.text_from_findings) return;
  if (!options.columns.text.empty()) {
    columns.text = {table.column(options.columns.text)};
    return;
  }
  if (columns.known != nullptr) columns.text = table.columns_like(columns.known->text);
  if (!columns.text.empty()) return;
  for (const std::string_view name : usual_texts) {
    if (const Column found = table.find_column({name})) {
      columns.text = {*found};
      return;
    }
  }
  fail(Status::format,
       "{}: there is no column for the text (\"text\" or another of the usual names){}; the path "
       "is from {}; name the text's column by text_column (--text-column), or ask for texts from "
       "the findings (text_from_findings, --text-from-findings); {}",
       table.path().string(),
       columns.known == nullptr || columns.known->advice.empty()
           ? std::string()
           : formatted("; this is a table of {}, and {}", columns.known->name,
                       columns.known->advice),
       columns.path.name(), table.header_text());
}

void find_findings(const CsvTable& table, const TableOptions& options, TableColumns& columns) {
  const TableOptions::Columns& names = options.columns;
  if (!names.findings.empty()) {
    columns.findings.push_back({table.column(names.findings), FindingsCell::bars, {}});
  } else if (columns.known != nullptr && !columns.known->findings.empty()) {
    for (const KnownFindings& known : columns.known->findings) {
      const std::vector<std::size_t> found = table.columns_like(known.column);
      if (found.empty()) continue;
      const std::string_view finding = known.finding.empty() ? known.column : known.finding;
      columns.findings.push_back({found[0], known.cell, std::string(finding)});
    }
  } else if (const Column found = table.find_column({"findings", "Finding Labels"});
             found && !is_prose(table, *found, options.limits)) {
    // Some tables have a report's section under this name: that is no list of findings.
    columns.findings.push_back({*found, FindingsCell::bars, {}});
  }
  for (const std::string& label : names.labels)
    columns.findings.push_back({table.column(label), FindingsCell::flag, label});
  if (options.text_from_findings && columns.findings.empty()) {
    fail(Status::format,
         "{}: texts from the findings were asked for, and there is no column of findings; {}",
         table.path().string(), table.header_text());
  }
}

std::string joined(const CsvTable& table, const std::vector<std::size_t>& columns,
                   std::string_view between) {
  std::vector<std::string> names;
  for (const std::size_t column : columns) names.push_back(quoted(table, column));
  return formatted("{}", fmt::join(names, between));
}

std::string findings_columns(const CsvTable& table, const TableColumns& columns) {
  constexpr std::size_t named = 3;
  std::vector<std::size_t> all;
  for (const FindingsColumn& column : columns.findings) all.push_back(column.column);
  return all.size() <= named ? joined(table, all, ", ") : formatted("{} columns", all.size());
}

}  // namespace

TableColumns columns_of(const CsvTable& table, const TableOptions& options,
                        const std::filesystem::path& root) {
  TableColumns columns;
  columns.known =
      known_table([&](std::string_view name) { return !table.columns_like(name).empty(); });
  columns.path = path_columns(table, options.columns.path, columns.known, root, options.limits);
  find_findings(table, options, columns);
  find_text(table, options, columns);
  find_patient(table, options, columns);
  const TableOptions::Columns& names = options.columns;
  if (!names.view.empty()) {
    columns.view = {table.column(names.view)};
  } else {
    if (columns.known != nullptr) columns.view = table.columns_like(columns.known->view);
    if (columns.view.empty()) {
      if (const auto usual = table.columns_like(usual_view_columns); !usual.empty())
        columns.view.push_back(usual[0]);
    }
  }
  const auto told = [&](const std::string& name, const Names& usual) {
    return name.empty() ? table.columns_like(usual) : std::vector{table.column(name)};
  };
  columns.sex = told(names.sex, usual_sex_columns);
  columns.age = told(names.age, usual_age_columns);
  columns.split = names.split.empty() ? table.find_column({"split"}) : table.column(names.split);
  columns.id =
      names.id.empty() ? table.find_column({"id", "image_id", "dicom_id"}) : table.column(names.id);
  return columns;
}

std::vector<std::string> findings_of(const CsvTable& table, const TableColumns& columns) {
  std::vector<std::string> findings;
  for (const FindingsColumn& column : columns.findings) {
    for (std::string& name : findings_in(table.field(column.column), column)) {
      if (column.cell == FindingsCell::bars && name.size() > longest_finding) {
        fail(Status::format,
             "{}: the finding {} is longer than {} bytes; expected names with \"|\" between them",
             table.where(), in_quotes(name), longest_finding);
      }
      const bool is_first = column.cell == FindingsCell::bars ||
                            std::find(findings.begin(), findings.end(), name) == findings.end();
      if (is_first) findings.push_back(std::move(name));
    }
  }
  return findings;
}

std::string value_of(const CsvTable& table, const std::vector<std::size_t>& columns) {
  for (const std::size_t column : columns) {
    if (!is_missing(table.field(column))) return std::string(trimmed(table.field(column)));
  }
  return {};
}

std::string description_of(const CsvTable& table, const TableColumns& columns,
                           const TableOptions& options) {
  std::string text = formatted("path from {}", columns.path.name());
  if (columns.patient) {
    text += formatted(", patient from {}", quoted(table, *columns.patient));
  } else if (columns.patient_layout) {
    text += formatted(", patient from the path ({})", layout_name(*columns.patient_layout));
  } else {
    text += ", each image its own patient";
  }
  text += options.text_from_findings
              ? std::string(", text from the findings")
              : formatted(", text from {}", joined(table, columns.text, ", else "));
  if (!columns.view.empty())
    text += formatted(", view from {}", joined(table, columns.view, ", else "));
  if (!columns.sex.empty())
    text += formatted(", sex from {}", joined(table, columns.sex, ", else "));
  if (!columns.age.empty())
    text += formatted(", age from {}", joined(table, columns.age, ", else "));
  if (!columns.findings.empty())
    text += formatted(", findings from {}", findings_columns(table, columns));
  if (columns.id) text += formatted(", id from {}", quoted(table, *columns.id));
  return text;
}

std::string no_patients(const CsvTable& table, const TableColumns& columns) {
  std::vector<std::string> similar;
  for (std::size_t i = 0; i < table.header().size(); ++i) {
    const std::string plain = plain_name(table.header()[i]);
    for (const std::string_view part : {"patient", "pacient", "pazient", "subject", "person"}) {
      if (plain.find(part) == std::string::npos || plain.ends_with("age") ||
          plain.ends_with("sex") || plain.ends_with("gender"))
        continue;
      similar.push_back(quoted(table, i));
      break;
    }
  }
  std::string why = "no column tells the patient";
  if (columns.known != nullptr && !columns.known->has_patients)
    why = formatted("{} tells no patients", columns.known->name);
  return formatted(
      "{}: {}, so that images of one patient could be in two splits, and a model be tested on whom "
      "it was trained on. Name the column by patient_column (--patient-column{}), or, if each "
      "image is to count as a patient of its own, ask for that by patient_per_image "
      "(--patient-per-image); {}",
      table.path().string(), why,
      similar.empty() ? std::string() : formatted("; is it {}?", fmt::join(similar, " or ")),
      table.header_text());
}

}  // namespace raygen::engine
