#include "dataset/prepare.hpp"

#include "door.hpp"

#include <memory>
#include <string>

namespace raygen::capi {
namespace {

static_assert(static_cast<int>(engine::Split::train) == RAYGEN_SPLIT_TRAIN &&
              static_cast<int>(engine::Split::val) == RAYGEN_SPLIT_VAL &&
              static_cast<int>(engine::Split::test) == RAYGEN_SPLIT_TEST);

/// What tables and MIMIC-CXR have in common; the callback and the job are returned beside it.
struct Run {
  engine::PrepareProgress progress;
  const engine::Job* job = nullptr;
  std::shared_ptr<std::string> description = std::make_shared<std::string>();
};

Run read_options(const raygen_prepare_options* options, engine::PrepareOptions& result) {
  const raygen_prepare_options raw =
      given_or_default(options, "options", "raygen_prepare_options", raygen_prepare_options_init);
  result.resolution = raw.image_size;
  result.rows_per_shard = raw.rows_per_shard;
  result.val_fraction = raw.val_fraction;
  result.seed = raw.seed;
  result.limits = limits_of(raw.limits);
  Run run{{}, job_of(raw.job)};
  if (raw.progress != nullptr) {
    run.progress = [callback = raw.progress, user_data = raw.user_data, text = run.description](
                       std::size_t done, std::size_t total, std::size_t skipped) {
      return report_data(callback, user_data, done, total, skipped, text->c_str()) ? 0 : 1;
    };
  }
  return run;
}

engine::TableOptions table_options(const raygen_table_source& source) {
  engine::TableOptions options;
  if (source.csv_count == 0)
    fail(Status::invalid_argument, "csv_count is 0; one table or more was expected");
  expect_at_most(source.csv_count, engine::Limits::max_strings, "csv_count");
  required(source.csv, "csv");
  for (std::size_t i = 0; i < source.csv_count; ++i) {
    engine::TableOptions::Table table{path_of(source.csv[i], formatted("csv[{}]", i)), {}};
    if (source.splits != nullptr) {
      const std::int32_t split = choice((&required(source.splits, "splits"))[i],
                                        RAYGEN_SPLIT_BY_PATIENT, formatted("splits[{}]", i));
      if (split != RAYGEN_SPLIT_BY_PATIENT) table.split = static_cast<engine::Split>(split);
    }
    options.tables.push_back(std::move(table));
  }
  options.root = optional_path_of(source.root, "root");
  options.test_fraction = source.test_fraction;
  auto& columns = options.columns;
  columns.path = text_of(source.path_column, "path_column");
  columns.text = text_of(source.text_column, "text_column");
  columns.patient = text_of(source.patient_column, "patient_column");
  columns.split = text_of(source.split_column, "split_column");
  columns.view = text_of(source.view_column, "view_column");
  columns.findings = text_of(source.findings_column, "findings_column");
  columns.id = text_of(source.id_column, "id_column");
  columns.sex = text_of(source.sex_column, "sex_column");
  columns.age = text_of(source.age_column, "age_column");
  columns.labels = strings_of(source.label_columns, source.label_column_count, "label_columns");
  options.patient_per_image = flag(source.patient_per_image, "patient_per_image");
  options.text_from_findings = flag(source.text_from_findings, "text_from_findings");
  return options;
}

/// The caller's place for a summary is looked at before the work.
raygen_dataset_summary* checked_summary(raygen_dataset_summary* summary) {
  return summary == nullptr ? nullptr : &sized(summary, "summary", "raygen_dataset_summary");
}

void report_summary(const engine::PreparationSummary& made, raygen_dataset_summary* summary) {
  if (summary == nullptr) return;
  raygen_dataset_summary filled{};
  filled.images = made.images;
  filled.skipped = made.skipped;
  for (std::size_t split = 0; split < std::size(made.images_of); ++split) {
    filled.images_of[split] = made.images_of[split];
    filled.patients_of[split] = made.patients_of[split];
  }
  put(*summary, filled);
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_dataset_prepare_table(const raygen_table_source* source,
                                           const raygen_prepare_options* options, const char* out,
                                           size_t out_length, raygen_dataset_summary* summary,
                                           raygen_error* error) {
  return guard(error, [&] {
    raygen_dataset_summary* place = checked_summary(summary);
    auto table =
        table_options(given(source, "source", "raygen_table_source", raygen_table_source_init));
    const Run run = read_options(options, table);
    table.describe = [&run](const std::string& text) { *run.description = text; };
    table.out = path_of(out, out_length, "out");
    report_summary(raygen::engine::prepare_table(table, run.progress, run.job), place);
  });
}

raygen_status raygen_dataset_prepare_mimic(const raygen_mimic_source* source,
                                           const raygen_prepare_options* options, const char* out,
                                           size_t out_length, raygen_dataset_summary* summary,
                                           raygen_error* error) {
  return guard(error, [&] {
    raygen_dataset_summary* place = checked_summary(summary);
    const raygen_mimic_source raw =
        given(source, "source", "raygen_mimic_source", raygen_mimic_source_init);
    raygen::engine::MimicOptions mimic;
    const Run run = read_options(options, mimic);
    mimic.out = path_of(out, out_length, "out");
    mimic.root = path_of(raw.root, "root");
    mimic.reports = optional_path_of(raw.reports, "reports");
    mimic.view = text_of(raw.view, "view");
    mimic.exact = flag(raw.exact, "exact");
    report_summary(raygen::engine::prepare_mimic(mimic, run.progress, run.job), place);
  });
}

void(raygen_prepare_options_init)(raygen_prepare_options* options, size_t struct_size) {
  const raygen::engine::PrepareOptions defaults;
  raygen_prepare_options value{};
  value.image_size = static_cast<int32_t>(defaults.resolution);
  value.rows_per_shard = static_cast<int32_t>(defaults.rows_per_shard);
  value.val_fraction = defaults.val_fraction;
  value.seed = defaults.seed;
  initialize(options, struct_size, value);
}

void(raygen_table_source_init)(raygen_table_source* source, size_t struct_size) {
  raygen_table_source value{};
  value.test_fraction = raygen::engine::TableOptions().test_fraction;
  initialize(source, struct_size, value);
}

void(raygen_mimic_source_init)(raygen_mimic_source* source, size_t struct_size) {
  initialize(source, struct_size, raygen_mimic_source{});
}

void(raygen_dataset_summary_init)(raygen_dataset_summary* summary, size_t struct_size) {
  initialize(summary, struct_size, raygen_dataset_summary{});
}

}  // extern "C"
