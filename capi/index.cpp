#include "memorisation/index_builder.hpp"

#include "door.hpp"
#include "memorisation/training_index.hpp"

using namespace raygen::capi;

extern "C" {

raygen_status raygen_index_build(const raygen_model* model, const char* dataset,
                                 size_t dataset_length, const char* out, size_t out_length,
                                 const raygen_index_options* options, raygen_error* error) {
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    const raygen_index_options raw =
        given_or_default(options, "options", "raygen_index_options", raygen_index_options_init);
    raygen::engine::IndexOptions wanted;
    wanted.quantile = raw.quantile;
    wanted.named = flag(raw.named, "named");
    wanted.job = job_of(raw.job);
    if (raw.progress != nullptr)
      wanted.progress = [&raw](std::int64_t done, std::int64_t total) {
        return report_data(raw.progress, raw.user_data, static_cast<std::uint64_t>(done),
                           static_cast<std::uint64_t>(total), 0);
      };
    const std::filesystem::path from = path_of(dataset, dataset_length, "dataset"),
                                to = path_of(out, out_length, "out");
    raygen::engine::build_index(
        opened, raygen::engine::Dataset::open(from, opened.options().limits), to, wanted);
  });
}

raygen_status raygen_index_open(const char* path, size_t path_length, const raygen_limits* limits,
                                raygen_index** index, raygen_error* error) {
  clear(index);
  return guard(error, [&] {
    required(index, "index");  // before the file is read
    give(
        index, "index",
        raygen::engine::TrainingIndex::open(path_of(path, path_length, "path"), limits_of(limits)));
  });
}

void raygen_index_free(raygen_index* index) { destroy(index); }

int64_t raygen_index_image_count(const raygen_index* index) {
  return !usable(index) ? 0 : index->index->manifest().images;
}

const char* raygen_index_digest(const raygen_index* index) {
  return !usable(index) ? nullptr : index->index->digest().c_str();
}

void(raygen_index_options_init)(raygen_index_options* options, size_t struct_size) {
  const raygen::engine::IndexOptions defaults;
  raygen_index_options value{};
  value.quantile = defaults.quantile;
  value.named = defaults.named ? 1 : 0;
  initialize(options, struct_size, value);
}

}  // extern "C"
