#include "dataset/prepare.hpp"
#include "door.hpp"
#include "phantom/phantom.hpp"

namespace raygen::capi {

namespace {

static_assert(static_cast<int>(engine::Split::train) == RAYGEN_SPLIT_TRAIN &&
              static_cast<int>(engine::Split::val) == RAYGEN_SPLIT_VAL &&
              static_cast<int>(engine::Split::test) == RAYGEN_SPLIT_TEST);

std::string string_of(const raygen_string& string, std::string_view name) {
  return std::string(bytes_of(string, name));
}

std::int32_t ask(raygen_data_callback callback, void* user_data, std::uint64_t done,
                 std::uint64_t total, std::uint64_t skipped) {
  const raygen_data_progress progress{sizeof progress, done, total, skipped};
  return callback(&progress, user_data);
}

/// What tables and MIMIC-CXR have in common; the callback and the job are returned beside it.
struct Run {
  engine::PrepareProgress progress;
  const engine::Job* job = nullptr;
};

Run read_options(const raygen_prepare_options* options, engine::PrepareOptions& result) {
  if (options == nullptr) return {};
  const auto& raw = checked(required(options, "options"), "raygen_prepare_options");
  result.resolution = raw.image_size;
  result.rows_per_shard = raw.rows_per_shard;
  result.val_fraction = raw.val_fraction;
  result.seed = raw.seed;
  result.limits = limits_of(raw.limits);
  Run run{{}, job_of(raw.job)};
  if (raw.progress != nullptr) {
    run.progress = [callback = raw.progress, user_data = raw.user_data](
                       std::size_t done, std::size_t total, std::size_t skipped) {
      return ask(callback, user_data, done, total, skipped);
    };
  }
  return run;
}

engine::TableOptions table_options(const raygen_table_source& source) {
  engine::TableOptions options;
  const std::vector<std::string> files = strings_of(source.csv, source.csv_count, "csv");
  if (files.empty())
    fail(Status::invalid_argument, "csv_count is 0; one table or more was expected");
  for (std::size_t i = 0; i < files.size(); ++i) {
    engine::TableOptions::Table table{
        path_of(files[i].data(), files[i].size(), fmt::format("csv[{}]", i)), {}};
    if (source.splits != nullptr) {
      const std::int32_t split = choice((&required(source.splits, "splits"))[i],
                                        RAYGEN_SPLIT_BY_PATIENT, fmt::format("splits[{}]", i));
      if (split != RAYGEN_SPLIT_BY_PATIENT) table.split = static_cast<engine::Split>(split);
    }
    options.tables.push_back(std::move(table));
  }
  options.root = string_of(source.root, "root");
  options.test_fraction = source.test_fraction;
  auto& columns = options.columns;
  columns.path = string_of(source.path_column, "path_column");
  columns.text = string_of(source.text_column, "text_column");
  columns.patient = string_of(source.patient_column, "patient_column");
  columns.split = string_of(source.split_column, "split_column");
  columns.view = string_of(source.view_column, "view_column");
  columns.findings = string_of(source.findings_column, "findings_column");
  columns.id = string_of(source.id_column, "id_column");
  columns.labels = strings_of(source.label_columns, source.label_column_count, "label_columns");
  return options;
}

void report_summary(const engine::PreparationSummary& made, raygen_dataset_summary* summary) {
  if (summary == nullptr) return;
  summary->images = made.images;
  summary->skipped = made.skipped;
  for (std::size_t split = 0; split < std::size(made.images_of); ++split) {
    summary->images_of[split] = made.images_of[split];
    summary->patients_of[split] = made.patients_of[split];
  }
}

void check_summary(const raygen_dataset_summary* summary) {
  if (summary != nullptr) checked(required(summary, "summary"), "raygen_dataset_summary");
}

}  // namespace

std::vector<std::string> strings_of(const raygen_string* strings, std::size_t count,
                                    std::string_view name) {
  std::vector<std::string> result;
  if (count > 0) required(strings, name);
  for (std::size_t i = 0; i < count; ++i)
    result.push_back(string_of(strings[i], fmt::format("{}[{}]", name, i)));
  return result;
}

}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_prepare_table(const raygen_table_source* source,
                                   const raygen_prepare_options* options, const char* out,
                                   size_t out_length, raygen_dataset_summary* summary,
                                   raygen_error* error) {
  return guard(error, [&] {
    check_summary(summary);
    auto table = table_options(checked(required(source, "source"), "raygen_table_source"));
    const Run run = read_options(options, table);
    table.out = path_of(out, out_length, "out");
    report_summary(raygen::engine::prepare_table(table, run.progress, run.job), summary);
  });
}

raygen_status raygen_prepare_mimic(const raygen_mimic_source* source,
                                   const raygen_prepare_options* options, const char* out,
                                   size_t out_length, raygen_dataset_summary* summary,
                                   raygen_error* error) {
  return guard(error, [&] {
    check_summary(summary);
    const auto& raw = checked(required(source, "source"), "raygen_mimic_source");
    raygen::engine::MimicOptions mimic;
    const Run run = read_options(options, mimic);
    mimic.out = path_of(out, out_length, "out");
    mimic.root = path_of(raw.root.data, raw.root.length, "root");
    mimic.reports = string_of(raw.reports, "reports");
    mimic.view = string_of(raw.view, "view");
    mimic.exact = flag(raw.exact, "exact");
    report_summary(raygen::engine::prepare_mimic(mimic, run.progress, run.job), summary);
  });
}

raygen_status raygen_phantom_write(const raygen_phantom_options* options, const char* out,
                                   size_t out_length, raygen_error* error) {
  return guard(error, [&] {
    const auto& raw = checked(required(options, "options"), "raygen_phantom_options");
    if (raw.count == 0) fail(Status::invalid_argument, "count is 0; 1 or more was expected");
    const raygen::engine::PhantomFolderOptions folder{raw.seed, raw.first_phantom, raw.count,
                                                      raw.size, flag(raw.masks, "masks")};
    std::function<bool(std::uint64_t)> progress;
    if (raw.progress != nullptr)
      progress = [&raw](std::uint64_t done) {
        return ask(raw.progress, raw.user_data, done, raw.count, 0) == 0;
      };
    raygen::engine::write_phantoms(folder, path_of(out, out_length, "out"), progress,
                                   job_of(raw.job));
  });
}

}  // extern "C"
