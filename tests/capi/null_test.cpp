// The C ABI given NULL: an error that names what was NULL, or nothing done.

#include "calls.hpp"

#include <vector>

TEST_CASE("NULL where a handle or an array is needed") {
  Handles h;
  Out<raygen_model> model;
  Out<raygen_session> session;
  Out<raygen_job> job;
  Out<raygen_image> image;
  Out<raygen_embedding> embedding;
  Out<raygen_condition> condition;
  Out<raygen_sampler> sampler;
  Out<raygen_result> result;
  Out<raygen_tensors> tensors;
  std::vector<std::int32_t> tokens(64);
  std::vector<float> numbers(64 * 40);
  raygen_model_info info;
  raygen_model_info_init(&info);
  raygen_tensor_view view;
  raygen_tensor_view_init(&view);
  const std::string& path = tiny_bundle();

  refused(EXPRESSION(raygen_model_open(nullptr, 4, nullptr, &model, error)), "path is NULL");
  refused(EXPRESSION(raygen_model_open(nullptr, 0, nullptr, &model, error)), "path is empty");
  refused(EXPRESSION(raygen_model_open(path.data(), path.size(), nullptr, nullptr, error)),
          "model is NULL");
  refused(EXPRESSION(raygen_model_get_info(nullptr, &info, error)), "model is NULL");
  refused(EXPRESSION(raygen_model_get_info(h.model, nullptr, error)), "info is NULL");
  refused(EXPRESSION(raygen_model_prepare(nullptr, 1, error)), "model is NULL");
  refused(EXPRESSION(raygen_session_create(nullptr, &session, error)), "model is NULL");
  refused(EXPRESSION(raygen_session_create(h.model, nullptr, error)), "session is NULL");
  refused(EXPRESSION(raygen_job_create(nullptr, error)), "job is NULL");
  job.value = nullptr;
  refused(EXPRESSION(raygen_image_create(1, 1, 1, nullptr, nullptr, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_read(nullptr, 3, nullptr, &image, error)), "path is NULL");
  refused(EXPRESSION(raygen_image_read("x", 1, nullptr, nullptr, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_read_memory(nullptr, 3, nullptr, &image, error)),
          "bytes is NULL");
  refused(EXPRESSION(raygen_image_read_memory(nullptr, 0, nullptr, &image, error)), "empty",
          RAYGEN_ERROR_FORMAT);
  refused(EXPRESSION(raygen_image_read_memory("x", 1, nullptr, nullptr, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_set_text(nullptr, "k", 1, "t", 1, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_set_text(h.image, nullptr, 1, "t", 1, error)), "keyword is NULL");
  refused(EXPRESSION(raygen_image_set_text(h.image, "k", 1, nullptr, 1, error)), "text is NULL");
  refused(EXPRESSION(raygen_image_copy(nullptr, &image, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_copy(h.image, nullptr, error)), "copy is NULL");
  refused(EXPRESSION(raygen_image_to_grey(nullptr, &image, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_to_grey(h.image, nullptr, error)), "grey is NULL");
  refused(EXPRESSION(raygen_image_write_png(nullptr, "x.png", 5, nullptr, error)), "image is NULL");
  refused(EXPRESSION(raygen_image_write_png(h.image, nullptr, 5, nullptr, error)), "path is NULL");
  refused(EXPRESSION(raygen_session_encode_text(nullptr, &h.prompt, 1, &embedding, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_session_encode_text(h.session, nullptr, 1, &embedding, error)),
          "prompts is NULL");
  refused(EXPRESSION(raygen_session_encode_text(h.session, &h.prompt, 1, nullptr, error)),
          "embedding is NULL");
  refused(EXPRESSION(
              raygen_session_encode_image(nullptr, h.image, tokens.data(), 64, nullptr, 0, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_session_encode_image(h.session, nullptr, tokens.data(), 64, nullptr, 0,
                                                 error)),
          "image is NULL");
  refused(
      EXPRESSION(raygen_session_encode_image(h.session, h.image, nullptr, 64, nullptr, 0, error)),
      "tokens is NULL");
  refused(EXPRESSION(raygen_session_decode_tokens(nullptr, tokens.data(), 64, &image, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_session_decode_tokens(h.session, nullptr, 64, &image, error)),
          "tokens is NULL");
  refused(EXPRESSION(raygen_session_decode_tokens(h.session, tokens.data(), 64, nullptr, error)),
          "image is NULL");
  refused(EXPRESSION(raygen_condition_create_from_values(nullptr, numbers.data(), 1, 24, 32,
                                                         &condition, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_condition_create_from_values(h.session, nullptr, 1, 24, 32, &condition,
                                                         error)),
          "values is NULL");
  refused(EXPRESSION(raygen_condition_create(nullptr, h.embedding, &condition, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_condition_create(h.session, nullptr, &condition, error)),
          "embedding is NULL");
  refused(EXPRESSION(raygen_condition_create(h.session, h.embedding, nullptr, error)),
          "condition is NULL");
  refused(EXPRESSION(raygen_condition_create_from_values(h.session, numbers.data(), 1, 24, 32,
                                                         nullptr, error)),
          "condition is NULL");
  refused(EXPRESSION(raygen_condition_create_empty(nullptr, 1, &condition, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_condition_create_empty(h.session, 1, nullptr, error)),
          "condition is NULL");
  refused(EXPRESSION(raygen_session_logits(nullptr, h.condition, tokens.data(), 64, nullptr, 0,
                                           numbers.data(), 64 * 40, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_session_logits(h.session, nullptr, tokens.data(), 64, nullptr, 0,
                                           numbers.data(), 64 * 40, error)),
          "condition is NULL");
  refused(EXPRESSION(raygen_session_logits(h.session, h.condition, nullptr, 64, nullptr, 0,
                                           numbers.data(), 64 * 40, error)),
          "tokens is NULL");
  refused(EXPRESSION(raygen_session_logits(h.session, h.condition, tokens.data(), 64, nullptr, 0,
                                           nullptr, 64 * 40, error)),
          "logits is NULL");
  refused(EXPRESSION(raygen_sampler_create(8, 8, 40, 1, nullptr, nullptr, error)),
          "sampler is NULL");
  sampler.value = nullptr;
  refused(EXPRESSION(raygen_sampler_step(nullptr, numbers.data(), 64 * 40, error)),
          "sampler is NULL");
  refused(EXPRESSION(raygen_sampler_step(h.sampler, nullptr, 64 * 40, error)), "logits is NULL");
  refused(EXPRESSION(raygen_session_generate(nullptr, &h.prompt, 1, nullptr, &result, error)),
          "session is NULL");
  refused(EXPRESSION(raygen_session_generate(h.session, nullptr, 1, nullptr, &result, error)),
          "prompts is NULL");
  refused(EXPRESSION(raygen_session_generate(h.session, &h.prompt, 1, nullptr, nullptr, error)),
          "result is NULL");
  refused(EXPRESSION(raygen_bundle_convert(nullptr, "out", 3, nullptr, error)), "options is NULL");
  refused(EXPRESSION(raygen_bundle_create_random(nullptr, 3, nullptr, 0, nullptr, 0, 0, 0, error)),
          "out is NULL");
  refused(EXPRESSION(raygen_bundle_create_random("x", 1, nullptr, 2, nullptr, 0, 0, 0, error)),
          "architecture is NULL");
  refused(EXPRESSION(raygen_bundle_create_random("x", 1, nullptr, 0, nullptr, 2, 0, 0, error)),
          "vocabulary is NULL");
  refused(EXPRESSION(raygen_tensors_create(nullptr, error)), "tensors is NULL");
  refused(EXPRESSION(raygen_tensors_read(nullptr, 3, nullptr, &tensors, error)), "path is NULL");
  refused(EXPRESSION(raygen_tensors_read("x", 1, nullptr, nullptr, error)), "tensors is NULL");
  refused(EXPRESSION(raygen_tensors_add(nullptr, "n", 1, 0, nullptr, 0, numbers.data(), error)),
          "tensors is NULL");
  refused(
      EXPRESSION(raygen_tensors_add(h.tensors, nullptr, 1, 0, nullptr, 0, numbers.data(), error)),
      "name is NULL");
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "n", 1, 0, nullptr, 1, numbers.data(), error)),
          "shape is NULL");
  refused(EXPRESSION(raygen_tensors_add(h.tensors, "n", 1, 0, nullptr, 0, nullptr, error)),
          "data is NULL");
  refused(EXPRESSION(raygen_tensors_get(nullptr, 0, &view, error)), "tensors is NULL");
  refused(EXPRESSION(raygen_tensors_get(h.tensors, 0, nullptr, error)), "view is NULL");
  refused(EXPRESSION(raygen_tensors_write(nullptr, "x", 1, error)), "tensors is NULL");
  raygen_table_source table;
  raygen_table_source_init(&table);
  raygen_mimic_source mimic;
  raygen_mimic_source_init(&mimic);
  raygen_phantom_options phantoms;
  raygen_phantom_options_init(&phantoms);
  raygen_training_options training;
  raygen_training_options_init(&training);
  char* yaml = nullptr;
  void* bytes = nullptr;
  std::size_t size = 5;
  refused(EXPRESSION(raygen_dataset_prepare_table(nullptr, nullptr, "x", 1, nullptr, error)),
          "source is NULL");
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, "x", 1, nullptr, error)),
          "csv_count is 0");
  table.csv_count = 1;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, "x", 1, nullptr, error)),
          "csv is NULL");
  table.csv = &h.prompt;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, nullptr, 1, nullptr, error)),
          "out is NULL");
  table.label_column_count = 1;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, "x", 1, nullptr, error)),
          "label_columns is NULL");
  refused(EXPRESSION(raygen_dataset_prepare_mimic(nullptr, nullptr, "x", 1, nullptr, error)),
          "source is NULL");
  refused(EXPRESSION(raygen_dataset_prepare_mimic(&mimic, nullptr, "x", 1, nullptr, error)),
          "root is empty");
  refused(EXPRESSION(raygen_phantom_write(nullptr, "x", 1, error)), "options is NULL");
  refused(EXPRESSION(raygen_phantom_write(&phantoms, nullptr, 1, error)), "out is NULL");
  raygen_edit_options edit;
  raygen_edit_options_init(&edit);
  refused(EXPRESSION(raygen_session_edit(h.session, nullptr, &edit, &h.prompt, 1, nullptr, &result,
                                         error)),
          "image is NULL");
  refused(EXPRESSION(raygen_session_edit(h.session, h.image, nullptr, &h.prompt, 1, nullptr,
                                         &result, error)),
          "edit is NULL");
  edit.box_count = 1;
  refused(EXPRESSION(raygen_session_edit(h.session, h.image, &edit, &h.prompt, 1, nullptr, &result,
                                         error)),
          "boxes is NULL");
  refused(
      EXPRESSION(raygen_session_vary(nullptr, h.image, 1, &h.prompt, 1, nullptr, &result, error)),
      "session is NULL");
  refused(
      EXPRESSION(raygen_session_vary(h.session, h.image, 1, nullptr, 1, nullptr, &result, error)),
      "prompts is NULL");
  refused(
      EXPRESSION(raygen_session_vary(h.session, h.image, 1, nullptr, 0, nullptr, nullptr, error)),
      "result is NULL");
  refused(EXPRESSION(raygen_phantom_read_region(nullptr, 1, "heart", 5, &image, error)),
          "path is NULL");
  refused(EXPRESSION(raygen_phantom_read_region("x", 1, "heart", 5, nullptr, error)), "P000123.png",
          RAYGEN_ERROR_INVALID_ARGUMENT);
  raygen_png_options like;
  raygen_png_options_init(&like);
  like.like_size = 3;
  refused(EXPRESSION(raygen_image_encode_png(h.image, &like, &bytes, &size, error)),
          "like is NULL");
  refused(EXPRESSION(raygen_training_print(nullptr, nullptr, error)), "yaml is NULL");
  refused(EXPRESSION(raygen_training_run(nullptr, error)), "options is NULL");
  training.override_count = 1;
  refused(EXPRESSION(raygen_training_run(&training, error)), "overrides is NULL");
  refused(EXPRESSION(raygen_training_print(&training, &yaml, error)), "overrides is NULL");
  refused(EXPRESSION(raygen_device_measure(RAYGEN_DEVICE_CPU, 0, RAYGEN_PRECISION_FLOAT32, 1,
                                           nullptr, error)),
          "gflops is NULL");
  refused(EXPRESSION(raygen_image_encode_png(nullptr, nullptr, &bytes, &size, error)),
          "image is NULL");
  refused(EXPRESSION(raygen_image_encode_png(h.image, nullptr, nullptr, &size, error)),
          "bytes is NULL");
  refused(EXPRESSION(raygen_image_encode_png(h.image, nullptr, &bytes, nullptr, error)),
          "size is NULL");
  refused(EXPRESSION(raygen_image_write_dicom(nullptr, "x", 1, nullptr, nullptr, error)),
          "image is NULL");
  refused(EXPRESSION(raygen_image_write_dicom(h.image, nullptr, 1, nullptr, nullptr, error)),
          "path is NULL");
  refused(EXPRESSION(raygen_image_encode_dicom(nullptr, nullptr, &bytes, &size, nullptr, error)),
          "image is NULL");
  refused(EXPRESSION(raygen_image_encode_dicom(h.image, nullptr, nullptr, &size, nullptr, error)),
          "bytes is NULL");
  refused(EXPRESSION(raygen_image_encode_dicom(h.image, nullptr, &bytes, nullptr, nullptr, error)),
          "size is NULL");
  refused(EXPRESSION(raygen_dicom_uid("x", 1, nullptr, error)), "uid is NULL");
  refused(EXPRESSION(raygen_dicom_uid(nullptr, 1, &yaml, error)), "name is NULL");
  refused(EXPRESSION(raygen_model_count_tokens(nullptr, "x", 1, &size, error)), "model is NULL");
  refused(EXPRESSION(raygen_model_count_tokens(h.model, nullptr, 1, &size, error)),
          "prompt is NULL");
  refused(EXPRESSION(raygen_model_count_tokens(h.model, "x", 1, nullptr, error)), "count is NULL");
  const raygen_memory_file file{{"raygen.json", 11}, nullptr, 2};
  refused(
      EXPRESSION(raygen_model_open_memory(nullptr, 1, nullptr, nullptr, nullptr, &model, error)),
      "files is NULL");
  refused(EXPRESSION(raygen_model_open_memory(&file, 0, nullptr, nullptr, nullptr, &model, error)),
          "file_count is 0");
  refused(EXPRESSION(raygen_model_open_memory(&file, 1, nullptr, nullptr, nullptr, &model, error)),
          "files[0].data is NULL");
  refused(EXPRESSION(raygen_model_open_memory(&file, 1, nullptr, nullptr, nullptr, nullptr, error)),
          "model is NULL");
  refused(EXPRESSION(raygen_result_take_image(nullptr, 0, &image, error)), "result is NULL");
  refused(EXPRESSION(raygen_config_schema(RAYGEN_CONFIG_SAMPLING, nullptr, error)),
          "schema is NULL");
  refused(EXPRESSION(raygen_config_schema(4, &yaml, error)), "kind is 4");
  refused(EXPRESSION(raygen_config_resolve(nullptr, nullptr, nullptr, 0, &yaml, error)),
          "model is NULL");
  refused(EXPRESSION(raygen_config_resolve(h.model, nullptr, nullptr, 0, nullptr, error)),
          "settings is NULL");
  refused(EXPRESSION(raygen_config_resolve(h.model, nullptr, nullptr, 2, &yaml, error)),
          "prompt is NULL");
  refused(EXPRESSION(raygen_config_resolve_mix(h.model, nullptr, nullptr, 1, &yaml, error)),
          "prompts is NULL");
  refused(EXPRESSION(raygen_config_resolve_mix(h.model, nullptr, nullptr, 0, &yaml, error)),
          "0 prompts");
  refused(EXPRESSION(raygen_config_resolve_mix(nullptr, nullptr, nullptr, 0, &yaml, error)),
          "model is NULL");
  refused(EXPRESSION(raygen_config_print(h.model, nullptr, nullptr, error)), "yaml is NULL");
  CHECK(bytes == nullptr);
  CHECK(size == 5);
}

TEST_CASE("NULL is nothing to free and nothing to ask") {
  raygen_model_free(nullptr);
  raygen_session_free(nullptr);
  raygen_session_trim(nullptr);
  raygen_job_free(nullptr);
  raygen_job_cancel(nullptr);
  raygen_image_free(nullptr);
  raygen_embedding_free(nullptr);
  raygen_condition_free(nullptr);
  raygen_sampler_free(nullptr);
  raygen_result_free(nullptr);
  raygen_tensors_free(nullptr);
  raygen_buffer_free(nullptr);
  CHECK(raygen_model_manifest(nullptr) == nullptr);
  CHECK(raygen_model_digest(nullptr) == nullptr);
  CHECK(raygen_model_memory(nullptr) == 0);
  CHECK(raygen_session_memory(nullptr) == 0);
  CHECK(raygen_job_cancelled(nullptr) == 0);
  CHECK(raygen_image_width(nullptr) == 0);
  CHECK(raygen_image_height(nullptr) == 0);
  CHECK(raygen_image_channels(nullptr) == 0);
  CHECK(raygen_image_pixels(nullptr) == nullptr);
  CHECK(raygen_image_get_text(nullptr, "k", 1) == nullptr);
  CHECK(raygen_embedding_count(nullptr) == 0);
  CHECK(raygen_embedding_length(nullptr) == 0);
  CHECK(raygen_embedding_dim(nullptr) == 0);
  CHECK(raygen_embedding_token_count(nullptr, 0) == 0);
  CHECK(raygen_embedding_input_ids(nullptr) == nullptr);
  CHECK(raygen_embedding_attention_mask(nullptr) == nullptr);
  CHECK(raygen_embedding_last_hidden_state(nullptr) == nullptr);
  CHECK(raygen_embedding_normalized(nullptr) == nullptr);
  CHECK(raygen_embedding_projection(nullptr) == nullptr);
  CHECK(raygen_condition_batch(nullptr) == 0);
  CHECK(raygen_sampler_done(nullptr) == 1);
  CHECK(raygen_sampler_step_index(nullptr) == 0);
  CHECK(raygen_sampler_tokens(nullptr) == nullptr);
  CHECK(raygen_sampler_masked(nullptr) == nullptr);
  CHECK(raygen_sampler_masked_count(nullptr) == 0);
  CHECK(raygen_result_count(nullptr) == 0);
  CHECK(raygen_result_image(nullptr, 0) == nullptr);
  CHECK(raygen_result_tokens(nullptr, 0) == nullptr);
  CHECK(raygen_result_token_count(nullptr) == 0);
  CHECK(raygen_tensors_count(nullptr) == 0);
  // A call may go without an error to fill.
  raygen_model* model = nullptr;
  CHECK(raygen_model_open("none", 4, nullptr, &model, nullptr) == RAYGEN_ERROR_IO);
}
