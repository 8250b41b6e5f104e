// Written by bindings/generate.py from include/raygen/raygen.h: change that, not this.
//! Sizes and offsets as the C compiler has them (64 bits).
#![cfg(target_pointer_width = "64")]

use raygen_sys::*;
use std::mem::{size_of, MaybeUninit};

macro_rules! offset {
    ($type:ty, $field:ident) => {{
        let value = MaybeUninit::<$type>::uninit();
        let base = value.as_ptr();
        unsafe { std::ptr::addr_of!((*base).$field) as usize - base as usize }
    }};
}

#[test]
fn raygen_error_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_error>(), 1040);
    assert_eq!(offset!(raygen_error, struct_size), 0);
    assert_eq!(offset!(raygen_error, status), 8);
    assert_eq!(offset!(raygen_error, message), 12);
}

#[test]
fn raygen_string_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_string>(), 16);
    assert_eq!(offset!(raygen_string, data), 0);
    assert_eq!(offset!(raygen_string, length), 8);
}

#[test]
fn raygen_limits_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_limits>(), 48);
    assert_eq!(offset!(raygen_limits, struct_size), 0);
    assert_eq!(offset!(raygen_limits, max_file_bytes), 8);
    assert_eq!(offset!(raygen_limits, max_pixels), 16);
    assert_eq!(offset!(raygen_limits, max_prompt_bytes), 24);
    assert_eq!(offset!(raygen_limits, max_batch), 32);
    assert_eq!(offset!(raygen_limits, max_memory_bytes), 40);
}

#[test]
fn raygen_model_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_model_options>(), 40);
    assert_eq!(offset!(raygen_model_options, struct_size), 0);
    assert_eq!(offset!(raygen_model_options, device), 8);
    assert_eq!(offset!(raygen_model_options, device_index), 12);
    assert_eq!(offset!(raygen_model_options, precision), 16);
    assert_eq!(offset!(raygen_model_options, threads), 20);
    assert_eq!(offset!(raygen_model_options, verify), 24);
    assert_eq!(offset!(raygen_model_options, limits), 32);
}

#[test]
fn raygen_model_info_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_model_info>(), 64);
    assert_eq!(offset!(raygen_model_info, struct_size), 0);
    assert_eq!(offset!(raygen_model_info, image_size), 8);
    assert_eq!(offset!(raygen_model_info, image_channels), 12);
    assert_eq!(offset!(raygen_model_info, grid_height), 16);
    assert_eq!(offset!(raygen_model_info, grid_width), 20);
    assert_eq!(offset!(raygen_model_info, codebook_size), 24);
    assert_eq!(offset!(raygen_model_info, feature_channels), 28);
    assert_eq!(offset!(raygen_model_info, text_length), 32);
    assert_eq!(offset!(raygen_model_info, text_dim), 36);
    assert_eq!(offset!(raygen_model_info, projection_dim), 40);
    assert_eq!(offset!(raygen_model_info, device), 44);
    assert_eq!(offset!(raygen_model_info, device_index), 48);
    assert_eq!(offset!(raygen_model_info, precision), 52);
    assert_eq!(offset!(raygen_model_info, parts), 56);
}

#[test]
fn raygen_memory_file_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_memory_file>(), 32);
    assert_eq!(offset!(raygen_memory_file, name), 0);
    assert_eq!(offset!(raygen_memory_file, data), 16);
    assert_eq!(offset!(raygen_memory_file, size), 24);
}

#[test]
fn raygen_png_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_png_options>(), 48);
    assert_eq!(offset!(raygen_png_options, struct_size), 0);
    assert_eq!(offset!(raygen_png_options, bit_depth), 8);
    assert_eq!(offset!(raygen_png_options, like), 16);
    assert_eq!(offset!(raygen_png_options, like_size), 24);
    assert_eq!(offset!(raygen_png_options, like_left), 32);
    assert_eq!(offset!(raygen_png_options, like_top), 36);
    assert_eq!(offset!(raygen_png_options, limits), 40);
}

#[test]
fn raygen_dicom_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_dicom_options>(), 128);
    assert_eq!(offset!(raygen_dicom_options, struct_size), 0);
    assert_eq!(offset!(raygen_dicom_options, sop_class), 8);
    assert_eq!(offset!(raygen_dicom_options, bit_depth), 12);
    assert_eq!(offset!(raygen_dicom_options, annotation), 16);
    assert_eq!(offset!(raygen_dicom_options, derived_from_template), 20);
    assert_eq!(offset!(raygen_dicom_options, template_path), 24);
    assert_eq!(offset!(raygen_dicom_options, study_uid), 40);
    assert_eq!(offset!(raygen_dicom_options, series_uid), 56);
    assert_eq!(offset!(raygen_dicom_options, series_description), 72);
    assert_eq!(offset!(raygen_dicom_options, date_time), 88);
    assert_eq!(offset!(raygen_dicom_options, series_number), 104);
    assert_eq!(offset!(raygen_dicom_options, instance_number), 108);
    assert_eq!(offset!(raygen_dicom_options, pixel_spacing), 112);
    assert_eq!(offset!(raygen_dicom_options, limits), 120);
}

#[test]
fn raygen_progress_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_progress>(), 80);
    assert_eq!(offset!(raygen_progress, struct_size), 0);
    assert_eq!(offset!(raygen_progress, image), 8);
    assert_eq!(offset!(raygen_progress, image_number), 16);
    assert_eq!(offset!(raygen_progress, image_count), 24);
    assert_eq!(offset!(raygen_progress, step), 32);
    assert_eq!(offset!(raygen_progress, steps), 36);
    assert_eq!(offset!(raygen_progress, token_count), 40);
    assert_eq!(offset!(raygen_progress, tokens), 48);
    assert_eq!(offset!(raygen_progress, masked_count), 56);
    assert_eq!(offset!(raygen_progress, preview), 64);
    assert_eq!(offset!(raygen_progress, masked), 72);
}

#[test]
fn raygen_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_options>(), 200);
    assert_eq!(offset!(raygen_options, struct_size), 0);
    assert_eq!(offset!(raygen_options, seed), 8);
    assert_eq!(offset!(raygen_options, first_image), 16);
    assert_eq!(offset!(raygen_options, config), 24);
    assert_eq!(offset!(raygen_options, config_name), 40);
    assert_eq!(offset!(raygen_options, overrides), 56);
    assert_eq!(offset!(raygen_options, override_count), 64);
    assert_eq!(offset!(raygen_options, images_per_prompt), 72);
    assert_eq!(offset!(raygen_options, batch_size), 76);
    assert_eq!(offset!(raygen_options, preview), 80);
    assert_eq!(offset!(raygen_options, job), 88);
    assert_eq!(offset!(raygen_options, progress), 96);
    assert_eq!(offset!(raygen_options, user_data), 104);
    assert_eq!(offset!(raygen_options, seeds), 112);
    assert_eq!(offset!(raygen_options, indices), 120);
    assert_eq!(offset!(raygen_options, image_count), 128);
    assert_eq!(offset!(raygen_options, start_tokens), 136);
    assert_eq!(offset!(raygen_options, editable), 144);
    assert_eq!(offset!(raygen_options, image_configs), 152);
    assert_eq!(offset!(raygen_options, prompts_per_mix), 160);
    assert_eq!(offset!(raygen_options, prompt_weights), 168);
    assert_eq!(offset!(raygen_options, attempts), 176);
    assert_eq!(offset!(raygen_options, reject_near), 184);
    assert_eq!(offset!(raygen_options, reject_tries), 192);
}

#[test]
fn raygen_box_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_box>(), 16);
    assert_eq!(offset!(raygen_box, x), 0);
    assert_eq!(offset!(raygen_box, y), 4);
    assert_eq!(offset!(raygen_box, width), 8);
    assert_eq!(offset!(raygen_box, height), 12);
}

#[test]
fn raygen_edit_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_edit_options>(), 64);
    assert_eq!(offset!(raygen_edit_options, struct_size), 0);
    assert_eq!(offset!(raygen_edit_options, mask), 8);
    assert_eq!(offset!(raygen_edit_options, boxes), 16);
    assert_eq!(offset!(raygen_edit_options, box_count), 24);
    assert_eq!(offset!(raygen_edit_options, outpaint_left), 32);
    assert_eq!(offset!(raygen_edit_options, outpaint_top), 36);
    assert_eq!(offset!(raygen_edit_options, outpaint_right), 40);
    assert_eq!(offset!(raygen_edit_options, outpaint_bottom), 44);
    assert_eq!(offset!(raygen_edit_options, grow), 48);
    assert_eq!(offset!(raygen_edit_options, feather), 52);
    assert_eq!(offset!(raygen_edit_options, region), 56);
}

#[test]
fn raygen_convert_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_convert_options>(), 240);
    assert_eq!(offset!(raygen_convert_options, struct_size), 0);
    assert_eq!(offset!(raygen_convert_options, decoder), 8);
    assert_eq!(offset!(raygen_convert_options, vqgan), 24);
    assert_eq!(offset!(raygen_convert_options, vqgan_config), 40);
    assert_eq!(offset!(raygen_convert_options, text_encoder), 56);
    assert_eq!(offset!(raygen_convert_options, text_config), 72);
    assert_eq!(offset!(raygen_convert_options, vocabulary), 88);
    assert_eq!(offset!(raygen_convert_options, decoder_config), 104);
    assert_eq!(offset!(raygen_convert_options, heads), 120);
    assert_eq!(offset!(raygen_convert_options, overwrite), 124);
    assert_eq!(offset!(raygen_convert_options, limits), 128);
    assert_eq!(offset!(raygen_convert_options, job), 136);
    assert_eq!(offset!(raygen_convert_options, ignore), 144);
    assert_eq!(offset!(raygen_convert_options, ignore_count), 152);
    assert_eq!(offset!(raygen_convert_options, classifier), 160);
    assert_eq!(offset!(raygen_convert_options, classifier_kind), 176);
    assert_eq!(offset!(raygen_convert_options, classifier_config), 192);
    assert_eq!(offset!(raygen_convert_options, model), 208);
    assert_eq!(offset!(raygen_convert_options, stored_precision), 224);
}

#[test]
fn raygen_data_progress_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_data_progress>(), 40);
    assert_eq!(offset!(raygen_data_progress, struct_size), 0);
    assert_eq!(offset!(raygen_data_progress, done), 8);
    assert_eq!(offset!(raygen_data_progress, total), 16);
    assert_eq!(offset!(raygen_data_progress, skipped), 24);
    assert_eq!(offset!(raygen_data_progress, description), 32);
}

#[test]
fn raygen_prepare_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_prepare_options>(), 64);
    assert_eq!(offset!(raygen_prepare_options, struct_size), 0);
    assert_eq!(offset!(raygen_prepare_options, image_size), 8);
    assert_eq!(offset!(raygen_prepare_options, rows_per_shard), 12);
    assert_eq!(offset!(raygen_prepare_options, val_fraction), 16);
    assert_eq!(offset!(raygen_prepare_options, seed), 24);
    assert_eq!(offset!(raygen_prepare_options, limits), 32);
    assert_eq!(offset!(raygen_prepare_options, job), 40);
    assert_eq!(offset!(raygen_prepare_options, progress), 48);
    assert_eq!(offset!(raygen_prepare_options, user_data), 56);
}

#[test]
fn raygen_table_source_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_table_source>(), 224);
    assert_eq!(offset!(raygen_table_source, struct_size), 0);
    assert_eq!(offset!(raygen_table_source, csv), 8);
    assert_eq!(offset!(raygen_table_source, splits), 16);
    assert_eq!(offset!(raygen_table_source, csv_count), 24);
    assert_eq!(offset!(raygen_table_source, root), 32);
    assert_eq!(offset!(raygen_table_source, test_fraction), 48);
    assert_eq!(offset!(raygen_table_source, path_column), 56);
    assert_eq!(offset!(raygen_table_source, text_column), 72);
    assert_eq!(offset!(raygen_table_source, patient_column), 88);
    assert_eq!(offset!(raygen_table_source, split_column), 104);
    assert_eq!(offset!(raygen_table_source, view_column), 120);
    assert_eq!(offset!(raygen_table_source, findings_column), 136);
    assert_eq!(offset!(raygen_table_source, id_column), 152);
    assert_eq!(offset!(raygen_table_source, label_columns), 168);
    assert_eq!(offset!(raygen_table_source, label_column_count), 176);
    assert_eq!(offset!(raygen_table_source, patient_per_image), 184);
    assert_eq!(offset!(raygen_table_source, text_from_findings), 188);
    assert_eq!(offset!(raygen_table_source, sex_column), 192);
    assert_eq!(offset!(raygen_table_source, age_column), 208);
}

#[test]
fn raygen_mimic_source_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_mimic_source>(), 64);
    assert_eq!(offset!(raygen_mimic_source, struct_size), 0);
    assert_eq!(offset!(raygen_mimic_source, root), 8);
    assert_eq!(offset!(raygen_mimic_source, reports), 24);
    assert_eq!(offset!(raygen_mimic_source, view), 40);
    assert_eq!(offset!(raygen_mimic_source, exact), 56);
}

#[test]
fn raygen_dataset_summary_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_dataset_summary>(), 72);
    assert_eq!(offset!(raygen_dataset_summary, struct_size), 0);
    assert_eq!(offset!(raygen_dataset_summary, images), 8);
    assert_eq!(offset!(raygen_dataset_summary, skipped), 16);
    assert_eq!(offset!(raygen_dataset_summary, images_of), 24);
    assert_eq!(offset!(raygen_dataset_summary, patients_of), 48);
}

#[test]
fn raygen_index_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_index_options>(), 48);
    assert_eq!(offset!(raygen_index_options, struct_size), 0);
    assert_eq!(offset!(raygen_index_options, quantile), 8);
    assert_eq!(offset!(raygen_index_options, named), 16);
    assert_eq!(offset!(raygen_index_options, job), 24);
    assert_eq!(offset!(raygen_index_options, progress), 32);
    assert_eq!(offset!(raygen_index_options, user_data), 40);
}

#[test]
fn raygen_phantom_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_phantom_options>(), 72);
    assert_eq!(offset!(raygen_phantom_options, struct_size), 0);
    assert_eq!(offset!(raygen_phantom_options, seed), 8);
    assert_eq!(offset!(raygen_phantom_options, first_phantom), 16);
    assert_eq!(offset!(raygen_phantom_options, count), 24);
    assert_eq!(offset!(raygen_phantom_options, size), 32);
    assert_eq!(offset!(raygen_phantom_options, masks), 36);
    assert_eq!(offset!(raygen_phantom_options, job), 40);
    assert_eq!(offset!(raygen_phantom_options, progress), 48);
    assert_eq!(offset!(raygen_phantom_options, user_data), 56);
    assert_eq!(offset!(raygen_phantom_options, healthy), 64);
}

#[test]
fn raygen_training_progress_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_training_progress>(), 96);
    assert_eq!(offset!(raygen_training_progress, struct_size), 0);
    assert_eq!(offset!(raygen_training_progress, stage), 8);
    assert_eq!(offset!(raygen_training_progress, event), 16);
    assert_eq!(offset!(raygen_training_progress, step), 24);
    assert_eq!(offset!(raygen_training_progress, steps), 32);
    assert_eq!(offset!(raygen_training_progress, images_per_second), 40);
    assert_eq!(offset!(raygen_training_progress, seconds_left), 48);
    assert_eq!(offset!(raygen_training_progress, metric_count), 56);
    assert_eq!(offset!(raygen_training_progress, metric_names), 64);
    assert_eq!(offset!(raygen_training_progress, metric_values), 72);
    assert_eq!(offset!(raygen_training_progress, process), 80);
    assert_eq!(offset!(raygen_training_progress, processes), 84);
    assert_eq!(offset!(raygen_training_progress, out), 88);
}

#[test]
fn raygen_training_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_training_options>(), 88);
    assert_eq!(offset!(raygen_training_options, struct_size), 0);
    assert_eq!(offset!(raygen_training_options, config), 8);
    assert_eq!(offset!(raygen_training_options, config_name), 24);
    assert_eq!(offset!(raygen_training_options, overrides), 40);
    assert_eq!(offset!(raygen_training_options, override_count), 48);
    assert_eq!(offset!(raygen_training_options, limits), 56);
    assert_eq!(offset!(raygen_training_options, job), 64);
    assert_eq!(offset!(raygen_training_options, progress), 72);
    assert_eq!(offset!(raygen_training_options, user_data), 80);
}

#[test]
fn raygen_evaluation_progress_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_evaluation_progress>(), 40);
    assert_eq!(offset!(raygen_evaluation_progress, struct_size), 0);
    assert_eq!(offset!(raygen_evaluation_progress, stage), 8);
    assert_eq!(offset!(raygen_evaluation_progress, done), 16);
    assert_eq!(offset!(raygen_evaluation_progress, total), 24);
    assert_eq!(offset!(raygen_evaluation_progress, seconds_left), 32);
}

#[test]
fn raygen_evaluation_options_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_evaluation_options>(), 88);
    assert_eq!(offset!(raygen_evaluation_options, struct_size), 0);
    assert_eq!(offset!(raygen_evaluation_options, config), 8);
    assert_eq!(offset!(raygen_evaluation_options, config_name), 24);
    assert_eq!(offset!(raygen_evaluation_options, overrides), 40);
    assert_eq!(offset!(raygen_evaluation_options, override_count), 48);
    assert_eq!(offset!(raygen_evaluation_options, limits), 56);
    assert_eq!(offset!(raygen_evaluation_options, job), 64);
    assert_eq!(offset!(raygen_evaluation_options, progress), 72);
    assert_eq!(offset!(raygen_evaluation_options, user_data), 80);
}

#[test]
fn raygen_estimate_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_estimate>(), 48);
    assert_eq!(offset!(raygen_estimate, struct_size), 0);
    assert_eq!(offset!(raygen_estimate, value), 8);
    assert_eq!(offset!(raygen_estimate, low), 16);
    assert_eq!(offset!(raygen_estimate, high), 24);
    assert_eq!(offset!(raygen_estimate, standard_error), 32);
    assert_eq!(offset!(raygen_estimate, draws), 40);
}

#[test]
fn raygen_judged_images_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_judged_images>(), 80);
    assert_eq!(offset!(raygen_judged_images, struct_size), 0);
    assert_eq!(offset!(raygen_judged_images, count), 8);
    assert_eq!(offset!(raygen_judged_images, finding_count), 16);
    assert_eq!(offset!(raygen_judged_images, scores), 24);
    assert_eq!(offset!(raygen_judged_images, labels), 32);
    assert_eq!(offset!(raygen_judged_images, findings), 40);
    assert_eq!(offset!(raygen_judged_images, thresholds), 48);
    assert_eq!(offset!(raygen_judged_images, no_finding), 56);
    assert_eq!(offset!(raygen_judged_images, patients), 64);
    assert_eq!(offset!(raygen_judged_images, groups), 72);
}

#[test]
fn raygen_tensor_view_is_laid_out_as_in_c() {
    assert_eq!(size_of::<raygen_tensor_view>(), 56);
    assert_eq!(offset!(raygen_tensor_view, struct_size), 0);
    assert_eq!(offset!(raygen_tensor_view, name), 8);
    assert_eq!(offset!(raygen_tensor_view, dtype), 16);
    assert_eq!(offset!(raygen_tensor_view, rank), 24);
    assert_eq!(offset!(raygen_tensor_view, shape), 32);
    assert_eq!(offset!(raygen_tensor_view, data), 40);
    assert_eq!(offset!(raygen_tensor_view, bytes), 48);
}
