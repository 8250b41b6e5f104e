// Written by bindings/generate.py from include/raygen/raygen.h: change that, not this.
//! Every call with nothing, and with structs whose struct_size is none: an error, never a crash.
#![cfg(target_pointer_width = "64")]

use raygen_sys::*;
use std::ptr::{null, null_mut};

fn nothing<T>() -> T {
    unsafe { std::mem::zeroed() } // plain old data
}

#[test]
fn nothing_is_refused() {
    unsafe {
        assert_ne!(raygen_device_measure(0, 0, 0, 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_model_open(null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_model_open_memory(null(), 0, null(), None, null_mut(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_model_get_info(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_model_count_tokens(null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_model_prepare(null(), 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_create(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_job_create(null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_create(0, 0, 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_read(null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_read_memory(null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_set_text(null_mut(), null(), 0, null(), 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_copy(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_to_grey(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_write_png(null(), null(), 0, null(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_encode_png(null(), null(), null_mut(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_write_dicom(null(), null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_image_encode_dicom(null(), null(), null_mut(), null_mut(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_dicom_uid(null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_encode_text(null_mut(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_encode_image(null_mut(), null(), null_mut(), 0, null_mut(), 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_decode_tokens(null_mut(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_condition_create(null_mut(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_condition_create_from_values(null_mut(), null(), 0, 0, 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_condition_create_empty(null_mut(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_logits(null_mut(), null(), null(), 0, null(), 0, null_mut(), 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_config_schema(0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_config_resolve(null(), null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_config_resolve_mix(null(), null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_config_print(null(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_generate(null_mut(), null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_result_take_image(null_mut(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_settings_read(null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_settings_config(null(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_settings_check_model(null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_edit(null_mut(), null(), null(), null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_vary(null_mut(), null(), 0.0, null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_sampler_create(0, 0, 0, 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_sampler_step(null_mut(), null(), 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_bundle_convert(null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_bundle_create_random(null(), 0, null(), 0, null(), 0, 0, 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_dataset_prepare_table(null(), null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_dataset_prepare_mimic(null(), null(), null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_index_build(null(), null(), 0, null(), 0, null(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_index_open(null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_phantom_write(null(), null(), 0, null_mut()), RAYGEN_OK);
        assert_ne!(raygen_phantom_read_region(null(), 0, null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_training_print(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_training_run(null(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_session_classify(null_mut(), null(), 0, 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_classification_overlay(null(), 0, 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_print(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_run(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_compare(null(), 0, null(), 0, null(), 0, 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_nearness(null(), 0, null(), 0, null(), 0, 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_score(null(), 0, null(), null(), 0, 0.0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_auroc(null(), null(), null(), 0, null(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_fairness(null(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_similarity(null(), 0, null(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_evaluation_radiomics(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_lpips_open(null(), 0, null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_lpips_distance(null(), null(), null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_experiment_print(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_experiment_run(null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_labels_read(null(), 0, null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_labels_rules(null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_tensors_create(null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_tensors_read(null(), 0, null(), null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_tensors_add(null_mut(), null(), 0, 0, null(), 0, null(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_tensors_get(null(), 0, null_mut(), null_mut()), RAYGEN_OK);
        assert_ne!(raygen_tensors_write(null(), null(), 0, null_mut()), RAYGEN_OK);
    }
}

#[test]
fn null_is_nothing_to_free() {
    unsafe {
        raygen_buffer_free(null_mut());
        raygen_model_free(null_mut());
        raygen_session_free(null_mut());
        raygen_job_free(null_mut());
        raygen_image_free(null_mut());
        raygen_embedding_free(null_mut());
        raygen_condition_free(null_mut());
        raygen_result_free(null_mut());
        raygen_settings_free(null_mut());
        raygen_sampler_free(null_mut());
        raygen_index_free(null_mut());
        raygen_classification_free(null_mut());
        raygen_lpips_free(null_mut());
        raygen_tensors_free(null_mut());
    }
}

#[test]
fn raygen_device_measure_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_device_measure(0, 0, 0, 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_open_refuses_options_of_wrong_sizes() {
    let mut value: raygen_model_options = nothing();
    for size in [0, 7, 39] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_open(null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_open_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_open(null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_open_memory_refuses_options_of_wrong_sizes() {
    let mut value: raygen_model_options = nothing();
    for size in [0, 7, 39] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_open_memory(null(), 0, &value, None, null_mut(), null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_open_memory_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_open_memory(null(), 0, null(), None, null_mut(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_get_info_refuses_info_of_wrong_sizes() {
    let mut value: raygen_model_info = nothing();
    for size in [0, 7, 63] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_get_info(null(), &mut value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_get_info_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_get_info(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_count_tokens_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_count_tokens(null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_model_prepare_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_model_prepare(null(), 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_create_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_create(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_job_create_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_job_create(null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_create_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_create(0, 0, 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_read_refuses_limits_of_wrong_sizes() {
    let mut value: raygen_limits = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_read(null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_read_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_read(null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_read_memory_refuses_limits_of_wrong_sizes() {
    let mut value: raygen_limits = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_read_memory(null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_read_memory_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_read_memory(null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_set_text_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_set_text(null_mut(), null(), 0, null(), 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_copy_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_copy(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_to_grey_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_to_grey(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_write_png_refuses_options_of_wrong_sizes() {
    let mut value: raygen_png_options = nothing();
    for size in [0, 7, 15] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_write_png(null(), null(), 0, &value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_write_png_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_write_png(null(), null(), 0, null(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_encode_png_refuses_options_of_wrong_sizes() {
    let mut value: raygen_png_options = nothing();
    for size in [0, 7, 15] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_encode_png(null(), &value, null_mut(), null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_encode_png_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_encode_png(null(), null(), null_mut(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_write_dicom_refuses_options_of_wrong_sizes() {
    let mut value: raygen_dicom_options = nothing();
    for size in [0, 7, 127] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_write_dicom(null(), null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_write_dicom_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_write_dicom(null(), null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_encode_dicom_refuses_options_of_wrong_sizes() {
    let mut value: raygen_dicom_options = nothing();
    for size in [0, 7, 127] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_encode_dicom(null(), &value, null_mut(), null_mut(), null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_image_encode_dicom_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_image_encode_dicom(null(), null(), null_mut(), null_mut(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dicom_uid_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dicom_uid(null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_encode_text_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_encode_text(null_mut(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_encode_image_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_encode_image(null_mut(), null(), null_mut(), 0, null_mut(), 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_decode_tokens_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_decode_tokens(null_mut(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_condition_create_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_condition_create(null_mut(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_condition_create_from_values_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_condition_create_from_values(null_mut(), null(), 0, 0, 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_condition_create_empty_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_condition_create_empty(null_mut(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_logits_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_logits(null_mut(), null(), null(), 0, null(), 0, null_mut(), 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_schema_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_schema(0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_resolve_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_resolve(null(), &value, null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_resolve_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_resolve(null(), null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_resolve_mix_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_resolve_mix(null(), &value, null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_resolve_mix_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_resolve_mix(null(), null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_print_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_print(null(), &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_config_print_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_config_print(null(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_generate_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_generate(null_mut(), null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_generate_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_generate(null_mut(), null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_result_take_image_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_result_take_image(null_mut(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_settings_read_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_settings_read(null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_settings_config_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_settings_config(null(), &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_settings_config_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_settings_config(null(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_settings_check_model_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_settings_check_model(null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_edit_refuses_edit_of_wrong_sizes() {
    let mut value: raygen_edit_options = nothing();
    for size in [0, 7, 63] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_edit(null_mut(), null(), &value, null(), 0, null(), null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_edit_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_edit(null_mut(), null(), null(), null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_edit_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_edit(null_mut(), null(), null(), null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_vary_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_vary(null_mut(), null(), 0.0, null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_vary_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_vary(null_mut(), null(), 0.0, null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_sampler_create_refuses_options_of_wrong_sizes() {
    let mut value: raygen_options = nothing();
    for size in [0, 7, 151] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_sampler_create(0, 0, 0, 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_sampler_create_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_sampler_create(0, 0, 0, 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_sampler_step_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_sampler_step(null_mut(), null(), 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_bundle_convert_refuses_options_of_wrong_sizes() {
    let mut value: raygen_convert_options = nothing();
    for size in [0, 7, 143] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_bundle_convert(&value, null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_bundle_convert_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_bundle_convert(null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_bundle_create_random_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_bundle_create_random(null(), 0, null(), 0, null(), 0, 0, 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_table_refuses_source_of_wrong_sizes() {
    let mut value: raygen_table_source = nothing();
    for size in [0, 7, 183] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_table(&value, null(), null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_table_refuses_options_of_wrong_sizes() {
    let mut value: raygen_prepare_options = nothing();
    for size in [0, 7, 63] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_table(null(), &value, null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_table_refuses_summary_of_wrong_sizes() {
    let mut value: raygen_dataset_summary = nothing();
    for size in [0, 7, 71] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_table(null(), null(), null(), 0, &mut value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_table_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_table(null(), null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_mimic_refuses_source_of_wrong_sizes() {
    let mut value: raygen_mimic_source = nothing();
    for size in [0, 7, 63] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_mimic(&value, null(), null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_mimic_refuses_options_of_wrong_sizes() {
    let mut value: raygen_prepare_options = nothing();
    for size in [0, 7, 63] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_mimic(null(), &value, null(), 0, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_mimic_refuses_summary_of_wrong_sizes() {
    let mut value: raygen_dataset_summary = nothing();
    for size in [0, 7, 71] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_mimic(null(), null(), null(), 0, &mut value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_dataset_prepare_mimic_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_dataset_prepare_mimic(null(), null(), null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_index_build_refuses_options_of_wrong_sizes() {
    let mut value: raygen_index_options = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_index_build(null(), null(), 0, null(), 0, &value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_index_build_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_index_build(null(), null(), 0, null(), 0, null(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_index_open_refuses_limits_of_wrong_sizes() {
    let mut value: raygen_limits = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_index_open(null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_index_open_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_index_open(null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_phantom_write_refuses_options_of_wrong_sizes() {
    let mut value: raygen_phantom_options = nothing();
    for size in [0, 7, 63] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_phantom_write(&value, null(), 0, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_phantom_write_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_phantom_write(null(), null(), 0, &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_phantom_read_region_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_phantom_read_region(null(), 0, null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_training_print_refuses_options_of_wrong_sizes() {
    let mut value: raygen_training_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_training_print(&value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_training_print_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_training_print(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_training_run_refuses_options_of_wrong_sizes() {
    let mut value: raygen_training_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_training_run(&value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_training_run_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_training_run(null(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_session_classify_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_session_classify(null_mut(), null(), 0, 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_classification_overlay_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_classification_overlay(null(), 0, 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_print_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_print(&value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_print_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_print(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_run_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_run(&value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_run_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_run(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_compare_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_compare(null(), 0, null(), 0, null(), 0, 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_compare_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_compare(null(), 0, null(), 0, null(), 0, 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_nearness_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_nearness(null(), 0, null(), 0, null(), 0, 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_score_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_score(null(), 0, null(), null(), 0, 0.0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_auroc_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_auroc(null(), null(), null(), 0, null(), &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_auroc_refuses_estimate_of_wrong_sizes() {
    let mut value: raygen_estimate = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_auroc(null(), null(), null(), 0, null(), null(), &mut value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_auroc_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_auroc(null(), null(), null(), 0, null(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_fairness_refuses_images_of_wrong_sizes() {
    let mut value: raygen_judged_images = nothing();
    for size in [0, 7, 79] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_fairness(&value, null(), null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_fairness_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_fairness(null(), &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_fairness_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_fairness(null(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_similarity_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_similarity(null(), 0, null(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_evaluation_radiomics_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_evaluation_radiomics(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_lpips_open_refuses_limits_of_wrong_sizes() {
    let mut value: raygen_limits = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_lpips_open(null(), 0, null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_lpips_open_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_lpips_open(null(), 0, null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_lpips_distance_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_lpips_distance(null(), null(), null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_experiment_print_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_experiment_print(&value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_experiment_print_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_experiment_print(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_experiment_run_refuses_options_of_wrong_sizes() {
    let mut value: raygen_evaluation_options = nothing();
    for size in [0, 7, 87] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_experiment_run(&value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_experiment_run_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_experiment_run(null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_labels_read_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_labels_read(null(), 0, null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_labels_rules_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_labels_rules(null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_create_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_create(null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_read_refuses_limits_of_wrong_sizes() {
    let mut value: raygen_limits = nothing();
    for size in [0, 7, 47] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_read(null(), 0, &value, null_mut(), null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_read_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_read(null(), 0, null(), null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_add_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_add(null_mut(), null(), 0, 0, null(), 0, null(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_get_refuses_view_of_wrong_sizes() {
    let mut value: raygen_tensor_view = nothing();
    for size in [0, 7, 55] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_get(null(), 0, &mut value, null_mut()) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_get_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_get(null(), 0, null_mut(), &mut value) }, RAYGEN_OK);
    }
}

#[test]
fn raygen_tensors_write_refuses_error_of_wrong_sizes() {
    let mut value: raygen_error = nothing();
    for size in [0, 7, 1039] {
        value.struct_size = size;
        assert_ne!(unsafe { raygen_tensors_write(null(), null(), 0, &mut value) }, RAYGEN_OK);
    }
}
