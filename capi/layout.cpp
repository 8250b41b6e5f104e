// The _init functions, and the layout of every public struct: a program compiled long ago passes
// the same bytes. A field that is added goes to the end, and not into padding: struct_size has to
// tell.

#include "dataset/prepare.hpp"
#include "door.hpp"
#include "phantom/phantom.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_error) == 1040 && offsetof(raygen_error, status) == 8 &&
               offsetof(raygen_error, message) == 12));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_string) == 16 && offsetof(raygen_string, length) == 8));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_limits) == 48 && offsetof(raygen_limits, max_file_bytes) == 8 &&
               offsetof(raygen_limits, max_pixels) == 16 &&
               offsetof(raygen_limits, max_prompt_bytes) == 24 &&
               offsetof(raygen_limits, max_batch) == 32 &&
               offsetof(raygen_limits, max_memory_bytes) == 40));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_model_options) == 40 && offsetof(raygen_model_options, device) == 8 &&
               offsetof(raygen_model_options, device_index) == 12 &&
               offsetof(raygen_model_options, precision) == 16 &&
               offsetof(raygen_model_options, threads) == 20 &&
               offsetof(raygen_model_options, verify) == 24 &&
               offsetof(raygen_model_options, limits) == 32));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_model_info) == 56 && offsetof(raygen_model_info, image_size) == 8 &&
               offsetof(raygen_model_info, image_channels) == 12 &&
               offsetof(raygen_model_info, grid_height) == 16 &&
               offsetof(raygen_model_info, grid_width) == 20 &&
               offsetof(raygen_model_info, codebook_size) == 24 &&
               offsetof(raygen_model_info, feature_channels) == 28 &&
               offsetof(raygen_model_info, text_length) == 32 &&
               offsetof(raygen_model_info, text_dim) == 36 &&
               offsetof(raygen_model_info, projection_dim) == 40 &&
               offsetof(raygen_model_info, device) == 44 &&
               offsetof(raygen_model_info, device_index) == 48 &&
               offsetof(raygen_model_info, precision) == 52));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_png_options) == 16 && offsetof(raygen_png_options, bit_depth) == 8));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_progress) == 72 && offsetof(raygen_progress, image) == 8 &&
               offsetof(raygen_progress, image_number) == 16 &&
               offsetof(raygen_progress, image_count) == 24 &&
               offsetof(raygen_progress, step) == 32 && offsetof(raygen_progress, steps) == 36 &&
               offsetof(raygen_progress, token_count) == 40 &&
               offsetof(raygen_progress, tokens) == 48 &&
               offsetof(raygen_progress, masked_count) == 56 &&
               offsetof(raygen_progress, preview) == 64));
static_assert(
    sizeof(void*) != 8 ||
    (sizeof(raygen_options) == 104 && offsetof(raygen_options, seed) == 8 &&
     offsetof(raygen_options, first_image) == 16 && offsetof(raygen_options, steps) == 24 &&
     offsetof(raygen_options, temperature) == 32 &&
     offsetof(raygen_options, top_k_threshold) == 40 && offsetof(raygen_options, schedule) == 48 &&
     offsetof(raygen_options, position_choice) == 52 &&
     offsetof(raygen_options, token_choice) == 56 &&
     offsetof(raygen_options, images_per_prompt) == 60 &&
     offsetof(raygen_options, batch_size) == 64 && offsetof(raygen_options, preview) == 68 &&
     offsetof(raygen_options, job) == 72 && offsetof(raygen_options, progress) == 80 &&
     offsetof(raygen_options, user_data) == 88 && offsetof(raygen_options, guidance_scale) == 96));
static_assert(sizeof(void*) != 8 || (sizeof(raygen_convert_options) == 144 &&
                                     offsetof(raygen_convert_options, decoder) == 8 &&
                                     offsetof(raygen_convert_options, vqgan) == 24 &&
                                     offsetof(raygen_convert_options, vqgan_config) == 40 &&
                                     offsetof(raygen_convert_options, text_encoder) == 56 &&
                                     offsetof(raygen_convert_options, text_config) == 72 &&
                                     offsetof(raygen_convert_options, vocabulary) == 88 &&
                                     offsetof(raygen_convert_options, decoder_config) == 104 &&
                                     offsetof(raygen_convert_options, heads) == 120 &&
                                     offsetof(raygen_convert_options, overwrite) == 124 &&
                                     offsetof(raygen_convert_options, limits) == 128 &&
                                     offsetof(raygen_convert_options, job) == 136));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_tensor_view) == 56 && offsetof(raygen_tensor_view, name) == 8 &&
               offsetof(raygen_tensor_view, dtype) == 16 &&
               offsetof(raygen_tensor_view, rank) == 24 &&
               offsetof(raygen_tensor_view, shape) == 32 &&
               offsetof(raygen_tensor_view, data) == 40 &&
               offsetof(raygen_tensor_view, bytes) == 48));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_data_progress) == 32 && offsetof(raygen_data_progress, done) == 8 &&
               offsetof(raygen_data_progress, total) == 16 &&
               offsetof(raygen_data_progress, skipped) == 24));
static_assert(sizeof(void*) != 8 || (sizeof(raygen_prepare_options) == 64 &&
                                     offsetof(raygen_prepare_options, image_size) == 8 &&
                                     offsetof(raygen_prepare_options, rows_per_shard) == 12 &&
                                     offsetof(raygen_prepare_options, val_fraction) == 16 &&
                                     offsetof(raygen_prepare_options, seed) == 24 &&
                                     offsetof(raygen_prepare_options, limits) == 32 &&
                                     offsetof(raygen_prepare_options, job) == 40 &&
                                     offsetof(raygen_prepare_options, progress) == 48 &&
                                     offsetof(raygen_prepare_options, user_data) == 56));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_table_source) == 184 && offsetof(raygen_table_source, csv) == 8 &&
               offsetof(raygen_table_source, splits) == 16 &&
               offsetof(raygen_table_source, csv_count) == 24 &&
               offsetof(raygen_table_source, root) == 32 &&
               offsetof(raygen_table_source, test_fraction) == 48 &&
               offsetof(raygen_table_source, path_column) == 56 &&
               offsetof(raygen_table_source, text_column) == 72 &&
               offsetof(raygen_table_source, patient_column) == 88 &&
               offsetof(raygen_table_source, split_column) == 104 &&
               offsetof(raygen_table_source, view_column) == 120 &&
               offsetof(raygen_table_source, findings_column) == 136 &&
               offsetof(raygen_table_source, id_column) == 152 &&
               offsetof(raygen_table_source, label_columns) == 168 &&
               offsetof(raygen_table_source, label_column_count) == 176));
static_assert(sizeof(void*) != 8 ||
              (sizeof(raygen_mimic_source) == 64 && offsetof(raygen_mimic_source, root) == 8 &&
               offsetof(raygen_mimic_source, reports) == 24 &&
               offsetof(raygen_mimic_source, view) == 40 &&
               offsetof(raygen_mimic_source, exact) == 56));
static_assert(sizeof(void*) != 8 || (sizeof(raygen_dataset_summary) == 72 &&
                                     offsetof(raygen_dataset_summary, images) == 8 &&
                                     offsetof(raygen_dataset_summary, skipped) == 16 &&
                                     offsetof(raygen_dataset_summary, images_of) == 24 &&
                                     offsetof(raygen_dataset_summary, patients_of) == 48));
static_assert(sizeof(void*) != 8 || (sizeof(raygen_phantom_options) == 64 &&
                                     offsetof(raygen_phantom_options, seed) == 8 &&
                                     offsetof(raygen_phantom_options, first_phantom) == 16 &&
                                     offsetof(raygen_phantom_options, count) == 24 &&
                                     offsetof(raygen_phantom_options, size) == 32 &&
                                     offsetof(raygen_phantom_options, masks) == 36 &&
                                     offsetof(raygen_phantom_options, job) == 40 &&
                                     offsetof(raygen_phantom_options, progress) == 48 &&
                                     offsetof(raygen_phantom_options, user_data) == 56));
static_assert(sizeof(void*) != 8 || (sizeof(raygen_training_progress) == 88 &&
                                     offsetof(raygen_training_progress, stage) == 8 &&
                                     offsetof(raygen_training_progress, event) == 16 &&
                                     offsetof(raygen_training_progress, step) == 24 &&
                                     offsetof(raygen_training_progress, steps) == 32 &&
                                     offsetof(raygen_training_progress, images_per_second) == 40 &&
                                     offsetof(raygen_training_progress, seconds_left) == 48 &&
                                     offsetof(raygen_training_progress, metric_count) == 56 &&
                                     offsetof(raygen_training_progress, metric_names) == 64 &&
                                     offsetof(raygen_training_progress, metric_values) == 72 &&
                                     offsetof(raygen_training_progress, process) == 80 &&
                                     offsetof(raygen_training_progress, processes) == 84));
static_assert(sizeof(void*) != 8 || (sizeof(raygen_training_options) == 88 &&
                                     offsetof(raygen_training_options, config) == 8 &&
                                     offsetof(raygen_training_options, config_name) == 24 &&
                                     offsetof(raygen_training_options, overrides) == 40 &&
                                     offsetof(raygen_training_options, override_count) == 48 &&
                                     offsetof(raygen_training_options, limits) == 56 &&
                                     offsetof(raygen_training_options, job) == 64 &&
                                     offsetof(raygen_training_options, progress) == 72 &&
                                     offsetof(raygen_training_options, user_data) == 80));

namespace raygen::capi {

static_assert(static_cast<int>(Status::invalid_argument) == RAYGEN_ERROR_INVALID_ARGUMENT);
static_assert(static_cast<int>(Status::io) == RAYGEN_ERROR_IO &&
              static_cast<int>(Status::format) == RAYGEN_ERROR_FORMAT);
static_assert(static_cast<int>(Status::unsupported) == RAYGEN_ERROR_UNSUPPORTED &&
              static_cast<int>(Status::limit) == RAYGEN_ERROR_LIMIT);
static_assert(static_cast<int>(Status::cancelled) == RAYGEN_ERROR_CANCELLED);
static_assert(static_cast<int>(Status::out_of_memory) == RAYGEN_ERROR_OUT_OF_MEMORY);
static_assert(static_cast<int>(Status::device) == RAYGEN_ERROR_DEVICE &&
              static_cast<int>(Status::numeric) == RAYGEN_ERROR_NUMERIC);
static_assert(static_cast<int>(Status::internal) == RAYGEN_ERROR_INTERNAL);

namespace {

/// No struct of any later version is larger: what asks for more is no size, and a memory of that
/// size nobody has.
constexpr std::size_t largest_struct = 65536;

/// Fills as much of the caller's struct as both sides know; what only the caller knows is zero.
template <typename T>
void initialize(T* out, std::size_t struct_size, T value) {
  if (out == nullptr || !aligned(out) || struct_size < sizeof value.struct_size ||
      struct_size > largest_struct)
    return;
  value.struct_size = struct_size;
  std::memset(static_cast<void*>(out), 0, struct_size);
  std::memcpy(static_cast<void*>(out), &value, std::min(struct_size, sizeof value));
}

}  // namespace
}  // namespace raygen::capi

using raygen::capi::initialize;

// The names are in parentheses so that the macros of raygen.h leave them alone.
extern "C" {

void(raygen_error_init)(raygen_error* error, size_t struct_size) {
  initialize(error, struct_size, raygen_error{});
}

void(raygen_limits_init)(raygen_limits* limits, size_t struct_size) {
  const raygen::engine::Limits defaults;
  initialize(limits, struct_size,
             {0, defaults.max_file_bytes, defaults.max_pixels, defaults.max_prompt_bytes,
              defaults.max_batch, defaults.max_memory_bytes});
}

void(raygen_model_options_init)(raygen_model_options* options, size_t struct_size) {
  initialize(options, struct_size,
             {0, RAYGEN_DEVICE_AUTO, 0, RAYGEN_PRECISION_FLOAT32, RAYGEN_THREADS_HOST, 1, nullptr});
}

void(raygen_model_info_init)(raygen_model_info* info, size_t struct_size) {
  initialize(info, struct_size, raygen_model_info{});
}

void(raygen_png_options_init)(raygen_png_options* options, size_t struct_size) {
  initialize(options, struct_size, {0, 8});
}

void(raygen_options_init)(raygen_options* options, size_t struct_size) {
  raygen_options value{};
  value.steps = 18;
  value.temperature = 1.0;
  value.top_k_threshold = 0.9;
  value.guidance_scale = 1.0;
  value.images_per_prompt = 1;
  value.batch_size = 1;
  initialize(options, struct_size, value);
}

void(raygen_convert_options_init)(raygen_convert_options* options, size_t struct_size) {
  raygen_convert_options value{};
  value.heads = RAYGEN_HEADS_INFER;
  initialize(options, struct_size, value);
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

void(raygen_phantom_options_init)(raygen_phantom_options* options, size_t struct_size) {
  raygen_phantom_options value{};
  value.count = 1;
  value.size = raygen::engine::PhantomFolderOptions().size;
  initialize(options, struct_size, value);
}

void(raygen_training_options_init)(raygen_training_options* options, size_t struct_size) {
  initialize(options, struct_size, raygen_training_options{});
}

void(raygen_tensor_view_init)(raygen_tensor_view* view, size_t struct_size) {
  initialize(view, struct_size, raygen_tensor_view{});
}

}  // extern "C"
