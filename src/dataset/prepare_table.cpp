#include "dataset/preparation_record.hpp"
#include "dataset/table_rows.hpp"
#include "error.hpp"
#include "storage/json.hpp"

namespace raygen::engine {
namespace {

Json description(const TableOptions& options) {
  const TableOptions::Columns& names = options.columns;
  return {{"source", "table"},
          {"test_fraction", options.test_fraction},
          {"columns",
           {{"path", names.path},
            {"text", names.text},
            {"patient", names.patient},
            {"split", names.split},
            {"view", names.view},
            {"findings", names.findings},
            {"id", names.id},
            {"sex", names.sex},
            {"age", names.age},
            {"labels", names.labels}}}};
}

}  // namespace

PreparationSummary prepare_table(const TableOptions& options, const PrepareProgress& progress,
                                 const Job* job) {
  if (options.tables.empty()) fail(Status::invalid_argument, "no table was given");
  check_fraction(options.val_fraction, "val_fraction");
  check_fraction(options.test_fraction, "test_fraction");
  check_fraction(options.val_fraction + options.test_fraction, "val_fraction + test_fraction");
  if (options.text_from_findings && !options.columns.text.empty()) {
    fail(Status::invalid_argument,
         "texts were asked for from the column {} and from the findings; choose one",
         in_quotes(options.columns.text));
  }
  std::vector<std::filesystem::path> roots;  // of each table
  for (const TableOptions::Table& table : options.tables)
    roots.push_back(
        canonical_folder(options.root.empty() ? table.csv.parent_path() : options.root));
  TableRows rows(options, roots);
  for (std::size_t i = 0; i < options.tables.size(); ++i) rows.read(i, job);
  if (rows.candidates().empty())
    fail(Status::format, "{}: there is no row below the header",
         options.tables.front().csv.string());
  rows.finish();
  if (options.describe) options.describe(rows.description());
  Json how = description(options);
  how["tables"] = rows.tables();
  // What a folder was begun without is not there, so that it can be continued.
  if (rows.has_unknown_patients() && options.patient_per_image) how["patient_per_image"] = true;
  if (options.text_from_findings) how["text_from_findings"] = true;
  return prepare_candidates(
      std::move(rows.candidates()), roots, [](Candidate&) {}, options, std::move(how),
      description(TableOptions()), progress, job);
}

}  // namespace raygen::engine
