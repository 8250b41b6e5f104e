// Written by bindings/generate.py from include/raygen/raygen.h: change that, not this.
#pragma once
// A program that was compiled long ago passes the same bytes: sizes and offsets with 64 bits.

#include "raygen/raygen.h"

#include <cstddef>

#if UINTPTR_MAX == UINT64_MAX
// clang-format off

static_assert(sizeof(raygen_error) == 1040);
static_assert(offsetof(raygen_error, struct_size) == 0);
static_assert(offsetof(raygen_error, status) == 8);
static_assert(offsetof(raygen_error, message) == 12);

static_assert(sizeof(raygen_string) == 16);
static_assert(offsetof(raygen_string, data) == 0);
static_assert(offsetof(raygen_string, length) == 8);

static_assert(sizeof(raygen_limits) == 48);
static_assert(offsetof(raygen_limits, struct_size) == 0);
static_assert(offsetof(raygen_limits, max_file_bytes) == 8);
static_assert(offsetof(raygen_limits, max_pixels) == 16);
static_assert(offsetof(raygen_limits, max_prompt_bytes) == 24);
static_assert(offsetof(raygen_limits, max_batch) == 32);
static_assert(offsetof(raygen_limits, max_memory_bytes) == 40);

static_assert(sizeof(raygen_model_options) == 40);
static_assert(offsetof(raygen_model_options, struct_size) == 0);
static_assert(offsetof(raygen_model_options, device) == 8);
static_assert(offsetof(raygen_model_options, device_index) == 12);
static_assert(offsetof(raygen_model_options, precision) == 16);
static_assert(offsetof(raygen_model_options, threads) == 20);
static_assert(offsetof(raygen_model_options, verify) == 24);
static_assert(offsetof(raygen_model_options, limits) == 32);

static_assert(sizeof(raygen_model_info) == 64);
static_assert(offsetof(raygen_model_info, struct_size) == 0);
static_assert(offsetof(raygen_model_info, image_size) == 8);
static_assert(offsetof(raygen_model_info, image_channels) == 12);
static_assert(offsetof(raygen_model_info, grid_height) == 16);
static_assert(offsetof(raygen_model_info, grid_width) == 20);
static_assert(offsetof(raygen_model_info, codebook_size) == 24);
static_assert(offsetof(raygen_model_info, feature_channels) == 28);
static_assert(offsetof(raygen_model_info, text_length) == 32);
static_assert(offsetof(raygen_model_info, text_dim) == 36);
static_assert(offsetof(raygen_model_info, projection_dim) == 40);
static_assert(offsetof(raygen_model_info, device) == 44);
static_assert(offsetof(raygen_model_info, device_index) == 48);
static_assert(offsetof(raygen_model_info, precision) == 52);
static_assert(offsetof(raygen_model_info, parts) == 56);

static_assert(sizeof(raygen_memory_file) == 32);
static_assert(offsetof(raygen_memory_file, name) == 0);
static_assert(offsetof(raygen_memory_file, data) == 16);
static_assert(offsetof(raygen_memory_file, size) == 24);

static_assert(sizeof(raygen_png_options) == 48);
static_assert(offsetof(raygen_png_options, struct_size) == 0);
static_assert(offsetof(raygen_png_options, bit_depth) == 8);
static_assert(offsetof(raygen_png_options, like) == 16);
static_assert(offsetof(raygen_png_options, like_size) == 24);
static_assert(offsetof(raygen_png_options, like_left) == 32);
static_assert(offsetof(raygen_png_options, like_top) == 36);
static_assert(offsetof(raygen_png_options, limits) == 40);

static_assert(sizeof(raygen_dicom_options) == 128);
static_assert(offsetof(raygen_dicom_options, struct_size) == 0);
static_assert(offsetof(raygen_dicom_options, sop_class) == 8);
static_assert(offsetof(raygen_dicom_options, bit_depth) == 12);
static_assert(offsetof(raygen_dicom_options, annotation) == 16);
static_assert(offsetof(raygen_dicom_options, derived_from_template) == 20);
static_assert(offsetof(raygen_dicom_options, template_path) == 24);
static_assert(offsetof(raygen_dicom_options, study_uid) == 40);
static_assert(offsetof(raygen_dicom_options, series_uid) == 56);
static_assert(offsetof(raygen_dicom_options, series_description) == 72);
static_assert(offsetof(raygen_dicom_options, date_time) == 88);
static_assert(offsetof(raygen_dicom_options, series_number) == 104);
static_assert(offsetof(raygen_dicom_options, instance_number) == 108);
static_assert(offsetof(raygen_dicom_options, pixel_spacing) == 112);
static_assert(offsetof(raygen_dicom_options, limits) == 120);

static_assert(sizeof(raygen_progress) == 80);
static_assert(offsetof(raygen_progress, struct_size) == 0);
static_assert(offsetof(raygen_progress, image) == 8);
static_assert(offsetof(raygen_progress, image_number) == 16);
static_assert(offsetof(raygen_progress, image_count) == 24);
static_assert(offsetof(raygen_progress, step) == 32);
static_assert(offsetof(raygen_progress, steps) == 36);
static_assert(offsetof(raygen_progress, token_count) == 40);
static_assert(offsetof(raygen_progress, tokens) == 48);
static_assert(offsetof(raygen_progress, masked_count) == 56);
static_assert(offsetof(raygen_progress, preview) == 64);
static_assert(offsetof(raygen_progress, masked) == 72);

static_assert(sizeof(raygen_options) == 200);
static_assert(offsetof(raygen_options, struct_size) == 0);
static_assert(offsetof(raygen_options, seed) == 8);
static_assert(offsetof(raygen_options, first_image) == 16);
static_assert(offsetof(raygen_options, config) == 24);
static_assert(offsetof(raygen_options, config_name) == 40);
static_assert(offsetof(raygen_options, overrides) == 56);
static_assert(offsetof(raygen_options, override_count) == 64);
static_assert(offsetof(raygen_options, images_per_prompt) == 72);
static_assert(offsetof(raygen_options, batch_size) == 76);
static_assert(offsetof(raygen_options, preview) == 80);
static_assert(offsetof(raygen_options, job) == 88);
static_assert(offsetof(raygen_options, progress) == 96);
static_assert(offsetof(raygen_options, user_data) == 104);
static_assert(offsetof(raygen_options, seeds) == 112);
static_assert(offsetof(raygen_options, indices) == 120);
static_assert(offsetof(raygen_options, image_count) == 128);
static_assert(offsetof(raygen_options, start_tokens) == 136);
static_assert(offsetof(raygen_options, editable) == 144);
static_assert(offsetof(raygen_options, image_configs) == 152);
static_assert(offsetof(raygen_options, prompts_per_mix) == 160);
static_assert(offsetof(raygen_options, prompt_weights) == 168);
static_assert(offsetof(raygen_options, attempts) == 176);
static_assert(offsetof(raygen_options, reject_near) == 184);
static_assert(offsetof(raygen_options, reject_tries) == 192);

static_assert(sizeof(raygen_box) == 16);
static_assert(offsetof(raygen_box, x) == 0);
static_assert(offsetof(raygen_box, y) == 4);
static_assert(offsetof(raygen_box, width) == 8);
static_assert(offsetof(raygen_box, height) == 12);

static_assert(sizeof(raygen_edit_options) == 64);
static_assert(offsetof(raygen_edit_options, struct_size) == 0);
static_assert(offsetof(raygen_edit_options, mask) == 8);
static_assert(offsetof(raygen_edit_options, boxes) == 16);
static_assert(offsetof(raygen_edit_options, box_count) == 24);
static_assert(offsetof(raygen_edit_options, outpaint_left) == 32);
static_assert(offsetof(raygen_edit_options, outpaint_top) == 36);
static_assert(offsetof(raygen_edit_options, outpaint_right) == 40);
static_assert(offsetof(raygen_edit_options, outpaint_bottom) == 44);
static_assert(offsetof(raygen_edit_options, grow) == 48);
static_assert(offsetof(raygen_edit_options, feather) == 52);
static_assert(offsetof(raygen_edit_options, region) == 56);

static_assert(sizeof(raygen_convert_options) == 240);
static_assert(offsetof(raygen_convert_options, struct_size) == 0);
static_assert(offsetof(raygen_convert_options, decoder) == 8);
static_assert(offsetof(raygen_convert_options, vqgan) == 24);
static_assert(offsetof(raygen_convert_options, vqgan_config) == 40);
static_assert(offsetof(raygen_convert_options, text_encoder) == 56);
static_assert(offsetof(raygen_convert_options, text_config) == 72);
static_assert(offsetof(raygen_convert_options, vocabulary) == 88);
static_assert(offsetof(raygen_convert_options, decoder_config) == 104);
static_assert(offsetof(raygen_convert_options, heads) == 120);
static_assert(offsetof(raygen_convert_options, overwrite) == 124);
static_assert(offsetof(raygen_convert_options, limits) == 128);
static_assert(offsetof(raygen_convert_options, job) == 136);
static_assert(offsetof(raygen_convert_options, ignore) == 144);
static_assert(offsetof(raygen_convert_options, ignore_count) == 152);
static_assert(offsetof(raygen_convert_options, classifier) == 160);
static_assert(offsetof(raygen_convert_options, classifier_kind) == 176);
static_assert(offsetof(raygen_convert_options, classifier_config) == 192);
static_assert(offsetof(raygen_convert_options, model) == 208);
static_assert(offsetof(raygen_convert_options, stored_precision) == 224);

static_assert(sizeof(raygen_data_progress) == 40);
static_assert(offsetof(raygen_data_progress, struct_size) == 0);
static_assert(offsetof(raygen_data_progress, done) == 8);
static_assert(offsetof(raygen_data_progress, total) == 16);
static_assert(offsetof(raygen_data_progress, skipped) == 24);
static_assert(offsetof(raygen_data_progress, description) == 32);

static_assert(sizeof(raygen_prepare_options) == 64);
static_assert(offsetof(raygen_prepare_options, struct_size) == 0);
static_assert(offsetof(raygen_prepare_options, image_size) == 8);
static_assert(offsetof(raygen_prepare_options, rows_per_shard) == 12);
static_assert(offsetof(raygen_prepare_options, val_fraction) == 16);
static_assert(offsetof(raygen_prepare_options, seed) == 24);
static_assert(offsetof(raygen_prepare_options, limits) == 32);
static_assert(offsetof(raygen_prepare_options, job) == 40);
static_assert(offsetof(raygen_prepare_options, progress) == 48);
static_assert(offsetof(raygen_prepare_options, user_data) == 56);

static_assert(sizeof(raygen_table_source) == 224);
static_assert(offsetof(raygen_table_source, struct_size) == 0);
static_assert(offsetof(raygen_table_source, csv) == 8);
static_assert(offsetof(raygen_table_source, splits) == 16);
static_assert(offsetof(raygen_table_source, csv_count) == 24);
static_assert(offsetof(raygen_table_source, root) == 32);
static_assert(offsetof(raygen_table_source, test_fraction) == 48);
static_assert(offsetof(raygen_table_source, path_column) == 56);
static_assert(offsetof(raygen_table_source, text_column) == 72);
static_assert(offsetof(raygen_table_source, patient_column) == 88);
static_assert(offsetof(raygen_table_source, split_column) == 104);
static_assert(offsetof(raygen_table_source, view_column) == 120);
static_assert(offsetof(raygen_table_source, findings_column) == 136);
static_assert(offsetof(raygen_table_source, id_column) == 152);
static_assert(offsetof(raygen_table_source, label_columns) == 168);
static_assert(offsetof(raygen_table_source, label_column_count) == 176);
static_assert(offsetof(raygen_table_source, patient_per_image) == 184);
static_assert(offsetof(raygen_table_source, text_from_findings) == 188);
static_assert(offsetof(raygen_table_source, sex_column) == 192);
static_assert(offsetof(raygen_table_source, age_column) == 208);

static_assert(sizeof(raygen_mimic_source) == 64);
static_assert(offsetof(raygen_mimic_source, struct_size) == 0);
static_assert(offsetof(raygen_mimic_source, root) == 8);
static_assert(offsetof(raygen_mimic_source, reports) == 24);
static_assert(offsetof(raygen_mimic_source, view) == 40);
static_assert(offsetof(raygen_mimic_source, exact) == 56);

static_assert(sizeof(raygen_dataset_summary) == 72);
static_assert(offsetof(raygen_dataset_summary, struct_size) == 0);
static_assert(offsetof(raygen_dataset_summary, images) == 8);
static_assert(offsetof(raygen_dataset_summary, skipped) == 16);
static_assert(offsetof(raygen_dataset_summary, images_of) == 24);
static_assert(offsetof(raygen_dataset_summary, patients_of) == 48);

static_assert(sizeof(raygen_index_options) == 48);
static_assert(offsetof(raygen_index_options, struct_size) == 0);
static_assert(offsetof(raygen_index_options, quantile) == 8);
static_assert(offsetof(raygen_index_options, named) == 16);
static_assert(offsetof(raygen_index_options, job) == 24);
static_assert(offsetof(raygen_index_options, progress) == 32);
static_assert(offsetof(raygen_index_options, user_data) == 40);

static_assert(sizeof(raygen_phantom_options) == 72);
static_assert(offsetof(raygen_phantom_options, struct_size) == 0);
static_assert(offsetof(raygen_phantom_options, seed) == 8);
static_assert(offsetof(raygen_phantom_options, first_phantom) == 16);
static_assert(offsetof(raygen_phantom_options, count) == 24);
static_assert(offsetof(raygen_phantom_options, size) == 32);
static_assert(offsetof(raygen_phantom_options, masks) == 36);
static_assert(offsetof(raygen_phantom_options, job) == 40);
static_assert(offsetof(raygen_phantom_options, progress) == 48);
static_assert(offsetof(raygen_phantom_options, user_data) == 56);
static_assert(offsetof(raygen_phantom_options, healthy) == 64);

static_assert(sizeof(raygen_training_progress) == 96);
static_assert(offsetof(raygen_training_progress, struct_size) == 0);
static_assert(offsetof(raygen_training_progress, stage) == 8);
static_assert(offsetof(raygen_training_progress, event) == 16);
static_assert(offsetof(raygen_training_progress, step) == 24);
static_assert(offsetof(raygen_training_progress, steps) == 32);
static_assert(offsetof(raygen_training_progress, images_per_second) == 40);
static_assert(offsetof(raygen_training_progress, seconds_left) == 48);
static_assert(offsetof(raygen_training_progress, metric_count) == 56);
static_assert(offsetof(raygen_training_progress, metric_names) == 64);
static_assert(offsetof(raygen_training_progress, metric_values) == 72);
static_assert(offsetof(raygen_training_progress, process) == 80);
static_assert(offsetof(raygen_training_progress, processes) == 84);
static_assert(offsetof(raygen_training_progress, out) == 88);

static_assert(sizeof(raygen_training_options) == 88);
static_assert(offsetof(raygen_training_options, struct_size) == 0);
static_assert(offsetof(raygen_training_options, config) == 8);
static_assert(offsetof(raygen_training_options, config_name) == 24);
static_assert(offsetof(raygen_training_options, overrides) == 40);
static_assert(offsetof(raygen_training_options, override_count) == 48);
static_assert(offsetof(raygen_training_options, limits) == 56);
static_assert(offsetof(raygen_training_options, job) == 64);
static_assert(offsetof(raygen_training_options, progress) == 72);
static_assert(offsetof(raygen_training_options, user_data) == 80);

static_assert(sizeof(raygen_evaluation_progress) == 40);
static_assert(offsetof(raygen_evaluation_progress, struct_size) == 0);
static_assert(offsetof(raygen_evaluation_progress, stage) == 8);
static_assert(offsetof(raygen_evaluation_progress, done) == 16);
static_assert(offsetof(raygen_evaluation_progress, total) == 24);
static_assert(offsetof(raygen_evaluation_progress, seconds_left) == 32);

static_assert(sizeof(raygen_evaluation_options) == 88);
static_assert(offsetof(raygen_evaluation_options, struct_size) == 0);
static_assert(offsetof(raygen_evaluation_options, config) == 8);
static_assert(offsetof(raygen_evaluation_options, config_name) == 24);
static_assert(offsetof(raygen_evaluation_options, overrides) == 40);
static_assert(offsetof(raygen_evaluation_options, override_count) == 48);
static_assert(offsetof(raygen_evaluation_options, limits) == 56);
static_assert(offsetof(raygen_evaluation_options, job) == 64);
static_assert(offsetof(raygen_evaluation_options, progress) == 72);
static_assert(offsetof(raygen_evaluation_options, user_data) == 80);

static_assert(sizeof(raygen_estimate) == 48);
static_assert(offsetof(raygen_estimate, struct_size) == 0);
static_assert(offsetof(raygen_estimate, value) == 8);
static_assert(offsetof(raygen_estimate, low) == 16);
static_assert(offsetof(raygen_estimate, high) == 24);
static_assert(offsetof(raygen_estimate, standard_error) == 32);
static_assert(offsetof(raygen_estimate, draws) == 40);

static_assert(sizeof(raygen_judged_images) == 80);
static_assert(offsetof(raygen_judged_images, struct_size) == 0);
static_assert(offsetof(raygen_judged_images, count) == 8);
static_assert(offsetof(raygen_judged_images, finding_count) == 16);
static_assert(offsetof(raygen_judged_images, scores) == 24);
static_assert(offsetof(raygen_judged_images, labels) == 32);
static_assert(offsetof(raygen_judged_images, findings) == 40);
static_assert(offsetof(raygen_judged_images, thresholds) == 48);
static_assert(offsetof(raygen_judged_images, no_finding) == 56);
static_assert(offsetof(raygen_judged_images, patients) == 64);
static_assert(offsetof(raygen_judged_images, groups) == 72);

static_assert(sizeof(raygen_tensor_view) == 56);
static_assert(offsetof(raygen_tensor_view, struct_size) == 0);
static_assert(offsetof(raygen_tensor_view, name) == 8);
static_assert(offsetof(raygen_tensor_view, dtype) == 16);
static_assert(offsetof(raygen_tensor_view, rank) == 24);
static_assert(offsetof(raygen_tensor_view, shape) == 32);
static_assert(offsetof(raygen_tensor_view, data) == 40);
static_assert(offsetof(raygen_tensor_view, bytes) == 48);

#endif
