#include "dataset/csv_table.hpp"
#include "dataset/format.hpp"
#include "dataset/patient_splits.hpp"
#include "dataset/preparation_record.hpp"
#include "error.hpp"
#include "storage/json.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <system_error>

namespace raygen::engine {
namespace {

using Column = std::optional<std::size_t>;
constexpr std::size_t longest_finding = 64;  // bytes

struct Columns {
  std::size_t path, text;
  Column patient, split, view, findings, id;
  std::vector<std::pair<std::string, std::size_t>> labels;
};

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

Columns columns_of(const CsvTable& table, const TableOptions::Columns& names,
                   const Limits& limits) {
  const auto optional = [&](const std::string& name,
                            std::initializer_list<std::string_view> usual) -> Column {
    return name.empty() ? table.find_column(usual) : table.column(name);
  };
  const auto required = [&](const std::string& name, std::initializer_list<std::string_view> usual,
                            std::string_view what) {
    if (const Column found = optional(name, usual)) return *found;
    fail(Status::format, "{}: there is no column for the {} (\"{}\" or another of the usual names)",
         table.path().string(), what, *usual.begin());
  };
  // Some tables have a report's section under this name; unless it was asked for, it is no list of
  // findings then.
  Column findings = optional(names.findings, {"findings", "Finding Labels"});
  if (names.findings.empty() && findings && is_prose(table, *findings, limits)) findings.reset();
  Columns columns{
      required(names.path, {"path", "img_savename", "image", "file", "filename", "Image Index"},
               "image's path"),
      required(names.text, {"text", "report", "prompt", "impression"}, "text"),
      optional(names.patient, {"patient_id", "patient", "subject_id", "Patient ID"}),
      optional(names.split, {"split"}),
      optional(names.view, {"view", "ViewPosition", "view_position", "View Position"}),
      findings,
      optional(names.id, {"id", "image_id", "dicom_id"}),
      {}};
  for (const std::string& label : names.labels)
    columns.labels.emplace_back(label, table.column(label));
  return columns;
}

bool is_present(std::string_view cell) {
  cell = trimmed(cell);
  return cell == "1" || cell == "1.0" || cell == "true" || cell == "True" || cell == "TRUE";
}

/// Where a table's path leads; it may not lead out of the root, nor through links.
std::filesystem::path path_within(const std::filesystem::path& root, const std::string& path) {
  const std::filesystem::path relative(path);
  if (path.empty()) fail(Status::format, "the path is empty");
  if (path.find('\0') != std::string::npos) fail(Status::format, "the path holds a zero byte");
  if (relative.is_absolute())
    fail(Status::format, "the path is absolute; one within the root folder was expected");
  std::error_code code;
  const std::filesystem::path file = std::filesystem::weakly_canonical(root / relative, code);
  if (code) fail(Status::io, "cannot open image {}: {}", path, code.message());
  const std::filesystem::path inside = file.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..")
    fail(Status::format, "the path leads out of the root folder");
  return file;
}

std::vector<std::string> findings_of(const CsvTable& table, const Columns& columns) {
  std::vector<std::string> findings;
  if (columns.findings) findings = format::split_findings(table.field(*columns.findings));
  for (const std::string& finding : findings) {
    if (finding.size() > longest_finding) {
      fail(Status::format,
           "{}: the finding {} is longer than {} bytes; expected names with \"|\" between them",
           table.where(), in_quotes(finding), longest_finding);
    }
  }
  for (const auto& [label, column] : columns.labels) {
    if (is_present(table.field(column)) &&
        std::find(findings.begin(), findings.end(), label) == findings.end())
      findings.push_back(label);
  }
  return findings;
}

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

/// Where the paths of a table lead, and what images are called that have no id or patient: by their
/// place in the folder that all tables share.
struct Place {
  std::filesystem::path root, common;

  std::string id(const std::string& path) const {
    const std::filesystem::path inside = root.lexically_relative(common);
    return inside == "." ? path : (inside / path).generic_string();
  }
  std::string patient(const std::filesystem::path& file) const {
    return file.lexically_relative(common).generic_string();
  }
};

Candidate candidate_of(const CsvTable& table, const Columns& columns, const TableOptions& options,
                       const Place& place, const std::optional<Split>& split) {
  Candidate candidate;
  candidate.path = trimmed(table.field(columns.path));
  Record& record = candidate.record;
  record.id =
      columns.id ? std::string(trimmed(table.field(*columns.id))) : place.id(candidate.path);
  record.patient = columns.patient ? trimmed(table.field(*columns.patient)) : std::string_view();
  if (columns.view) record.view = trimmed(table.field(*columns.view));
  record.findings = findings_of(table, columns);
  record.text = trimmed(table.field(columns.text));
  try {
    if (record.id.empty()) fail(Status::format, "the id is empty");
    if (columns.patient && record.patient.empty()) fail(Status::format, "the patient is not told");
    candidate.file = path_within(place.root, candidate.path);
    if (!columns.patient) record.patient = place.patient(candidate.file);
    if (split) {
      record.split = *split;
    } else if (columns.split) {
      record.split =
          split_of(trimmed(table.field(*columns.split)), formatted("line {}", table.line()));
    } else {
      record.split = split_of_patient(record.patient, options.seed, options.val_fraction,
                                      options.test_fraction);
    }
  } catch (const Error& error) {
    candidate.problem = error.what();
  }
  return candidate;
}

Json description(const TableOptions& options) {
  const TableOptions::Columns& names = options.columns;
  return {{"source", "table"},
          {"test_fraction", options.test_fraction},
          {"tables", Json::array()},
          {"columns",
           {{"path", names.path},
            {"text", names.text},
            {"patient", names.patient},
            {"split", names.split},
            {"view", names.view},
            {"findings", names.findings},
            {"id", names.id},
            {"labels", names.labels}}}};
}

}  // namespace

PreparationSummary prepare_table(const TableOptions& options, const PrepareProgress& progress,
                                 const Job* job) {
  if (options.tables.empty()) fail(Status::invalid_argument, "no table was given");
  check_fraction(options.val_fraction, "val_fraction");
  check_fraction(options.test_fraction, "test_fraction");
  check_fraction(options.val_fraction + options.test_fraction, "val_fraction + test_fraction");
  Json how = description(options);
  std::vector<Candidate> candidates;
  PatientSplits patients;
  std::vector<std::filesystem::path> roots;  // of each table
  for (const TableOptions::Table& table : options.tables)
    roots.push_back(
        canonical_folder(options.root.empty() ? table.csv.parent_path() : options.root));
  const std::filesystem::path common = common_folder(roots);
  for (std::size_t i = 0; i < options.tables.size(); ++i) {
    const auto& [csv, split] = options.tables[i];
    CsvTable table(csv, options.limits);
    const Columns columns = columns_of(table, options.columns, options.limits);
    const Place place{roots[i], common};
    how["tables"].push_back({{"file", csv.filename().string()},
                             {"sha256", table.sha256()},
                             {"split", split ? split_name(*split) : ""}});
    while (table.next()) {
      check_cancelled(job);
      candidates.push_back(candidate_of(table, columns, options, place, split));
      Candidate& candidate = candidates.back();
      candidate.root = i;
      if (candidate.problem.empty()) patients.place(candidate.record, table.where(), table.where());
    }
  }
  if (candidates.empty())
    fail(Status::format, "{}: there is no row below the header",
         options.tables.front().csv.string());
  return prepare_candidates(
      std::move(candidates), roots, [](Candidate&) {}, options, std::move(how), progress, job);
}

}  // namespace raygen::engine
