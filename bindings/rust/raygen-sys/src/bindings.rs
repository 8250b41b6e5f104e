// Written by bindings/generate.py from include/raygen/raygen.h: change that, not this.

use std::os::raw::{c_char, c_void};

pub type raygen_status = i32;
pub type raygen_device = i32;
pub type raygen_precision = i32;
pub type raygen_dicom_class = i32;
pub type raygen_dicom_annotation = i32;
pub type raygen_config_kind = i32;
pub type raygen_edit_region = i32;
pub type raygen_split = i32;
pub type raygen_dtype = i32;

pub const RAYGEN_OK: i32 = 0;
/// a value outside its range, a NULL, a wrong struct_size
pub const RAYGEN_ERROR_INVALID_ARGUMENT: i32 = 1;
/// a file or folder cannot be opened, read, written or renamed
pub const RAYGEN_ERROR_IO: i32 = 2;
/// content is not what its format or the model asks for
pub const RAYGEN_ERROR_FORMAT: i32 = 3;
/// well formed, but something that libraygen does not do
pub const RAYGEN_ERROR_UNSUPPORTED: i32 = 4;
/// larger than raygen_limits allows
pub const RAYGEN_ERROR_LIMIT: i32 = 5;
/// the job was cancelled or a callback returned non-zero
pub const RAYGEN_ERROR_CANCELLED: i32 = 6;
pub const RAYGEN_ERROR_OUT_OF_MEMORY: i32 = 7;
/// the device is absent or failed
pub const RAYGEN_ERROR_DEVICE: i32 = 8;
/// NaN or infinity in weights or results
pub const RAYGEN_ERROR_NUMERIC: i32 = 9;
/// a defect of libraygen: please report it
pub const RAYGEN_ERROR_INTERNAL: i32 = 10;
pub const RAYGEN_DEVICE_AUTO: i32 = 0;
pub const RAYGEN_DEVICE_CPU: i32 = 1;
pub const RAYGEN_DEVICE_CUDA: i32 = 2;
/// bfloat16 if the device multiplies it in hardware, else float32
pub const RAYGEN_PRECISION_AUTO: i32 = 0;
/// exact: token for token what the reference chooses
pub const RAYGEN_PRECISION_FLOAT32: i32 = 1;
pub const RAYGEN_PRECISION_BFLOAT16: i32 = 2;
pub const RAYGEN_PRECISION_INT8: i32 = 3;
pub const RAYGEN_PART_TEXT_ENCODER: u32 = 1;
pub const RAYGEN_PART_MASKED_DECODER: u32 = 2;
pub const RAYGEN_PART_IMAGE_DECODER: u32 = 4;
pub const RAYGEN_PART_IMAGE_ENCODER: u32 = 8;
pub const RAYGEN_PART_CLASSIFIER: u32 = 16;
/// Secondary Capture Image Storage
pub const RAYGEN_DICOM_SECONDARY_CAPTURE: i32 = 0;
/// Digital X-Ray Image Storage - For Presentation
pub const RAYGEN_DICOM_DX_FOR_PRESENTATION: i32 = 1;
/// the picture has no letters
pub const RAYGEN_DICOM_ANNOTATION_NONE: i32 = 0;
/// SYNTHETIC is written into its lower left corner
pub const RAYGEN_DICOM_ANNOTATION_BURN_IN: i32 = 1;
/// it has letters already
pub const RAYGEN_DICOM_ANNOTATION_PRESENT: i32 = 2;
pub const RAYGEN_CONFIG_SAMPLING: i32 = 0;
pub const RAYGEN_CONFIG_TRAINING: i32 = 1;
pub const RAYGEN_CONFIG_EVALUATION: i32 = 2;
pub const RAYGEN_CONFIG_EXPERIMENT: i32 = 3;
/// the largest square that holds the mask: the sizes of things are those that the model has learned
pub const RAYGEN_EDIT_REGION_FILM: i32 = 0;
/// a square around the mask: sharper, with less around it
pub const RAYGEN_EDIT_REGION_MASK: i32 = 1;
pub const RAYGEN_SPLIT_TRAIN: i32 = 0;
pub const RAYGEN_SPLIT_VAL: i32 = 1;
pub const RAYGEN_SPLIT_TEST: i32 = 2;
pub const RAYGEN_SPLIT_BY_PATIENT: i32 = 3;
pub const RAYGEN_DTYPE_FLOAT32: i32 = 0;
pub const RAYGEN_DTYPE_INT32: i32 = 1;
pub const RAYGEN_DTYPE_INT64: i32 = 2;
pub const RAYGEN_DTYPE_FLOAT16: i32 = 3;
pub const RAYGEN_DTYPE_BFLOAT16: i32 = 4;
pub const RAYGEN_ABI_VERSION: i32 = 1;
pub const RAYGEN_THREADS_HOST: i32 = -1;
pub const RAYGEN_HEADS_INFER: i32 = -1;
pub const RAYGEN_FEATHER_AUTO: i32 = -1;
pub const RAYGEN_PARTS_GENERATE: u32 = 7;

#[repr(C)]
pub struct raygen_model {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_session {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_job {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_image {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_embedding {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_condition {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_index {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_result {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_settings {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_sampler {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_classification {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_lpips {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

#[repr(C)]
pub struct raygen_tensors {
    _private: [u8; 0],
    _not_send: std::marker::PhantomData<*mut u8>,
}

/// Called once, when memory that was lent is no longer needed.
pub type raygen_release_callback = unsafe extern "C" fn(user_data: *mut c_void);
/// Returns 0 to go on. Anything else cancels. Must not throw and must not use the session.
pub type raygen_progress_callback = unsafe extern "C" fn(progress: *const raygen_progress, user_data: *mut c_void) -> i32;
/// Called before the first image, then now and then. Returns 0 to go on. Anything else cancels: what is there then is kept, and the same call continues; a preparation that an earlier call finished has nothing to cancel. Must not throw.
pub type raygen_data_callback = unsafe extern "C" fn(progress: *const raygen_data_progress, user_data: *mut c_void) -> i32;
/// Returns 0 to go on. Anything else stops: a checkpoint is written first. Must not throw.
pub type raygen_training_callback = unsafe extern "C" fn(progress: *const raygen_training_progress, user_data: *mut c_void) -> i32;
/// Returns 0 to go on. Anything else stops; computed features are kept. Must not throw.
pub type raygen_evaluation_callback = unsafe extern "C" fn(progress: *const raygen_evaluation_progress, user_data: *mut c_void) -> i32;

/// Holds the message of a failed call. It belongs to the caller and may be used again.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_error {
    pub struct_size: usize,
    pub status: raygen_status,
    /// UTF-8, ends in a zero, empty after success; longer messages are cut
    pub message: [c_char; 1024],
}

/// A string in a struct or an array.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_string {
    /// UTF-8; may be NULL when length is 0
    pub data: *const c_char,
    /// bytes
    pub length: usize,
}

/// What a file or a caller may ask for at most. More is RAYGEN_ERROR_LIMIT.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_limits {
    pub struct_size: usize,
    /// one file read; 16 GiB
    pub max_file_bytes: u64,
    /// width x height of one image; 64 Mi
    pub max_pixels: u64,
    /// one prompt; 64 KiB
    pub max_prompt_bytes: u64,
    /// prompts x images per prompt in one call; 1024
    pub max_batch: u64,
    /// weights of one model, or one result; 16 GiB
    pub max_memory_bytes: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_model_options {
    pub struct_size: usize,
    /// RAYGEN_DEVICE_AUTO: CUDA if there is a device, else the CPU
    pub device: raygen_device,
    /// which CUDA device; 0
    pub device_index: i32,
    /// RAYGEN_PRECISION_FLOAT32
    pub precision: raygen_precision,
    /// CPU threads a call may use, 1..1024; RAYGEN_THREADS_HOST
    pub threads: i32,
    /// 1: check the SHA-256 of every file (default), 0: do not
    pub verify: i32,
    /// NULL: the defaults; read during the call only
    pub limits: *const raygen_limits,
}

/// Sizes of a model. 0 where the model lacks the part that has the size.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_model_info {
    pub struct_size: usize,
    /// R
    pub image_size: i32,
    /// channels of a generated image
    pub image_channels: i32,
    /// grid_height x grid_width = N, row-major
    pub grid_height: i32,
    pub grid_width: i32,
    /// V
    pub codebook_size: i32,
    /// z: what is quantised, as wide as a row of the codebook
    pub feature_channels: i32,
    /// L
    pub text_length: i32,
    /// D
    pub text_dim: i32,
    /// P; 0 when the model has no projection
    pub projection_dim: i32,
    /// in use, never AUTO
    pub device: raygen_device,
    pub device_index: i32,
    /// in use, never AUTO
    pub precision: raygen_precision,
    /// which the model has: a sum of RAYGEN_PART_*
    pub parts: u32,
}

/// A file of a model that is in memory.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_memory_file {
    /// as in the folder: "raygen.json", "vqgan.safetensors", …
    pub name: raygen_string,
    pub data: *const c_void,
    /// bytes
    pub size: usize,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_png_options {
    pub struct_size: usize,
    /// 8 or 16; 8
    pub bit_depth: i32,
    /// the bytes of any file that raygen_image_read_memory reads; NULL
    pub like: *const c_void,
    /// 0
    pub like_size: usize,
    /// pixel of the image where that file's first one is, after outpainting; 0
    pub like_left: i32,
    /// 0
    pub like_top: i32,
    /// of what is read of it; NULL: the defaults
    pub limits: *const raygen_limits,
}

/// What a DICOM file says besides the picture and its texts (docs/dicom.md).
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_dicom_options {
    pub struct_size: usize,
    /// RAYGEN_DICOM_SECONDARY_CAPTURE
    pub sop_class: raygen_dicom_class,
    /// 8, 12 or 16; 12
    pub bit_depth: i32,
    /// RAYGEN_DICOM_ANNOTATION_NONE
    pub annotation: raygen_dicom_annotation,
    /// 1: the image was made from the template's, which is named as its source; 0
    pub derived_from_template: i32,
    /// a DICOM file, whose patient and study are taken; empty: made up
    pub template_path: raygen_string,
    /// empty: the template's; without one, made of series_uid, or else a UID of this image's own
    pub study_uid: raygen_string,
    /// empty: a UID of this image's own
    pub series_uid: raygen_string,
    /// LO, behind "SYNTHETIC: "; empty: "SYNTHETIC, not for diagnosis"
    pub series_description: raygen_string,
    /// YYYYMMDD or YYYYMMDDHHMMSS, of the instance, its series, and a study that is made up; empty: none but a made-up study's 20000101
    pub date_time: raygen_string,
    /// >= 0; 1
    pub series_number: i32,
    /// >= 0; 1
    pub instance_number: i32,
    /// mm at the detector, 0.001 to 100; RAYGEN_DICOM_SPACING_UNKNOWN: none; a DX, which must have one, has the template's or a nominal one
    pub pixel_spacing: f64,
    /// of the template; NULL: the defaults
    pub limits: *const raygen_limits,
}

/// What a progress callback sees after every step of an image. Alive during the callback only.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_progress {
    pub struct_size: usize,
    /// index of the image
    pub image: u64,
    /// 0..image_count-1 within the call
    pub image_number: usize,
    pub image_count: usize,
    /// steps done, 1..steps
    pub step: i32,
    /// the most there are: some position choices need fewer
    pub steps: i32,
    /// N
    pub token_count: usize,
    /// \[N\] as they stand, none masked
    pub tokens: *const i32,
    /// how many of them the next step draws again; 0 after the last
    pub masked_count: usize,
    /// decoded from tokens when options.preview is 1, else NULL
    pub preview: *const raygen_image,
    /// \[N\]: 1 where the next step draws again, else 0
    pub masked: *const u8,
}

/// With the same model, config and prompt, an image depends on its seed and its index alone.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_options {
    pub struct_size: usize,
    /// 0
    pub seed: u64,
    /// index of the first image, below 2^63; 0
    pub first_image: u64,
    /// how images are sampled: the name of a preset, or JSON or YAML with keys of raygen_config_schema; empty: as the model wants to be asked
    pub config: raygen_string,
    /// of the config's file, for messages; empty: "config"
    pub config_name: raygen_string,
    /// "steps=12", …, applied in order after config; NULL
    pub overrides: *const raygen_string,
    pub override_count: usize,
    /// >= 1; 1
    pub images_per_prompt: i32,
    /// images worked on together, >= 1; changes speed and memory, never an image (float32 on a CPU). 1
    pub batch_size: i32,
    /// 1: decode an image for every progress call; 0
    pub preview: i32,
    /// may be cancelled from elsewhere; NULL
    pub job: *mut raygen_job,
    /// NULL
    pub progress: Option<raygen_progress_callback>,
    pub user_data: *mut c_void,
    /// \[image_count\], a seed for each image; NULL: seed for all
    pub seeds: *const u64,
    /// \[image_count\], an index for each; NULL: first_image + 0, 1, …
    pub indices: *const u64,
    /// of the arrays above and below; 0 when there are none
    pub image_count: usize,
    /// \[image_count,N\], 0..V: tokens that are kept, V where one is drawn; NULL: all are drawn
    pub start_tokens: *const i32,
    /// \[image_count,N\]: 1: a token is drawn anew, 0: start_tokens has it; NULL: 1 where start_tokens has V
    pub editable: *const u8,
    /// \[image_count\], a config for each image, as `config` and laid over it and the overrides; NULL
    pub image_configs: *const raygen_string,
    /// so many prompts, one after another, make one image: its logits are the mean of theirs, by weight. The images are fewer by this factor. 1
    pub prompts_per_mix: usize,
    /// a weight for each prompt of the call, above 0 and at most 1e6; NULL: all of a mix count alike
    pub prompt_weights: *const f64,
    /// \[image_count\]: above 0, an image has the noise of that later try, as raygen_settings_attempt tells it; NULL: 0 for all
    pub attempts: *const u32,
    /// an image that is nearer to a training image than the index's thresholds allow is drawn again, with other noise, which its text "raygen" names beside the nearest; NULL: none is
    pub reject_near: *const raygen_index,
    /// of an image, the first included, 1 to 1,000,000; after the last one the call ends with LIMIT. 5
    pub reject_tries: i32,
}

/// A rectangle of pixels; x and y are those of its first one.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_box {
    pub x: i32,
    pub y: i32,
    pub width: i32,
    pub height: i32,
}

/// Where a film is edited: a mask, boxes and outpainted pixels together, at least one of them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_edit_options {
    pub struct_size: usize,
    /// of the film's size: what is at least half as bright as its brightest pixel may change; NULL
    pub mask: *const raygen_image,
    /// \[box_count\], inside the film: may change too; NULL
    pub boxes: *const raygen_box,
    pub box_count: usize,
    /// pixels that are added on each side; 0
    pub outpaint_left: i32,
    pub outpaint_top: i32,
    pub outpaint_right: i32,
    pub outpaint_bottom: i32,
    /// pixels by which all that reaches further than it is drawn; 0
    pub grow: i32,
    /// pixels inside the edge over which the new picture fades in, >= 0; RAYGEN_FEATHER_AUTO
    pub feather: i32,
    /// RAYGEN_EDIT_REGION_FILM
    pub region: raygen_edit_region,
}

/// Checkpoints of the published code, and what they do not say about themselves.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_convert_options {
    pub struct_size: usize,
    /// Lightning .ckpt or a file {"model": …}; see classifier
    pub decoder: raygen_string,
    /// taming VQModel or GumbelVQ checkpoint; see classifier
    pub vqgan: raygen_string,
    /// project.yaml, which must agree; empty: sizes from the weights
    pub vqgan_config: raygen_string,
    /// Hugging Face folder; empty: the one inside the decoder's file
    pub text_encoder: raygen_string,
    /// its config.json, for an embedded text encoder; empty: inferred
    pub text_config: raygen_string,
    /// vocab.txt or a SentencePiece .model; empty: the folder's own
    pub vocabulary: raygen_string,
    /// JSON or YAML with n_heads; empty: one beside the file, if any
    pub decoder_config: raygen_string,
    /// attention heads of the decoder, which no file holds; RAYGEN_HEADS_INFER
    pub heads: i32,
    /// 1: replace a model that is there; 0
    pub overwrite: i32,
    /// NULL: the defaults
    pub limits: *const raygen_limits,
    /// cancels between two tensors; NULL: none
    pub job: *const raygen_job,
    pub ignore: *const raygen_string,
    pub ignore_count: usize,
    pub classifier: raygen_string,
    /// "imagenet", "chexnet", "raygen", "xrv:all" …; empty: told by names and shapes. docs/checkpoints.md has all
    pub classifier_kind: raygen_string,
    /// JSON with classes, thresholds and preprocessing; empty
    pub classifier_config: raygen_string,
    pub model: raygen_string,
    pub stored_precision: raygen_string,
}

/// Where a preparation is. Alive during the callback only.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_data_progress {
    pub struct_size: usize,
    pub done: u64,
    pub total: u64,
    /// how many of `done` could not be used
    pub skipped: u64,
    /// UTF-8: for each table a line that says which column was taken for what and how many images and patients there are; else empty
    pub description: *const c_char,
}

/// How a dataset is made, whatever it is made from.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_prepare_options {
    pub struct_size: usize,
    /// R: images are resized and cropped to R x R; 512
    pub image_size: i32,
    /// images of one file; 512
    pub rows_per_shard: i32,
    /// of the patients that have no split yet, 0..1; 0.1
    pub val_fraction: f64,
    /// of the splits; 0
    pub seed: u64,
    /// NULL: the defaults
    pub limits: *const raygen_limits,
    /// NULL
    pub job: *mut raygen_job,
    /// NULL
    pub progress: Option<raygen_data_callback>,
    pub user_data: *mut c_void,
}

/// Tables of images and texts. Columns are found by their usual names (docs/datasets.md) unless a name is given.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_table_source {
    pub struct_size: usize,
    /// CSV files; required
    pub csv: *const raygen_string,
    /// of each of them, BY_PATIENT: by its column or its patients; NULL: all BY_PATIENT
    pub splits: *const raygen_split,
    pub csv_count: usize,
    /// folder that relative image paths start from; a row whose path leaves it is skipped. Empty: the folder of each CSV
    pub root: raygen_string,
    /// of the patients that have no split, 0..1; 0.1
    pub test_fraction: f64,
    /// this and the next six: names of columns; empty: usual ones
    pub path_column: raygen_string,
    pub text_column: raygen_string,
    pub patient_column: raygen_string,
    pub split_column: raygen_string,
    pub view_column: raygen_string,
    pub findings_column: raygen_string,
    pub id_column: raygen_string,
    /// columns of 0 and 1, each a finding
    pub label_columns: *const raygen_string,
    pub label_column_count: usize,
    /// 1: where a table tells no patients, each image counts as one of its own, so that one person may be in two splits; 0: an error
    pub patient_per_image: i32,
    /// 1: texts are the names of the findings; 0: of the text column
    pub text_from_findings: i32,
    /// this and the next: names of columns; empty: usual ones
    pub sex_column: raygen_string,
    pub age_column: raygen_string,
}

/// MIMIC-CXR-JPG 2: one image per study, the impression of its report, the patients of p10 as test.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_mimic_source {
    pub struct_size: usize,
    /// folder with the tables and files/; required
    pub root: raygen_string,
    /// folder whose files/ has the reports; empty: root
    pub reports: raygen_string,
    /// ViewPosition; empty: the most common
    pub view: raygen_string,
    /// 1: texts are cleaned as in the original, which glues words; 0
    pub exact: i32,
}

/// What a preparation came to. The arrays are indexed by raygen_split.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_dataset_summary {
    pub struct_size: usize,
    pub images: u64,
    /// listed with their reasons in skipped.csv
    pub skipped: u64,
    pub images_of: [u64; 3],
    pub patients_of: [u64; 3],
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_index_options {
    pub struct_size: usize,
    /// share of held-out images that each of three thresholds lets be too near, 0 to below 1; 0.001
    pub quantile: f64,
    /// 1: the ids of the dataset are written, 0: salted hashes of them. 0
    pub named: i32,
    /// NULL
    pub job: *mut raygen_job,
    /// NULL
    pub progress: Option<raygen_data_callback>,
    pub user_data: *mut c_void,
}

/// Procedural radiographs with findings of known side, place and severity.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_phantom_options {
    pub struct_size: usize,
    /// 0
    pub seed: u64,
    /// index of the first; a phantom depends on seed, index and size; 0
    pub first_phantom: u64,
    /// >= 1; 1
    pub count: u64,
    /// pixels a side: multiples of 32, 64 to 1024; 128
    pub size: i32,
    /// 1: a mask of every finding too; 0
    pub masks: i32,
    /// NULL
    pub job: *mut raygen_job,
    /// NULL
    pub progress: Option<raygen_data_callback>,
    pub user_data: *mut c_void,
    /// 1: the same patients without their findings; 0
    pub healthy: i32,
}

/// Where a training is. Alive during the callback only.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_training_progress {
    pub struct_size: usize,
    /// "vqgan", "text_encoder", "tokens", "masked_decoder"
    pub stage: *const c_char,
    /// "step", "validation", "checkpoint", "resumed", "stage finished"
    pub event: *const c_char,
    /// steps done
    pub step: i64,
    /// of the stage
    pub steps: i64,
    /// over the last steps; 0 when not known
    pub images_per_second: f64,
    /// of the stage; 0 when not known
    pub seconds_left: f64,
    /// the newest measurements, may be none
    pub metric_count: usize,
    /// "train/loss", …
    pub metric_names: *const *const c_char,
    pub metric_values: *const f64,
    /// of several processes, which this is, from 0
    pub process: i32,
    /// 1: alone
    pub processes: i32,
    /// the folder that the config names
    pub out: *const c_char,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_training_options {
    pub struct_size: usize,
    /// YAML or JSON; empty: all defaults
    pub config: raygen_string,
    /// of the config's file, for messages; empty: "config"
    pub config_name: raygen_string,
    /// "vqgan.loop.steps=100", …, in order, after config; NULL
    pub overrides: *const raygen_string,
    pub override_count: usize,
    /// NULL: the defaults
    pub limits: *const raygen_limits,
    /// cancelled: a checkpoint is written and the call ends; NULL
    pub job: *mut raygen_job,
    /// NULL
    pub progress: Option<raygen_training_callback>,
    pub user_data: *mut c_void,
}

/// Where an evaluation is. Alive during the callback only.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_evaluation_progress {
    pub struct_size: usize,
    /// "real images", "synthetic images", "measures", …
    pub stage: *const c_char,
    /// images, or other parts of the stage
    pub done: i64,
    /// of the stage
    pub total: i64,
    /// of the stage; 0 when not known
    pub seconds_left: f64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_evaluation_options {
    pub struct_size: usize,
    /// YAML or JSON; empty: all defaults
    pub config: raygen_string,
    /// of the config's file, for messages; empty: "config"
    pub config_name: raygen_string,
    /// "neighbours=3", …, in order, after config; NULL
    pub overrides: *const raygen_string,
    pub override_count: usize,
    /// NULL: the defaults
    pub limits: *const raygen_limits,
    /// NULL
    pub job: *mut raygen_job,
    /// NULL
    pub progress: Option<raygen_evaluation_callback>,
    pub user_data: *mut c_void,
}

/// A value with its 95 % interval. All are NaN where the value is undefined.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_estimate {
    pub struct_size: usize,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// DeLong's; NaN without two positives and two negatives
    pub standard_error: f64,
    /// of the bootstrap, without undefined ones
    pub draws: i64,
}

/// What a classifier says of findings in images, and what is true.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_judged_images {
    pub struct_size: usize,
    /// images, 1 or more
    pub count: usize,
    /// findings, 1 or more
    pub finding_count: usize,
    /// \[count\]\[finding_count\], logits at best
    pub scores: *const f64,
    /// \[count\]\[finding_count\]: 1, 0, or 255: not known
    pub labels: *const u8,
    /// finding_count different names
    pub findings: *const raygen_string,
    /// finding_count, scores from which on a finding counts as seen; NaN: none; NULL: none at all
    pub thresholds: *const f64,
    /// which of the findings is "No Finding"; -1: none
    pub no_finding: i64,
    /// count, whose each image is; NULL: each by itself
    pub patients: *const raygen_string,
    /// count, the group of each image; empty: not known
    pub groups: *const raygen_string,
}

/// Borrowed view of one tensor, alive as long as its raygen_tensors.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct raygen_tensor_view {
    pub struct_size: usize,
    pub name: *const c_char,
    pub dtype: raygen_dtype,
    pub rank: usize,
    pub shape: *const i64,
    pub data: *const c_void,
    pub bytes: usize,
}

extern "C" {
    /// "MAJOR.MINOR.PATCH".
    pub fn raygen_version() -> *const c_char;
    /// RAYGEN_ABI_VERSION of the library that is loaded.
    pub fn raygen_abi_version() -> i32;
    /// JSON: version, compiler, LibTorch's version, CPU features in use, whether CUDA was built in, and where it was but no device can be used, why ("cuda_problem").
    pub fn raygen_build_info() -> *const c_char;
    /// One line of English for a status, never NULL.
    pub fn raygen_status_message(status: raygen_status) -> *const c_char;
    pub fn raygen_error_init(error: *mut raygen_error, struct_size: usize);
    /// Frees what a function has put into a `char **` or a `void **`.
    pub fn raygen_buffer_free(buffer: *mut c_void);
    pub fn raygen_limits_init(limits: *mut raygen_limits, struct_size: usize);
    /// The fastest of a few large matrix products on this device, in GFLOP/s, measured now. Takes about a second. threads: 1..1024, or RAYGEN_THREADS_HOST. Errors: DEVICE, UNSUPPORTED.
    pub fn raygen_device_measure(device: raygen_device, device_index: i32, precision: raygen_precision, threads: i32, gflops: *mut f64, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_model_options_init(options: *mut raygen_model_options, struct_size: usize);
    pub fn raygen_model_info_init(info: *mut raygen_model_info, struct_size: usize);
    /// Opens a model (a folder with raygen.json): checks names, shapes and sums, and maps the weights. Errors: IO, FORMAT, UNSUPPORTED, LIMIT, DEVICE.
    pub fn raygen_model_open(path: *const c_char, path_length: usize, options: *const raygen_model_options, model: *mut *mut raygen_model, error: *mut raygen_error) -> raygen_status;
    /// Opens a model from memory. The files are not copied: they must stay as they are until the model and all its sessions are freed. `release`, unless NULL, is then called once, from the thread that frees the last of them, and also when this call fails. Errors: FORMAT, UNSUPPORTED, LIMIT, DEVICE.
    pub fn raygen_model_open_memory(files: *const raygen_memory_file, file_count: usize, options: *const raygen_model_options, release: Option<raygen_release_callback>, user_data: *mut c_void, model: *mut *mut raygen_model, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_model_free(model: *mut raygen_model);
    pub fn raygen_model_get_info(model: *const raygen_model, info: *mut raygen_model_info, error: *mut raygen_error) -> raygen_status;
    /// raygen.json as it stands: parts, provenance, licence. Lives as long as the model. NULL for NULL.
    pub fn raygen_model_manifest(model: *const raygen_model) -> *const c_char;
    /// SHA-256 of raygen.json, 64 hex digits: identifies the model, weights included, in the images that it makes. Lives as long as the model. NULL for NULL.
    pub fn raygen_model_digest(model: *const raygen_model) -> *const c_char;
    /// How many text tokens a prompt has before it is cut to L, special tokens included. Runs the tokenizer only. Errors: LIMIT, UNSUPPORTED.
    pub fn raygen_model_count_tokens(model: *const raygen_model, prompt: *const c_char, prompt_length: usize, count: *mut usize, error: *mut raygen_error) -> raygen_status;
    /// Loads the weights of parts now. Without this call each part is loaded by the first call that needs it. `parts` is a sum of RAYGEN_PART_*. Errors: IO, UNSUPPORTED, NUMERIC, DEVICE.
    pub fn raygen_model_prepare(model: *const raygen_model, parts: u32, error: *mut raygen_error) -> raygen_status;
    /// Bytes of weights that the model holds in memory now. 0 for NULL.
    pub fn raygen_model_memory(model: *const raygen_model) -> u64;
    pub fn raygen_session_create(model: *const raygen_model, session: *mut *mut raygen_session, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_session_free(session: *mut raygen_session);
    /// Bytes of scratch memory that the last call left in the session. Any thread may ask, also during a call. 0 for NULL.
    pub fn raygen_session_memory(session: *const raygen_session) -> u64;
    /// Gives the scratch memory back. The next call takes it anew. Does nothing during a call.
    pub fn raygen_session_trim(session: *mut raygen_session);
    pub fn raygen_job_create(job: *mut *mut raygen_job, error: *mut raygen_error) -> raygen_status;
    /// A cancelled job stays cancelled. The call that was given the job ends with CANCELLED at its next check: between layers of a network, typically within a fraction of a sampling step.
    pub fn raygen_job_cancel(job: *mut raygen_job);
    pub fn raygen_job_cancelled(job: *const raygen_job) -> i32;
    /// Not while a call that was given the job runs.
    pub fn raygen_job_free(job: *mut raygen_job);
    /// channels: 1 (grey) or 3 (RGB). `pixels` has height x width x channels values of 0..1, which are copied. NULL makes a black image. Errors: LIMIT.
    pub fn raygen_image_create(width: i32, height: i32, channels: i32, pixels: *const f32, image: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    /// A PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF or PSD file, as a viewer shows it: turned as EXIF says, and a film of fewer bits in 16 scaled to its own white (docs/datasets.md). The content tells the format. limits: NULL for the defaults. Errors: IO, FORMAT, UNSUPPORTED, LIMIT.
    pub fn raygen_image_read(path: *const c_char, path_length: usize, limits: *const raygen_limits, image: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    /// The same from memory. Errors: FORMAT, UNSUPPORTED, LIMIT.
    pub fn raygen_image_read_memory(bytes: *const c_void, size: usize, limits: *const raygen_limits, image: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_image_free(image: *mut raygen_image);
    /// 0 for NULL.
    pub fn raygen_image_width(image: *const raygen_image) -> i32;
    pub fn raygen_image_height(image: *const raygen_image) -> i32;
    pub fn raygen_image_channels(image: *const raygen_image) -> i32;
    /// height x width x channels values, alive as long as the image.
    pub fn raygen_image_pixels(image: *const raygen_image) -> *const f32;
    /// The text under a keyword ("Description", "raygen", …). NULL when there is none. Alive until the image is changed or freed.
    pub fn raygen_image_get_text(image: *const raygen_image, keyword: *const c_char, keyword_length: usize) -> *const c_char;
    /// keyword: 1 to 79 printable Latin-1 characters, as PNG asks: no space at the ends, no two spaces together. A text that is there already is replaced.
    pub fn raygen_image_set_text(image: *mut raygen_image, keyword: *const c_char, keyword_length: usize, text: *const c_char, text_length: usize, error: *mut raygen_error) -> raygen_status;
    /// A new image with the same pixels and texts.
    pub fn raygen_image_copy(image: *const raygen_image, copy: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    /// A new image of one channel, the mean of the channels, with the same texts.
    pub fn raygen_image_to_grey(image: *const raygen_image, grey: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_png_options_init(options: *mut raygen_png_options, struct_size: usize);
    /// Writes a PNG with the texts of the image, under a temporary name that is renamed when the file is whole. options: NULL for the defaults. Errors: IO, NUMERIC; with `like` also FORMAT, UNSUPPORTED, LIMIT.
    pub fn raygen_image_write_png(image: *const raygen_image, path: *const c_char, path_length: usize, options: *const raygen_png_options, error: *mut raygen_error) -> raygen_status;
    /// The same bytes in memory: *bytes has *size of them and is freed with raygen_buffer_free. Errors: NUMERIC; with `like` also FORMAT, UNSUPPORTED, LIMIT.
    pub fn raygen_image_encode_png(image: *const raygen_image, options: *const raygen_png_options, bytes: *mut *mut c_void, size: *mut usize, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_dicom_options_init(options: *mut raygen_dicom_options, struct_size: usize);
    /// Writes a DICOM file, under a temporary name that is renamed when the file is whole: one grey frame (the mean of the channels), marked as synthetic and not for diagnosis, with the texts of the image in a private block, from which raygen_image_read has them back. The same image and options give the same bytes, UIDs included. options: NULL for the defaults. warnings: NULL, or what of the template was left out, and why, one a line, freed with raygen_buffer_free. Errors: IO, FORMAT (the template), UNSUPPORTED, LIMIT, NUMERIC.
    pub fn raygen_image_write_dicom(image: *const raygen_image, path: *const c_char, path_length: usize, options: *const raygen_dicom_options, warnings: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// The same bytes in memory: *bytes has *size of them and is freed with raygen_buffer_free. Errors: IO, FORMAT (the template), UNSUPPORTED, LIMIT, NUMERIC.
    pub fn raygen_image_encode_dicom(image: *const raygen_image, options: *const raygen_dicom_options, bytes: *mut *mut c_void, size: *mut usize, warnings: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// "2.25." and the decimal number of a UUID (DICOM PS3.5, B.2) that is made of `name`, any bytes: the same name has the same UID. For a study or a series of several images. *uid is freed with raygen_buffer_free.
    pub fn raygen_dicom_uid(name: *const c_void, size: usize, uid: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// Encodes count >= 1 prompts. A prompt longer than L text tokens is cut, as in the original: compare raygen_embedding_token_count with L. Errors: LIMIT, UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_session_encode_text(session: *mut raygen_session, prompts: *const raygen_string, count: usize, embedding: *mut *mut raygen_embedding, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_embedding_free(embedding: *mut raygen_embedding);
    /// B
    pub fn raygen_embedding_count(embedding: *const raygen_embedding) -> usize;
    /// L
    pub fn raygen_embedding_length(embedding: *const raygen_embedding) -> usize;
    /// D
    pub fn raygen_embedding_dim(embedding: *const raygen_embedding) -> usize;
    /// Text tokens of prompt i before it was cut, special tokens included.
    pub fn raygen_embedding_token_count(embedding: *const raygen_embedding, i: usize) -> usize;
    /// \[B,L\]
    pub fn raygen_embedding_input_ids(embedding: *const raygen_embedding) -> *const i32;
    /// \[B,L\], 1 = text, 0 = padding.
    pub fn raygen_embedding_attention_mask(embedding: *const raygen_embedding) -> *const i32;
    /// \[B,L,D\].
    pub fn raygen_embedding_last_hidden_state(embedding: *const raygen_embedding) -> *const f32;
    /// \[B,L,D\]: every channel divided by its L2 norm over the L positions. The masked decoder takes it.
    pub fn raygen_embedding_normalized(embedding: *const raygen_embedding) -> *const f32;
    /// \[B,P\], L2-normalised. NULL when the model has no projection.
    pub fn raygen_embedding_projection(embedding: *const raygen_embedding) -> *const f32;
    /// Image to tokens. An image that is not R x R is resized (antialiased bilinear, shorter side to R) and cropped at the centre; grey is repeated over the channels. tokens: room for token_count = N. features: NULL, or room for \[z,grid_height,grid_width\], what is quantised to the tokens (feature_count = z x N). The Gumbel quantizer takes the most probable code: no noise. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_session_encode_image(session: *mut raygen_session, image: *const raygen_image, tokens: *mut i32, token_count: usize, features: *mut f32, feature_count: usize, error: *mut raygen_error) -> raygen_status;
    /// N tokens, each 0..V-1, to an image of R x R. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_session_decode_tokens(session: *mut raygen_session, tokens: *const i32, token_count: usize, image: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    /// Attention keys and values of the B prompts of an embedding, computed once. The embedding stays on its device. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_condition_create(session: *mut raygen_session, embedding: *const raygen_embedding, condition: *mut *mut raygen_condition, error: *mut raygen_error) -> raygen_status;
    /// The same from values \[batch,length,dim\], as raygen_embedding_normalized gives them. Errors: LIMIT, UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_condition_create_from_values(session: *mut raygen_session, values: *const f32, batch: usize, length: usize, dim: usize, condition: *mut *mut raygen_condition, error: *mut raygen_error) -> raygen_status;
    /// The condition of `batch` empty prompts, for guidance: logits = empty + s (prompt - empty). Errors: LIMIT, UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_condition_create_empty(session: *mut raygen_session, batch: usize, condition: *mut *mut raygen_condition, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_condition_free(condition: *mut raygen_condition);
    /// B
    pub fn raygen_condition_batch(condition: *const raygen_condition) -> usize;
    /// The masked transformer: V scores for each position. tokens: \[B,N\], 0..V. positions: \[B,n\] of 0..N-1, or NULL for all (n = N). logits: room for \[B,n,V\] floats. The counts are those of whole arrays: token_count = B x N, position_count = B x n, logit_count = B x n x V. The condition must be of a session of the same model. Errors: UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_session_logits(session: *mut raygen_session, condition: *const raygen_condition, tokens: *const i32, token_count: usize, positions: *const i32, position_count: usize, logits: *mut f32, logit_count: usize, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_options_init(options: *mut raygen_options, struct_size: usize);
    /// A JSON Schema (draft 2020-12) of every key of a kind of config: type, range, default, meaning ("description"), source ("x-source") and, for sampling, the presets ("x-presets"). *schema is freed with raygen_buffer_free.
    pub fn raygen_config_schema(kind: raygen_config_kind, schema: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// All that makes the first image of a call, as JSON: what raygen_session_generate writes into the image under "raygen", and nothing else. prompt: may be NULL, which leaves it out. options: NULL for the defaults. *settings is freed with raygen_buffer_free. Errors: FORMAT, LIMIT.
    pub fn raygen_config_resolve(model: *const raygen_model, options: *const raygen_options, prompt: *const c_char, prompt_length: usize, settings: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// The same of an image that mixes count >= 1 prompts, with the first `count` of options.prompt_weights. Errors: FORMAT, LIMIT.
    pub fn raygen_config_resolve_mix(model: *const raygen_model, options: *const raygen_options, prompts: *const raygen_string, count: usize, settings: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// The sampling config of a call as YAML, every key with its value and meaning. model: NULL for the library's own defaults. *yaml is freed with raygen_buffer_free. Errors: FORMAT.
    pub fn raygen_config_print(model: *const raygen_model, options: *const raygen_options, yaml: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// count prompts, options.images_per_prompt images of each: image k of prompt p is image p x images_per_prompt + k of the call. options: NULL for the defaults. A prompt longer than L text tokens is cut: see raygen_model_count_tokens. After a cancel the session is as good as new. Errors: FORMAT (config), LIMIT, CANCELLED, UNSUPPORTED, NUMERIC, DEVICE, IO.
    pub fn raygen_session_generate(session: *mut raygen_session, prompts: *const raygen_string, count: usize, options: *const raygen_options, result: *mut *mut raygen_result, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_result_free(result: *mut raygen_result);
    pub fn raygen_result_count(result: *const raygen_result) -> usize;
    /// Borrowed: alive as long as the result. The texts of the image are "Description" (the prompt), "Comment" (that it is synthetic) and "raygen" (JSON of all that reproduces it). NULL when i is too large or the image was taken.
    pub fn raygen_result_image(result: *const raygen_result, i: usize) -> *const raygen_image;
    /// The steps that image i took: some position choices need fewer than they may. 0 when i is too large.
    pub fn raygen_result_steps(result: *const raygen_result, i: usize) -> i32;
    /// Takes image i out of the result without a copy. The image is then the caller's, and freed with raygen_image_free.
    pub fn raygen_result_take_image(result: *mut raygen_result, i: usize, image: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    /// \[N\]
    pub fn raygen_result_tokens(result: *const raygen_result, i: usize) -> *const i32;
    /// N
    pub fn raygen_result_token_count(result: *const raygen_result) -> usize;
    /// json: the text "raygen" of an image (raygen_image_get_text), of this version or an earlier one; empty: the image has none, which is FORMAT. Errors: FORMAT, UNSUPPORTED (settings of a newer libraygen, or an image that was made from more than its settings: tokens, a mask, another image).
    pub fn raygen_settings_read(json: *const c_char, json_length: usize, settings: *mut *mut raygen_settings, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_settings_free(settings: *mut raygen_settings);
    /// >= 1
    pub fn raygen_settings_prompt_count(settings: *const raygen_settings) -> usize;
    pub fn raygen_settings_prompt(settings: *const raygen_settings, i: usize) -> *const c_char;
    /// The weights of all prompts sum up to 1.
    pub fn raygen_settings_prompt_weight(settings: *const raygen_settings, i: usize) -> f64;
    pub fn raygen_settings_seed(settings: *const raygen_settings) -> u64;
    /// the index
    pub fn raygen_settings_image(settings: *const raygen_settings) -> u64;
    /// Of its tries, 0 the first: above 0 only where raygen_options.reject_near was used.
    pub fn raygen_settings_attempt(settings: *const raygen_settings) -> u32;
    /// raygen_model_digest of the model that made the image.
    pub fn raygen_settings_model(settings: *const raygen_settings) -> *const c_char;
    /// "libraygen MAJOR.MINOR.PATCH", which made the image.
    pub fn raygen_settings_generator(settings: *const raygen_settings) -> *const c_char;
    pub fn raygen_settings_device(settings: *const raygen_settings) -> raygen_device;
    pub fn raygen_settings_precision(settings: *const raygen_settings) -> raygen_precision;
    /// The sampling config of the image as JSON, every key. Of `options` (NULL: nothing) config and overrides win over what the image has. *config is freed with raygen_buffer_free. Errors: FORMAT.
    pub fn raygen_settings_config(settings: *const raygen_settings, options: *const raygen_options, config: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// Whether a model is the one that made the image: another is INVALID_ARGUMENT, whose message has both digests, unless any_model is 1. doubts: NULL, or why the model may make another image nevertheless (another version, precision or device), one a line, empty when nothing is known against it; freed with raygen_buffer_free.
    pub fn raygen_settings_check_model(settings: *const raygen_settings, model: *const raygen_model, any_model: i32, doubts: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_edit_options_init(edit: *mut raygen_edit_options, struct_size: usize);
    /// Inpaints and outpaints an image of any size (a film of a real person, a generated image): tokens that the mask touches are drawn anew, as raygen_session_generate draws them, and all others stay the image's. Pixels outside the mask stay the image's to the bit. The results have the image's channels, and its size with what is outpainted. Their text "raygen" also has "edit": the SHA-256 of the image and of the mask (of a file that raygen_image_read has read; else of the pixels: floats of an image, bytes of 0 and 1 of a mask), and what edit says. options: NULL for the defaults; start_tokens and editable must be NULL; previews are R x R, as the model sees it. Errors: those of raygen_session_generate.
    pub fn raygen_session_edit(session: *mut raygen_session, image: *const raygen_image, edit: *const raygen_edit_options, prompts: *const raygen_string, count: usize, options: *const raygen_options, result: *mut *mut raygen_result, error: *mut raygen_error) -> raygen_status;
    /// Draws a share of an image's tokens anew. strength: 0 (the image's reconstruction) to 1 (what raygen_session_generate makes); the noise of each result chooses which tokens, and a larger strength chooses more to those of a smaller one. prompts: NULL and 0 to follow none. The results are as large as the image; their text "raygen" also has "vary". options as above. Errors: those of raygen_session_generate.
    pub fn raygen_session_vary(session: *mut raygen_session, image: *const raygen_image, strength: f64, prompts: *const raygen_string, prompt_count: usize, options: *const raygen_options, result: *mut *mut raygen_result, error: *mut raygen_error) -> raygen_status;
    /// The grid of an image's tokens (N = grid_height x grid_width), codebook_size = V, batch: B images. Of the options these count: seed, first_image, config, overrides and the arrays. The defaults are the library's own, since there is no model. Guidance is the caller's to apply. Errors: FORMAT, LIMIT.
    pub fn raygen_sampler_create(grid_height: i32, grid_width: i32, codebook_size: i32, batch: usize, options: *const raygen_options, sampler: *mut *mut raygen_sampler, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_sampler_free(sampler: *mut raygen_sampler);
    pub fn raygen_sampler_done(sampler: *const raygen_sampler) -> i32;
    /// steps done, 0..K
    pub fn raygen_sampler_step_index(sampler: *const raygen_sampler) -> i32;
    /// \[B,N\]. The positions that the next step draws hold V. Alive until the next step.
    pub fn raygen_sampler_tokens(sampler: *const raygen_sampler) -> *const i32;
    /// \[B,n\]: the masked positions, ascending for each image. An image with fewer of them than others repeats its last. Alive until the next step.
    pub fn raygen_sampler_masked(sampler: *const raygen_sampler) -> *const i32;
    /// n
    pub fn raygen_sampler_masked_count(sampler: *const raygen_sampler) -> usize;
    /// Draws the masked tokens from logits \[B,n,V\] (logit_count = B x n x V) and masks those of the next step. Errors: NUMERIC.
    pub fn raygen_sampler_step(sampler: *mut raygen_sampler, logits: *const f32, logit_count: usize, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_convert_options_init(options: *mut raygen_convert_options, struct_size: usize);
    /// Writes the folder `out` from checkpoints, whole or not at all. Nothing of a checkpoint is ever run. warnings: NULL, or what was assumed or left out unexpectedly, one a line, freed with raygen_buffer_free. All that was taken, assumed and left out is kept in the model's manifest, under provenance. Errors: IO, FORMAT, UNSUPPORTED, LIMIT, NUMERIC, CANCELLED.
    pub fn raygen_bundle_convert(options: *const raygen_convert_options, out: *const c_char, out_length: usize, warnings: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// A model with random weights. architecture: JSON with the sizes of each part as raygen.json has them, or empty for the published model's. vocabulary: content of vocab.txt, or empty for a made-up one. overwrite: 1 replaces a model that is there. Errors: IO, FORMAT.
    pub fn raygen_bundle_create_random(out: *const c_char, out_length: usize, architecture: *const c_char, architecture_length: usize, vocabulary: *const c_char, vocabulary_length: usize, seed: u64, overwrite: i32, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_prepare_options_init(options: *mut raygen_prepare_options, struct_size: usize);
    pub fn raygen_table_source_init(source: *mut raygen_table_source, struct_size: usize);
    pub fn raygen_mimic_source_init(source: *mut raygen_mimic_source, struct_size: usize);
    pub fn raygen_dataset_summary_init(summary: *mut raygen_dataset_summary, struct_size: usize);
    /// Makes the dataset folder `out`, or continues it. Images that cannot be used are listed and skipped. A patient in two splits is an error, and so is a table of several splits that tells no patients. options: NULL for the defaults. summary: may be NULL. Errors: IO, FORMAT, LIMIT, CANCELLED.
    pub fn raygen_dataset_prepare_table(source: *const raygen_table_source, options: *const raygen_prepare_options, out: *const c_char, out_length: usize, summary: *mut raygen_dataset_summary, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_dataset_prepare_mimic(source: *const raygen_mimic_source, options: *const raygen_prepare_options, out: *const c_char, out_length: usize, summary: *mut raygen_dataset_summary, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_index_options_init(options: *mut raygen_index_options, struct_size: usize);
    /// Writes what is known of the images in a prepared dataset's split train (tokens, and means of 16 x 16 cells), with thresholds of the splits val and test, whose patients are others: whole or not at all; what was there is replaced. An index is patient data. The dataset's images are of the model's size. options: NULL for the defaults. Errors: IO, FORMAT, UNSUPPORTED, LIMIT, CANCELLED, NUMERIC.
    pub fn raygen_index_build(model: *const raygen_model, dataset: *const c_char, dataset_length: usize, out: *const c_char, out_length: usize, options: *const raygen_index_options, error: *mut raygen_error) -> raygen_status;
    /// Errors: IO, FORMAT, UNSUPPORTED, LIMIT.
    pub fn raygen_index_open(path: *const c_char, path_length: usize, limits: *const raygen_limits, index: *mut *mut raygen_index, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_index_free(index: *mut raygen_index);
    pub fn raygen_index_image_count(index: *const raygen_index) -> i64;
    /// SHA-256 of the file, hex: what images that it judged are marked with.
    pub fn raygen_index_digest(index: *const raygen_index) -> *const c_char;
    pub fn raygen_phantom_options_init(options: *mut raygen_phantom_options, struct_size: usize);
    /// Writes images/P000000.png, …, and at the end phantoms.csv, a table for raygen_dataset_prepare_table. A second call leaves what is there. Errors: IO, CANCELLED.
    pub fn raygen_phantom_write(options: *const raygen_phantom_options, out: *const c_char, out_length: usize, error: *mut raygen_error) -> raygen_status;
    /// A mask of a region of the phantom whose image lies at `path`, in a folder that raygen_phantom_write has written: white in the region, as large as the image. region: "left lung", "right lung" (the patient's; what the lung has room in), "lungs", "heart" or "mediastinum". Errors: IO, FORMAT.
    pub fn raygen_phantom_read_region(path: *const c_char, path_length: usize, region: *const c_char, region_length: usize, mask: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_training_options_init(options: *mut raygen_training_options, struct_size: usize);
    /// The whole config as YAML, every key with its value and meaning. Refuses what raygen_training_run would refuse of it. options: NULL for the defaults. *yaml is freed with raygen_buffer_free. Errors: FORMAT.
    pub fn raygen_training_print(options: *const raygen_training_options, yaml: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// Trains the stages that the config enables and writes the model OUT/model. A run that was stopped goes on where it was. Several processes (RANK, WORLD_SIZE, … as torchrun, Slurm and MPI launchers set them) train one model together: every one makes this call. Errors: IO, FORMAT, UNSUPPORTED, LIMIT, CANCELLED, NUMERIC, DEVICE.
    pub fn raygen_training_run(options: *const raygen_training_options, error: *mut raygen_error) -> raygen_status;
    /// Classifies count >= 1 images of any size, grey or RGB, each prepared as the model's classifier wants it. Below, B is the number of images, K that of classes, D the width of the features. with_maps: 1 keeps class activation maps, 0 does not. Errors: LIMIT, UNSUPPORTED (the model has no classifier), NUMERIC, DEVICE, IO.
    pub fn raygen_session_classify(session: *mut raygen_session, images: *const *const raygen_image, count: usize, with_maps: i32, classification: *mut *mut raygen_classification, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_classification_free(classification: *mut raygen_classification);
    /// B
    pub fn raygen_classification_count(classification: *const raygen_classification) -> usize;
    /// K.
    pub fn raygen_classification_class_count(classification: *const raygen_classification) -> usize;
    /// D.
    pub fn raygen_classification_feature_width(classification: *const raygen_classification) -> usize;
    /// Empty for an output that was never trained; other names differ. Alive as long as the classification. NULL when k is too large.
    pub fn raygen_classification_class_name(classification: *const raygen_classification, k: usize) -> *const c_char;
    /// The probability from which on class k counts as there, on the scale of the probabilities below: 0.5 where they are calibrated. NaN when the model has none, or k is too large.
    pub fn raygen_classification_threshold(classification: *const raygen_classification, k: usize) -> f64;
    /// \[B,K\].
    pub fn raygen_classification_logits(classification: *const raygen_classification) -> *const f32;
    pub fn raygen_classification_probabilities(classification: *const raygen_classification) -> *const f32;
    /// \[B,D\]: the mean of the last feature map over its places.
    pub fn raygen_classification_features(classification: *const raygen_classification) -> *const f32;
    /// Size of a class activation map; 0 without maps.
    pub fn raygen_classification_map_height(classification: *const raygen_classification) -> usize;
    pub fn raygen_classification_map_width(classification: *const raygen_classification) -> usize;
    /// The class activation map (Zhou et al., CVPR 2016) of image i and class k, \[map_height, map_width\]: the weights of the class applied to each place of the last feature map. Its mean plus the class's bias is the logit. NULL without maps, or when i or k is too large.
    pub fn raygen_classification_map(classification: *const raygen_classification, i: usize, k: usize) -> *const f32;
    /// The map of image i and class k in colour on `film`, which is that image: RGB of the film's size. What speaks for the class is yellow to red, the redder and the more opaque the nearer to the map's largest value; what does not, or was cut off before the network saw it, stays as it is. A map without a positive value leaves the whole film so. The film's texts stay, but for "raygen": the overlay cannot be made again from it. Errors: UNSUPPORTED (no maps).
    pub fn raygen_classification_overlay(classification: *const raygen_classification, i: usize, k: usize, film: *const raygen_image, overlay: *mut *mut raygen_image, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_evaluation_options_init(options: *mut raygen_evaluation_options, struct_size: usize);
    /// The whole config as YAML, every key with its value and meaning. options: NULL for the defaults. *yaml is freed with raygen_buffer_free. Errors: FORMAT.
    pub fn raygen_evaluation_print(options: *const raygen_evaluation_options, yaml: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// Compares the real and the synthetic set that the config names and writes OUT/report.html, OUT/metrics.json and OUT/table.csv, each whole or not at all. OUT/features keeps what networks made of the images for the next time; it is as private as they are. *metrics, the text of metrics.json, may be NULL and is freed with raygen_buffer_free. Errors: IO, FORMAT, UNSUPPORTED, LIMIT, NUMERIC, CANCELLED.
    pub fn raygen_evaluation_run(options: *const raygen_evaluation_options, metrics: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// One metric of two sets of features, \[real_count\]\[width\] and \[synthetic_count\]\[width\], row by row: "fid", "fid_infinity", "kid" (not times 1000), "cmmd", "precision", "recall", "density", "coverage", "alpha_precision", "beta_recall", "authenticity" (real: the training images), "frd", the squared Fréchet distance of radiomics, which drops columns that cannot be compared, "closer_than_median" (real: the training images), the share of the synthetic that are nearer to one than half of the training images are to each other, or "vendi", which looks at the synthetic alone. options: neighbours, kid_subset_size, kid_subsets and seed of its config count; NULL for the defaults. Sets of no more than kid_subset_size rows are taken whole. Errors: FORMAT, NUMERIC.
    pub fn raygen_evaluation_compare(metric: *const c_char, metric_length: usize, real: *const f64, real_count: usize, synthetic: *const f64, synthetic_count: usize, width: usize, options: *const raygen_evaluation_options, value: *mut f64, error: *mut raygen_error) -> raygen_status;
    /// How near each synthetic image lies to training images, by features or pixels as above: "dcr", the distance to the closest one, "nndr", that over the distance to the second closest, 0..1, "authentic", 1 where the closest one is nearer to another training image than to this one, else 0, "carlini_ratio", the distance over half of the mean of those to the 50 closest, or "rms", of pixels 0..1 the root mean square difference. Training images: 2 or more for "nndr" and "authentic", 50 for "carlini_ratio". values: synthetic_count of them. What they say stands beside the same of held-out images (docs/evaluation.md). Errors: NUMERIC.
    pub fn raygen_evaluation_nearness(measure: *const c_char, measure_length: usize, training: *const f64, training_count: usize, synthetic: *const f64, synthetic_count: usize, width: usize, values: *mut f64, error: *mut raygen_error) -> raygen_status;
    /// One metric of scores and labels (0 or 1), `count` each: "auroc", "average_precision", "brier", "ece", "youden_threshold", "best_f1_threshold", "f1", "precision_at", "recall_at" (parameter of all three: the threshold) or "tpr_at_fpr" (parameter: the false positive rate). parameter is 0 for the others. *value is NaN where the metric is undefined, as an AUROC without positives. Errors: NUMERIC.
    pub fn raygen_evaluation_score(metric: *const c_char, metric_length: usize, scores: *const f64, labels: *const u8, count: usize, parameter: f64, value: *mut f64, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_estimate_init(estimate: *mut raygen_estimate, struct_size: usize);
    /// AUROC with an interval from resampled groups (patients). others: other scores of the same images, of which the AUROC is subtracted, or NULL. groups: whose each image is, `count`, or NULL for an image a group. options: bootstrap_draws and seed of its config count; NULL for the defaults. Errors: FORMAT, NUMERIC.
    pub fn raygen_evaluation_auroc(scores: *const f64, others: *const f64, labels: *const u8, count: usize, groups: *const raygen_string, options: *const raygen_evaluation_options, estimate: *mut raygen_estimate, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_judged_images_init(images: *mut raygen_judged_images, struct_size: usize);
    /// Whether a classifier is as good for one group of patients as for another (Seyyed-Kalantari et al. 2021). *json is a list with an object for each number of a group, and for each gap: "measure" ("auroc", "missed": share of a finding's images below the threshold, or "underdiagnosis": share of the ill that "No Finding" is said of), "finding" (null: the mean over the findings that all groups have), "group", "minus" (null, or the group that is subtracted: a gap of the highest and the lowest), "value", "low", "high" (95 %, of resampled patients, a gap's for all pairs of groups together), "draws", "images", "patients" and "left_out" (why there is no value). What there is not is null. *json is freed with raygen_buffer_free. options: bootstrap_draws, seed and group_patients of its config count; NULL for the defaults. Errors: FORMAT, NUMERIC, LIMIT.
    pub fn raygen_evaluation_fairness(images: *const raygen_judged_images, options: *const raygen_evaluation_options, json: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// How alike two images of one size are, range 0..1: "ssim", "psnr" (dB), or "ms_ssim" (valid convolutions), "ms_ssim_torchmetrics", "ms_ssim_pytorch_msssim". A side below 176 pixels gets a smaller window (7 pixels at 128).
    pub fn raygen_evaluation_similarity(metric: *const c_char, metric_length: usize, image: *const raygen_image, other: *const raygen_image, value: *mut f64, error: *mut raygen_error) -> raygen_status;
    /// The 398 radiomics of an image, whose channels are averaged, with names as pyradiomics has them: *json is an object of numbers (null where one is undefined) in the order of the rows that the metric "frd" compares, freed with raygen_buffer_free. Needs sides of 4 pixels and more than one grey value. Errors: NUMERIC.
    pub fn raygen_evaluation_radiomics(image: *const raygen_image, json: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// network: "lpips_vgg", "lpips_alex", or ST-LPIPS, which does not mind a shift of a few pixels, "stlpips_vgg", "stlpips_alex". files: paths of its weights, safetensors or PyTorch's, one or several that each hold a part, such as torchvision's trunk and the heads of the package lpips. limits: NULL for the defaults. On the CPU. Errors: IO, FORMAT, LIMIT, UNSUPPORTED.
    pub fn raygen_lpips_open(network: *const c_char, network_length: usize, files: *const raygen_string, file_count: usize, limits: *const raygen_limits, lpips: *mut *mut raygen_lpips, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_lpips_free(lpips: *mut raygen_lpips);
    /// How different two images of one size look to the network: 0 for equal images. Range 0..1, 1 or 3 channels, sides of at least 32 pixels. Errors: NUMERIC.
    pub fn raygen_lpips_distance(lpips: *const raygen_lpips, image: *const raygen_image, other: *const raygen_image, value: *mut f64, error: *mut raygen_error) -> raygen_status;
    /// The whole config as YAML, every key with its value and meaning. options: NULL for the defaults. *yaml is freed with raygen_buffer_free. Errors: FORMAT, INVALID_ARGUMENT.
    pub fn raygen_experiment_print(options: *const raygen_evaluation_options, yaml: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// Trains classifiers on the real images of a dataset, on synthetic ones and on both, as many updates each and several of each kind, tests them with the same real images, and writes OUT/report.html, OUT/metrics.json and OUT/table.csv. options->config has the keys that raygen_experiment_print shows. The same call goes on where an earlier one was stopped. *metrics, the text of metrics.json, may be NULL and is freed with raygen_buffer_free. Errors: IO, FORMAT, INVALID_ARGUMENT (a folder that was begun otherwise), UNSUPPORTED, LIMIT, NUMERIC, DEVICE, CANCELLED.
    pub fn raygen_experiment_run(options: *const raygen_evaluation_options, metrics: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// The findings of a text after the CheXpert labeller's manner, as JSON: of each of 14 observations that the text mentions its "state" ("positive", "uncertain", "negative") and, if said, "side" ("left", "right", "both") and "severity" ("mild", "moderate", "severe"). rules: YAML of one's own, or NULL for the library's. *json is freed with raygen_buffer_free. Errors: FORMAT, LIMIT.
    pub fn raygen_labels_read(text: *const c_char, text_length: usize, rules: *const c_char, rules_length: usize, json: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    /// The library's rules, YAML whose comments explain it. *yaml is freed with raygen_buffer_free.
    pub fn raygen_labels_rules(yaml: *mut *mut c_char, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_tensor_view_init(view: *mut raygen_tensor_view, struct_size: usize);
    pub fn raygen_tensors_create(tensors: *mut *mut raygen_tensors, error: *mut raygen_error) -> raygen_status;
    /// Reads the file, or maps it when it is larger than 64 MiB: then it must not be changed while the tensors are used. Errors: IO, FORMAT, LIMIT.
    pub fn raygen_tensors_read(path: *const c_char, path_length: usize, limits: *const raygen_limits, tensors: *mut *mut raygen_tensors, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_tensors_free(tensors: *mut raygen_tensors);
    /// Copies the data. A name that is there already is an error.
    pub fn raygen_tensors_add(tensors: *mut raygen_tensors, name: *const c_char, name_length: usize, dtype: raygen_dtype, shape: *const i64, rank: usize, data: *const c_void, error: *mut raygen_error) -> raygen_status;
    pub fn raygen_tensors_count(tensors: *const raygen_tensors) -> usize;
    /// i: 0..raygen_tensors_count-1. Errors: IO (a mapped file that has become shorter), UNSUPPORTED (a type that raygen_dtype does not have).
    pub fn raygen_tensors_get(tensors: *const raygen_tensors, i: usize, view: *mut raygen_tensor_view, error: *mut raygen_error) -> raygen_status;
    /// Writes under a temporary name that is renamed when the file is whole. Errors: IO.
    pub fn raygen_tensors_write(tensors: *const raygen_tensors, path: *const c_char, path_length: usize, error: *mut raygen_error) -> raygen_status;
}
