# Written by bindings/generate.py from include/raygen/raygen.h: change that, not this.
"""The C ABI, call by call. Handles are Ptr{Cvoid}; see raygen.h for what each call does."""
module LibRaygen

import Libdl

const handle = Ref{Ptr{Cvoid}}(C_NULL)
symbol(name) = Libdl.dlsym(handle[], name)

const raygen_status = Int32
const raygen_device = Int32
const raygen_precision = Int32
const raygen_dicom_class = Int32
const raygen_dicom_annotation = Int32
const raygen_config_kind = Int32
const raygen_edit_region = Int32
const raygen_split = Int32
const raygen_dtype = Int32

const RAYGEN_OK = Int32(0)
const RAYGEN_ERROR_INVALID_ARGUMENT = Int32(1)  # a value outside its range, a NULL, a wrong struct_size
const RAYGEN_ERROR_IO = Int32(2)  # a file or folder cannot be opened, read, written or renamed
const RAYGEN_ERROR_FORMAT = Int32(3)  # content is not what its format or the model asks for
const RAYGEN_ERROR_UNSUPPORTED = Int32(4)  # well formed, but something that libraygen does not do
const RAYGEN_ERROR_LIMIT = Int32(5)  # larger than raygen_limits allows
const RAYGEN_ERROR_CANCELLED = Int32(6)  # the job was cancelled or a callback returned non-zero
const RAYGEN_ERROR_OUT_OF_MEMORY = Int32(7)
const RAYGEN_ERROR_DEVICE = Int32(8)  # the device is absent or failed
const RAYGEN_ERROR_NUMERIC = Int32(9)  # NaN or infinity in weights or results
const RAYGEN_ERROR_INTERNAL = Int32(10)  # a defect of libraygen: please report it
const RAYGEN_DEVICE_AUTO = Int32(0)
const RAYGEN_DEVICE_CPU = Int32(1)
const RAYGEN_DEVICE_CUDA = Int32(2)
const RAYGEN_PRECISION_AUTO = Int32(0)  # bfloat16 if the device multiplies it in hardware, else float32
const RAYGEN_PRECISION_FLOAT32 = Int32(1)  # exact: token for token what the reference chooses
const RAYGEN_PRECISION_BFLOAT16 = Int32(2)
const RAYGEN_PRECISION_INT8 = Int32(3)
const RAYGEN_PART_TEXT_ENCODER = UInt32(1)
const RAYGEN_PART_MASKED_DECODER = UInt32(2)
const RAYGEN_PART_IMAGE_DECODER = UInt32(4)
const RAYGEN_PART_IMAGE_ENCODER = UInt32(8)
const RAYGEN_PART_CLASSIFIER = UInt32(16)
const RAYGEN_DICOM_SECONDARY_CAPTURE = Int32(0)  # Secondary Capture Image Storage
const RAYGEN_DICOM_DX_FOR_PRESENTATION = Int32(1)  # Digital X-Ray Image Storage - For Presentation
const RAYGEN_DICOM_ANNOTATION_NONE = Int32(0)  # the picture has no letters
const RAYGEN_DICOM_ANNOTATION_BURN_IN = Int32(1)  # SYNTHETIC is written into its lower left corner
const RAYGEN_DICOM_ANNOTATION_PRESENT = Int32(2)  # it has letters already
const RAYGEN_CONFIG_SAMPLING = Int32(0)
const RAYGEN_CONFIG_TRAINING = Int32(1)
const RAYGEN_CONFIG_EVALUATION = Int32(2)
const RAYGEN_CONFIG_EXPERIMENT = Int32(3)
const RAYGEN_EDIT_REGION_FILM = Int32(0)  # the largest square that holds the mask: the sizes of things are those that the model has learned
const RAYGEN_EDIT_REGION_MASK = Int32(1)  # a square around the mask: sharper, with less around it
const RAYGEN_SPLIT_TRAIN = Int32(0)
const RAYGEN_SPLIT_VAL = Int32(1)
const RAYGEN_SPLIT_TEST = Int32(2)
const RAYGEN_SPLIT_BY_PATIENT = Int32(3)
const RAYGEN_DTYPE_FLOAT32 = Int32(0)
const RAYGEN_DTYPE_INT32 = Int32(1)
const RAYGEN_DTYPE_INT64 = Int32(2)
const RAYGEN_DTYPE_FLOAT16 = Int32(3)
const RAYGEN_DTYPE_BFLOAT16 = Int32(4)
const RAYGEN_ABI_VERSION = Int32(1)
const RAYGEN_THREADS_HOST = Int32(-1)
const RAYGEN_HEADS_INFER = Int32(-1)
const RAYGEN_FEATHER_AUTO = Int32(-1)
const RAYGEN_PARTS_GENERATE = UInt32(7)

struct raygen_error
    struct_size::Csize_t
    status::raygen_status
    message::NTuple{1024, UInt8}
end

struct raygen_string
    data::Ptr{UInt8}
    length::Csize_t
end

struct raygen_limits
    struct_size::Csize_t
    max_file_bytes::UInt64
    max_pixels::UInt64
    max_prompt_bytes::UInt64
    max_batch::UInt64
    max_memory_bytes::UInt64
end

struct raygen_model_options
    struct_size::Csize_t
    device::raygen_device
    device_index::Int32
    precision::raygen_precision
    threads::Int32
    verify::Int32
    limits::Ptr{raygen_limits}
end

struct raygen_model_info
    struct_size::Csize_t
    image_size::Int32
    image_channels::Int32
    grid_height::Int32
    grid_width::Int32
    codebook_size::Int32
    feature_channels::Int32
    text_length::Int32
    text_dim::Int32
    projection_dim::Int32
    device::raygen_device
    device_index::Int32
    precision::raygen_precision
    parts::UInt32
end

struct raygen_memory_file
    name::raygen_string
    data::Ptr{Cvoid}
    size::Csize_t
end

struct raygen_png_options
    struct_size::Csize_t
    bit_depth::Int32
    like::Ptr{Cvoid}
    like_size::Csize_t
    like_left::Int32
    like_top::Int32
    limits::Ptr{raygen_limits}
end

struct raygen_dicom_options
    struct_size::Csize_t
    sop_class::raygen_dicom_class
    bit_depth::Int32
    annotation::raygen_dicom_annotation
    derived_from_template::Int32
    template_path::raygen_string
    study_uid::raygen_string
    series_uid::raygen_string
    series_description::raygen_string
    date_time::raygen_string
    series_number::Int32
    instance_number::Int32
    pixel_spacing::Float64
    limits::Ptr{raygen_limits}
end

struct raygen_progress
    struct_size::Csize_t
    image::UInt64
    image_number::Csize_t
    image_count::Csize_t
    step::Int32
    steps::Int32
    token_count::Csize_t
    tokens::Ptr{Int32}
    masked_count::Csize_t
    preview::Ptr{Cvoid}
    masked::Ptr{UInt8}
end

struct raygen_options
    struct_size::Csize_t
    seed::UInt64
    first_image::UInt64
    config::raygen_string
    config_name::raygen_string
    overrides::Ptr{raygen_string}
    override_count::Csize_t
    images_per_prompt::Int32
    batch_size::Int32
    preview::Int32
    job::Ptr{Cvoid}
    progress::Ptr{Cvoid}
    user_data::Ptr{Cvoid}
    seeds::Ptr{UInt64}
    indices::Ptr{UInt64}
    image_count::Csize_t
    start_tokens::Ptr{Int32}
    editable::Ptr{UInt8}
    image_configs::Ptr{raygen_string}
    prompts_per_mix::Csize_t
    prompt_weights::Ptr{Float64}
    attempts::Ptr{UInt32}
    reject_near::Ptr{Cvoid}
    reject_tries::Int32
end

struct raygen_box
    x::Int32
    y::Int32
    width::Int32
    height::Int32
end

struct raygen_edit_options
    struct_size::Csize_t
    mask::Ptr{Cvoid}
    boxes::Ptr{raygen_box}
    box_count::Csize_t
    outpaint_left::Int32
    outpaint_top::Int32
    outpaint_right::Int32
    outpaint_bottom::Int32
    grow::Int32
    feather::Int32
    region::raygen_edit_region
end

struct raygen_convert_options
    struct_size::Csize_t
    decoder::raygen_string
    vqgan::raygen_string
    vqgan_config::raygen_string
    text_encoder::raygen_string
    text_config::raygen_string
    vocabulary::raygen_string
    decoder_config::raygen_string
    heads::Int32
    overwrite::Int32
    limits::Ptr{raygen_limits}
    job::Ptr{Cvoid}
    ignore::Ptr{raygen_string}
    ignore_count::Csize_t
    classifier::raygen_string
    classifier_kind::raygen_string
    classifier_config::raygen_string
    model::raygen_string
    stored_precision::raygen_string
end

struct raygen_data_progress
    struct_size::Csize_t
    done::UInt64
    total::UInt64
    skipped::UInt64
    description::Ptr{UInt8}
end

struct raygen_prepare_options
    struct_size::Csize_t
    image_size::Int32
    rows_per_shard::Int32
    val_fraction::Float64
    seed::UInt64
    limits::Ptr{raygen_limits}
    job::Ptr{Cvoid}
    progress::Ptr{Cvoid}
    user_data::Ptr{Cvoid}
end

struct raygen_table_source
    struct_size::Csize_t
    csv::Ptr{raygen_string}
    splits::Ptr{raygen_split}
    csv_count::Csize_t
    root::raygen_string
    test_fraction::Float64
    path_column::raygen_string
    text_column::raygen_string
    patient_column::raygen_string
    split_column::raygen_string
    view_column::raygen_string
    findings_column::raygen_string
    id_column::raygen_string
    label_columns::Ptr{raygen_string}
    label_column_count::Csize_t
    patient_per_image::Int32
    text_from_findings::Int32
    sex_column::raygen_string
    age_column::raygen_string
end

struct raygen_mimic_source
    struct_size::Csize_t
    root::raygen_string
    reports::raygen_string
    view::raygen_string
    exact::Int32
end

struct raygen_dataset_summary
    struct_size::Csize_t
    images::UInt64
    skipped::UInt64
    images_of::NTuple{3, UInt64}
    patients_of::NTuple{3, UInt64}
end

struct raygen_index_options
    struct_size::Csize_t
    quantile::Float64
    named::Int32
    job::Ptr{Cvoid}
    progress::Ptr{Cvoid}
    user_data::Ptr{Cvoid}
end

struct raygen_phantom_options
    struct_size::Csize_t
    seed::UInt64
    first_phantom::UInt64
    count::UInt64
    size::Int32
    masks::Int32
    job::Ptr{Cvoid}
    progress::Ptr{Cvoid}
    user_data::Ptr{Cvoid}
    healthy::Int32
end

struct raygen_training_progress
    struct_size::Csize_t
    stage::Ptr{UInt8}
    event::Ptr{UInt8}
    step::Int64
    steps::Int64
    images_per_second::Float64
    seconds_left::Float64
    metric_count::Csize_t
    metric_names::Ptr{Ptr{UInt8}}
    metric_values::Ptr{Float64}
    process::Int32
    processes::Int32
    out::Ptr{UInt8}
end

struct raygen_training_options
    struct_size::Csize_t
    config::raygen_string
    config_name::raygen_string
    overrides::Ptr{raygen_string}
    override_count::Csize_t
    limits::Ptr{raygen_limits}
    job::Ptr{Cvoid}
    progress::Ptr{Cvoid}
    user_data::Ptr{Cvoid}
end

struct raygen_evaluation_progress
    struct_size::Csize_t
    stage::Ptr{UInt8}
    done::Int64
    total::Int64
    seconds_left::Float64
end

struct raygen_evaluation_options
    struct_size::Csize_t
    config::raygen_string
    config_name::raygen_string
    overrides::Ptr{raygen_string}
    override_count::Csize_t
    limits::Ptr{raygen_limits}
    job::Ptr{Cvoid}
    progress::Ptr{Cvoid}
    user_data::Ptr{Cvoid}
end

struct raygen_estimate
    struct_size::Csize_t
    value::Float64
    low::Float64
    high::Float64
    standard_error::Float64
    draws::Int64
end

struct raygen_judged_images
    struct_size::Csize_t
    count::Csize_t
    finding_count::Csize_t
    scores::Ptr{Float64}
    labels::Ptr{UInt8}
    findings::Ptr{raygen_string}
    thresholds::Ptr{Float64}
    no_finding::Int64
    patients::Ptr{raygen_string}
    groups::Ptr{raygen_string}
end

struct raygen_tensor_view
    struct_size::Csize_t
    name::Ptr{UInt8}
    dtype::raygen_dtype
    rank::Csize_t
    shape::Ptr{Int64}
    data::Ptr{Cvoid}
    bytes::Csize_t
end

raygen_version() =
    ccall(symbol(:raygen_version), Ptr{UInt8}, ())

raygen_abi_version() =
    ccall(symbol(:raygen_abi_version), Int32, ())

raygen_build_info() =
    ccall(symbol(:raygen_build_info), Ptr{UInt8}, ())

raygen_status_message(status) =
    ccall(symbol(:raygen_status_message), Ptr{UInt8}, (raygen_status,), status)

raygen_error_init(error, struct_size) =
    ccall(symbol(:raygen_error_init), Cvoid, (Ptr{raygen_error}, Csize_t,), error, struct_size)

raygen_buffer_free(buffer) =
    ccall(symbol(:raygen_buffer_free), Cvoid, (Ptr{Cvoid},), buffer)

raygen_limits_init(limits, struct_size) =
    ccall(symbol(:raygen_limits_init), Cvoid, (Ptr{raygen_limits}, Csize_t,), limits, struct_size)

raygen_device_measure(device, device_index, precision, threads, gflops, error) =
    ccall(symbol(:raygen_device_measure), raygen_status, (raygen_device, Int32, raygen_precision, Int32, Ptr{Float64}, Ptr{raygen_error},), device, device_index, precision, threads, gflops, error)

raygen_model_options_init(options, struct_size) =
    ccall(symbol(:raygen_model_options_init), Cvoid, (Ptr{raygen_model_options}, Csize_t,), options, struct_size)

raygen_model_info_init(info, struct_size) =
    ccall(symbol(:raygen_model_info_init), Cvoid, (Ptr{raygen_model_info}, Csize_t,), info, struct_size)

raygen_model_open(path, path_length, options, model, error) =
    ccall(symbol(:raygen_model_open), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{raygen_model_options}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), path, path_length, options, model, error)

raygen_model_open_memory(files, file_count, options, release, user_data, model, error) =
    ccall(symbol(:raygen_model_open_memory), raygen_status, (Ptr{raygen_memory_file}, Csize_t, Ptr{raygen_model_options}, Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), files, file_count, options, release, user_data, model, error)

raygen_model_free(model) =
    ccall(symbol(:raygen_model_free), Cvoid, (Ptr{Cvoid},), model)

raygen_model_get_info(model, info, error) =
    ccall(symbol(:raygen_model_get_info), raygen_status, (Ptr{Cvoid}, Ptr{raygen_model_info}, Ptr{raygen_error},), model, info, error)

raygen_model_manifest(model) =
    ccall(symbol(:raygen_model_manifest), Ptr{UInt8}, (Ptr{Cvoid},), model)

raygen_model_digest(model) =
    ccall(symbol(:raygen_model_digest), Ptr{UInt8}, (Ptr{Cvoid},), model)

raygen_model_count_tokens(model, prompt, prompt_length, count, error) =
    ccall(symbol(:raygen_model_count_tokens), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ptr{Csize_t}, Ptr{raygen_error},), model, prompt, prompt_length, count, error)

raygen_model_prepare(model, parts, error) =
    ccall(symbol(:raygen_model_prepare), raygen_status, (Ptr{Cvoid}, UInt32, Ptr{raygen_error},), model, parts, error)

raygen_model_memory(model) =
    ccall(symbol(:raygen_model_memory), UInt64, (Ptr{Cvoid},), model)

raygen_session_create(model, session, error) =
    ccall(symbol(:raygen_session_create), raygen_status, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), model, session, error)

raygen_session_free(session) =
    ccall(symbol(:raygen_session_free), Cvoid, (Ptr{Cvoid},), session)

raygen_session_memory(session) =
    ccall(symbol(:raygen_session_memory), UInt64, (Ptr{Cvoid},), session)

raygen_session_trim(session) =
    ccall(symbol(:raygen_session_trim), Cvoid, (Ptr{Cvoid},), session)

raygen_job_create(job, error) =
    ccall(symbol(:raygen_job_create), raygen_status, (Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), job, error)

raygen_job_cancel(job) =
    ccall(symbol(:raygen_job_cancel), Cvoid, (Ptr{Cvoid},), job)

raygen_job_cancelled(job) =
    ccall(symbol(:raygen_job_cancelled), Int32, (Ptr{Cvoid},), job)

raygen_job_free(job) =
    ccall(symbol(:raygen_job_free), Cvoid, (Ptr{Cvoid},), job)

raygen_image_create(width, height, channels, pixels, image, error) =
    ccall(symbol(:raygen_image_create), raygen_status, (Int32, Int32, Int32, Ptr{Float32}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), width, height, channels, pixels, image, error)

raygen_image_read(path, path_length, limits, image, error) =
    ccall(symbol(:raygen_image_read), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{raygen_limits}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), path, path_length, limits, image, error)

raygen_image_read_memory(bytes, size, limits, image, error) =
    ccall(symbol(:raygen_image_read_memory), raygen_status, (Ptr{Cvoid}, Csize_t, Ptr{raygen_limits}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), bytes, size, limits, image, error)

raygen_image_free(image) =
    ccall(symbol(:raygen_image_free), Cvoid, (Ptr{Cvoid},), image)

raygen_image_width(image) =
    ccall(symbol(:raygen_image_width), Int32, (Ptr{Cvoid},), image)

raygen_image_height(image) =
    ccall(symbol(:raygen_image_height), Int32, (Ptr{Cvoid},), image)

raygen_image_channels(image) =
    ccall(symbol(:raygen_image_channels), Int32, (Ptr{Cvoid},), image)

raygen_image_pixels(image) =
    ccall(symbol(:raygen_image_pixels), Ptr{Float32}, (Ptr{Cvoid},), image)

raygen_image_get_text(image, keyword, keyword_length) =
    ccall(symbol(:raygen_image_get_text), Ptr{UInt8}, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t,), image, keyword, keyword_length)

raygen_image_set_text(image, keyword, keyword_length, text, text_length, error) =
    ccall(symbol(:raygen_image_set_text), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ptr{UInt8}, Csize_t, Ptr{raygen_error},), image, keyword, keyword_length, text, text_length, error)

raygen_image_copy(image, copy, error) =
    ccall(symbol(:raygen_image_copy), raygen_status, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), image, copy, error)

raygen_image_to_grey(image, grey, error) =
    ccall(symbol(:raygen_image_to_grey), raygen_status, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), image, grey, error)

raygen_png_options_init(options, struct_size) =
    ccall(symbol(:raygen_png_options_init), Cvoid, (Ptr{raygen_png_options}, Csize_t,), options, struct_size)

raygen_image_write_png(image, path, path_length, options, error) =
    ccall(symbol(:raygen_image_write_png), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ptr{raygen_png_options}, Ptr{raygen_error},), image, path, path_length, options, error)

raygen_image_encode_png(image, options, bytes, size, error) =
    ccall(symbol(:raygen_image_encode_png), raygen_status, (Ptr{Cvoid}, Ptr{raygen_png_options}, Ptr{Ptr{Cvoid}}, Ptr{Csize_t}, Ptr{raygen_error},), image, options, bytes, size, error)

raygen_dicom_options_init(options, struct_size) =
    ccall(symbol(:raygen_dicom_options_init), Cvoid, (Ptr{raygen_dicom_options}, Csize_t,), options, struct_size)

raygen_image_write_dicom(image, path, path_length, options, warnings, error) =
    ccall(symbol(:raygen_image_write_dicom), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ptr{raygen_dicom_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), image, path, path_length, options, warnings, error)

raygen_image_encode_dicom(image, options, bytes, size, warnings, error) =
    ccall(symbol(:raygen_image_encode_dicom), raygen_status, (Ptr{Cvoid}, Ptr{raygen_dicom_options}, Ptr{Ptr{Cvoid}}, Ptr{Csize_t}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), image, options, bytes, size, warnings, error)

raygen_dicom_uid(name, size, uid, error) =
    ccall(symbol(:raygen_dicom_uid), raygen_status, (Ptr{Cvoid}, Csize_t, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), name, size, uid, error)

raygen_session_encode_text(session, prompts, count, embedding, error) =
    ccall(symbol(:raygen_session_encode_text), raygen_status, (Ptr{Cvoid}, Ptr{raygen_string}, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, prompts, count, embedding, error)

raygen_embedding_free(embedding) =
    ccall(symbol(:raygen_embedding_free), Cvoid, (Ptr{Cvoid},), embedding)

raygen_embedding_count(embedding) =
    ccall(symbol(:raygen_embedding_count), Csize_t, (Ptr{Cvoid},), embedding)

raygen_embedding_length(embedding) =
    ccall(symbol(:raygen_embedding_length), Csize_t, (Ptr{Cvoid},), embedding)

raygen_embedding_dim(embedding) =
    ccall(symbol(:raygen_embedding_dim), Csize_t, (Ptr{Cvoid},), embedding)

raygen_embedding_token_count(embedding, i) =
    ccall(symbol(:raygen_embedding_token_count), Csize_t, (Ptr{Cvoid}, Csize_t,), embedding, i)

raygen_embedding_input_ids(embedding) =
    ccall(symbol(:raygen_embedding_input_ids), Ptr{Int32}, (Ptr{Cvoid},), embedding)

raygen_embedding_attention_mask(embedding) =
    ccall(symbol(:raygen_embedding_attention_mask), Ptr{Int32}, (Ptr{Cvoid},), embedding)

raygen_embedding_last_hidden_state(embedding) =
    ccall(symbol(:raygen_embedding_last_hidden_state), Ptr{Float32}, (Ptr{Cvoid},), embedding)

raygen_embedding_normalized(embedding) =
    ccall(symbol(:raygen_embedding_normalized), Ptr{Float32}, (Ptr{Cvoid},), embedding)

raygen_embedding_projection(embedding) =
    ccall(symbol(:raygen_embedding_projection), Ptr{Float32}, (Ptr{Cvoid},), embedding)

raygen_session_encode_image(session, image, tokens, token_count, features, feature_count, error) =
    ccall(symbol(:raygen_session_encode_image), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Int32}, Csize_t, Ptr{Float32}, Csize_t, Ptr{raygen_error},), session, image, tokens, token_count, features, feature_count, error)

raygen_session_decode_tokens(session, tokens, token_count, image, error) =
    ccall(symbol(:raygen_session_decode_tokens), raygen_status, (Ptr{Cvoid}, Ptr{Int32}, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, tokens, token_count, image, error)

raygen_condition_create(session, embedding, condition, error) =
    ccall(symbol(:raygen_condition_create), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, embedding, condition, error)

raygen_condition_create_from_values(session, values, batch, length, dim, condition, error) =
    ccall(symbol(:raygen_condition_create_from_values), raygen_status, (Ptr{Cvoid}, Ptr{Float32}, Csize_t, Csize_t, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, values, batch, length, dim, condition, error)

raygen_condition_create_empty(session, batch, condition, error) =
    ccall(symbol(:raygen_condition_create_empty), raygen_status, (Ptr{Cvoid}, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, batch, condition, error)

raygen_condition_free(condition) =
    ccall(symbol(:raygen_condition_free), Cvoid, (Ptr{Cvoid},), condition)

raygen_condition_batch(condition) =
    ccall(symbol(:raygen_condition_batch), Csize_t, (Ptr{Cvoid},), condition)

raygen_session_logits(session, condition, tokens, token_count, positions, position_count, logits, logit_count, error) =
    ccall(symbol(:raygen_session_logits), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Int32}, Csize_t, Ptr{Int32}, Csize_t, Ptr{Float32}, Csize_t, Ptr{raygen_error},), session, condition, tokens, token_count, positions, position_count, logits, logit_count, error)

raygen_options_init(options, struct_size) =
    ccall(symbol(:raygen_options_init), Cvoid, (Ptr{raygen_options}, Csize_t,), options, struct_size)

raygen_config_schema(kind, schema, error) =
    ccall(symbol(:raygen_config_schema), raygen_status, (raygen_config_kind, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), kind, schema, error)

raygen_config_resolve(model, options, prompt, prompt_length, settings, error) =
    ccall(symbol(:raygen_config_resolve), raygen_status, (Ptr{Cvoid}, Ptr{raygen_options}, Ptr{UInt8}, Csize_t, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), model, options, prompt, prompt_length, settings, error)

raygen_config_resolve_mix(model, options, prompts, count, settings, error) =
    ccall(symbol(:raygen_config_resolve_mix), raygen_status, (Ptr{Cvoid}, Ptr{raygen_options}, Ptr{raygen_string}, Csize_t, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), model, options, prompts, count, settings, error)

raygen_config_print(model, options, yaml, error) =
    ccall(symbol(:raygen_config_print), raygen_status, (Ptr{Cvoid}, Ptr{raygen_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), model, options, yaml, error)

raygen_session_generate(session, prompts, count, options, result, error) =
    ccall(symbol(:raygen_session_generate), raygen_status, (Ptr{Cvoid}, Ptr{raygen_string}, Csize_t, Ptr{raygen_options}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, prompts, count, options, result, error)

raygen_result_free(result) =
    ccall(symbol(:raygen_result_free), Cvoid, (Ptr{Cvoid},), result)

raygen_result_count(result) =
    ccall(symbol(:raygen_result_count), Csize_t, (Ptr{Cvoid},), result)

raygen_result_image(result, i) =
    ccall(symbol(:raygen_result_image), Ptr{Cvoid}, (Ptr{Cvoid}, Csize_t,), result, i)

raygen_result_steps(result, i) =
    ccall(symbol(:raygen_result_steps), Int32, (Ptr{Cvoid}, Csize_t,), result, i)

raygen_result_take_image(result, i, image, error) =
    ccall(symbol(:raygen_result_take_image), raygen_status, (Ptr{Cvoid}, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), result, i, image, error)

raygen_result_tokens(result, i) =
    ccall(symbol(:raygen_result_tokens), Ptr{Int32}, (Ptr{Cvoid}, Csize_t,), result, i)

raygen_result_token_count(result) =
    ccall(symbol(:raygen_result_token_count), Csize_t, (Ptr{Cvoid},), result)

raygen_settings_read(json, json_length, settings, error) =
    ccall(symbol(:raygen_settings_read), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), json, json_length, settings, error)

raygen_settings_free(settings) =
    ccall(symbol(:raygen_settings_free), Cvoid, (Ptr{Cvoid},), settings)

raygen_settings_prompt_count(settings) =
    ccall(symbol(:raygen_settings_prompt_count), Csize_t, (Ptr{Cvoid},), settings)

raygen_settings_prompt(settings, i) =
    ccall(symbol(:raygen_settings_prompt), Ptr{UInt8}, (Ptr{Cvoid}, Csize_t,), settings, i)

raygen_settings_prompt_weight(settings, i) =
    ccall(symbol(:raygen_settings_prompt_weight), Float64, (Ptr{Cvoid}, Csize_t,), settings, i)

raygen_settings_seed(settings) =
    ccall(symbol(:raygen_settings_seed), UInt64, (Ptr{Cvoid},), settings)

raygen_settings_image(settings) =
    ccall(symbol(:raygen_settings_image), UInt64, (Ptr{Cvoid},), settings)

raygen_settings_attempt(settings) =
    ccall(symbol(:raygen_settings_attempt), UInt32, (Ptr{Cvoid},), settings)

raygen_settings_model(settings) =
    ccall(symbol(:raygen_settings_model), Ptr{UInt8}, (Ptr{Cvoid},), settings)

raygen_settings_generator(settings) =
    ccall(symbol(:raygen_settings_generator), Ptr{UInt8}, (Ptr{Cvoid},), settings)

raygen_settings_device(settings) =
    ccall(symbol(:raygen_settings_device), raygen_device, (Ptr{Cvoid},), settings)

raygen_settings_precision(settings) =
    ccall(symbol(:raygen_settings_precision), raygen_precision, (Ptr{Cvoid},), settings)

raygen_settings_config(settings, options, config, error) =
    ccall(symbol(:raygen_settings_config), raygen_status, (Ptr{Cvoid}, Ptr{raygen_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), settings, options, config, error)

raygen_settings_check_model(settings, model, any_model, doubts, error) =
    ccall(symbol(:raygen_settings_check_model), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Int32, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), settings, model, any_model, doubts, error)

raygen_edit_options_init(edit, struct_size) =
    ccall(symbol(:raygen_edit_options_init), Cvoid, (Ptr{raygen_edit_options}, Csize_t,), edit, struct_size)

raygen_session_edit(session, image, edit, prompts, count, options, result, error) =
    ccall(symbol(:raygen_session_edit), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{raygen_edit_options}, Ptr{raygen_string}, Csize_t, Ptr{raygen_options}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, image, edit, prompts, count, options, result, error)

raygen_session_vary(session, image, strength, prompts, prompt_count, options, result, error) =
    ccall(symbol(:raygen_session_vary), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Float64, Ptr{raygen_string}, Csize_t, Ptr{raygen_options}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, image, strength, prompts, prompt_count, options, result, error)

raygen_sampler_create(grid_height, grid_width, codebook_size, batch, options, sampler, error) =
    ccall(symbol(:raygen_sampler_create), raygen_status, (Int32, Int32, Int32, Csize_t, Ptr{raygen_options}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), grid_height, grid_width, codebook_size, batch, options, sampler, error)

raygen_sampler_free(sampler) =
    ccall(symbol(:raygen_sampler_free), Cvoid, (Ptr{Cvoid},), sampler)

raygen_sampler_done(sampler) =
    ccall(symbol(:raygen_sampler_done), Int32, (Ptr{Cvoid},), sampler)

raygen_sampler_step_index(sampler) =
    ccall(symbol(:raygen_sampler_step_index), Int32, (Ptr{Cvoid},), sampler)

raygen_sampler_tokens(sampler) =
    ccall(symbol(:raygen_sampler_tokens), Ptr{Int32}, (Ptr{Cvoid},), sampler)

raygen_sampler_masked(sampler) =
    ccall(symbol(:raygen_sampler_masked), Ptr{Int32}, (Ptr{Cvoid},), sampler)

raygen_sampler_masked_count(sampler) =
    ccall(symbol(:raygen_sampler_masked_count), Csize_t, (Ptr{Cvoid},), sampler)

raygen_sampler_step(sampler, logits, logit_count, error) =
    ccall(symbol(:raygen_sampler_step), raygen_status, (Ptr{Cvoid}, Ptr{Float32}, Csize_t, Ptr{raygen_error},), sampler, logits, logit_count, error)

raygen_convert_options_init(options, struct_size) =
    ccall(symbol(:raygen_convert_options_init), Cvoid, (Ptr{raygen_convert_options}, Csize_t,), options, struct_size)

raygen_bundle_convert(options, out, out_length, warnings, error) =
    ccall(symbol(:raygen_bundle_convert), raygen_status, (Ptr{raygen_convert_options}, Ptr{UInt8}, Csize_t, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), options, out, out_length, warnings, error)

raygen_bundle_create_random(out, out_length, architecture, architecture_length, vocabulary, vocabulary_length, seed, overwrite, error) =
    ccall(symbol(:raygen_bundle_create_random), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{UInt8}, Csize_t, Ptr{UInt8}, Csize_t, UInt64, Int32, Ptr{raygen_error},), out, out_length, architecture, architecture_length, vocabulary, vocabulary_length, seed, overwrite, error)

raygen_prepare_options_init(options, struct_size) =
    ccall(symbol(:raygen_prepare_options_init), Cvoid, (Ptr{raygen_prepare_options}, Csize_t,), options, struct_size)

raygen_table_source_init(source, struct_size) =
    ccall(symbol(:raygen_table_source_init), Cvoid, (Ptr{raygen_table_source}, Csize_t,), source, struct_size)

raygen_mimic_source_init(source, struct_size) =
    ccall(symbol(:raygen_mimic_source_init), Cvoid, (Ptr{raygen_mimic_source}, Csize_t,), source, struct_size)

raygen_dataset_summary_init(summary, struct_size) =
    ccall(symbol(:raygen_dataset_summary_init), Cvoid, (Ptr{raygen_dataset_summary}, Csize_t,), summary, struct_size)

raygen_dataset_prepare_table(source, options, out, out_length, summary, error) =
    ccall(symbol(:raygen_dataset_prepare_table), raygen_status, (Ptr{raygen_table_source}, Ptr{raygen_prepare_options}, Ptr{UInt8}, Csize_t, Ptr{raygen_dataset_summary}, Ptr{raygen_error},), source, options, out, out_length, summary, error)

raygen_dataset_prepare_mimic(source, options, out, out_length, summary, error) =
    ccall(symbol(:raygen_dataset_prepare_mimic), raygen_status, (Ptr{raygen_mimic_source}, Ptr{raygen_prepare_options}, Ptr{UInt8}, Csize_t, Ptr{raygen_dataset_summary}, Ptr{raygen_error},), source, options, out, out_length, summary, error)

raygen_index_options_init(options, struct_size) =
    ccall(symbol(:raygen_index_options_init), Cvoid, (Ptr{raygen_index_options}, Csize_t,), options, struct_size)

raygen_index_build(model, dataset, dataset_length, out, out_length, options, error) =
    ccall(symbol(:raygen_index_build), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ptr{UInt8}, Csize_t, Ptr{raygen_index_options}, Ptr{raygen_error},), model, dataset, dataset_length, out, out_length, options, error)

raygen_index_open(path, path_length, limits, index, error) =
    ccall(symbol(:raygen_index_open), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{raygen_limits}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), path, path_length, limits, index, error)

raygen_index_free(index) =
    ccall(symbol(:raygen_index_free), Cvoid, (Ptr{Cvoid},), index)

raygen_index_image_count(index) =
    ccall(symbol(:raygen_index_image_count), Int64, (Ptr{Cvoid},), index)

raygen_index_digest(index) =
    ccall(symbol(:raygen_index_digest), Ptr{UInt8}, (Ptr{Cvoid},), index)

raygen_phantom_options_init(options, struct_size) =
    ccall(symbol(:raygen_phantom_options_init), Cvoid, (Ptr{raygen_phantom_options}, Csize_t,), options, struct_size)

raygen_phantom_write(options, out, out_length, error) =
    ccall(symbol(:raygen_phantom_write), raygen_status, (Ptr{raygen_phantom_options}, Ptr{UInt8}, Csize_t, Ptr{raygen_error},), options, out, out_length, error)

raygen_phantom_read_region(path, path_length, region, region_length, mask, error) =
    ccall(symbol(:raygen_phantom_read_region), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{UInt8}, Csize_t, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), path, path_length, region, region_length, mask, error)

raygen_training_options_init(options, struct_size) =
    ccall(symbol(:raygen_training_options_init), Cvoid, (Ptr{raygen_training_options}, Csize_t,), options, struct_size)

raygen_training_print(options, yaml, error) =
    ccall(symbol(:raygen_training_print), raygen_status, (Ptr{raygen_training_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), options, yaml, error)

raygen_training_run(options, error) =
    ccall(symbol(:raygen_training_run), raygen_status, (Ptr{raygen_training_options}, Ptr{raygen_error},), options, error)

raygen_session_classify(session, images, count, with_maps, classification, error) =
    ccall(symbol(:raygen_session_classify), raygen_status, (Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Csize_t, Int32, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), session, images, count, with_maps, classification, error)

raygen_classification_free(classification) =
    ccall(symbol(:raygen_classification_free), Cvoid, (Ptr{Cvoid},), classification)

raygen_classification_count(classification) =
    ccall(symbol(:raygen_classification_count), Csize_t, (Ptr{Cvoid},), classification)

raygen_classification_class_count(classification) =
    ccall(symbol(:raygen_classification_class_count), Csize_t, (Ptr{Cvoid},), classification)

raygen_classification_feature_width(classification) =
    ccall(symbol(:raygen_classification_feature_width), Csize_t, (Ptr{Cvoid},), classification)

raygen_classification_class_name(classification, k) =
    ccall(symbol(:raygen_classification_class_name), Ptr{UInt8}, (Ptr{Cvoid}, Csize_t,), classification, k)

raygen_classification_threshold(classification, k) =
    ccall(symbol(:raygen_classification_threshold), Float64, (Ptr{Cvoid}, Csize_t,), classification, k)

raygen_classification_logits(classification) =
    ccall(symbol(:raygen_classification_logits), Ptr{Float32}, (Ptr{Cvoid},), classification)

raygen_classification_probabilities(classification) =
    ccall(symbol(:raygen_classification_probabilities), Ptr{Float32}, (Ptr{Cvoid},), classification)

raygen_classification_features(classification) =
    ccall(symbol(:raygen_classification_features), Ptr{Float32}, (Ptr{Cvoid},), classification)

raygen_classification_map_height(classification) =
    ccall(symbol(:raygen_classification_map_height), Csize_t, (Ptr{Cvoid},), classification)

raygen_classification_map_width(classification) =
    ccall(symbol(:raygen_classification_map_width), Csize_t, (Ptr{Cvoid},), classification)

raygen_classification_map(classification, i, k) =
    ccall(symbol(:raygen_classification_map), Ptr{Float32}, (Ptr{Cvoid}, Csize_t, Csize_t,), classification, i, k)

raygen_classification_overlay(classification, i, k, film, overlay, error) =
    ccall(symbol(:raygen_classification_overlay), raygen_status, (Ptr{Cvoid}, Csize_t, Csize_t, Ptr{Cvoid}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), classification, i, k, film, overlay, error)

raygen_evaluation_options_init(options, struct_size) =
    ccall(symbol(:raygen_evaluation_options_init), Cvoid, (Ptr{raygen_evaluation_options}, Csize_t,), options, struct_size)

raygen_evaluation_print(options, yaml, error) =
    ccall(symbol(:raygen_evaluation_print), raygen_status, (Ptr{raygen_evaluation_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), options, yaml, error)

raygen_evaluation_run(options, metrics, error) =
    ccall(symbol(:raygen_evaluation_run), raygen_status, (Ptr{raygen_evaluation_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), options, metrics, error)

raygen_evaluation_compare(metric, metric_length, real, real_count, synthetic, synthetic_count, width, options, value, error) =
    ccall(symbol(:raygen_evaluation_compare), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{Float64}, Csize_t, Ptr{Float64}, Csize_t, Csize_t, Ptr{raygen_evaluation_options}, Ptr{Float64}, Ptr{raygen_error},), metric, metric_length, real, real_count, synthetic, synthetic_count, width, options, value, error)

raygen_evaluation_nearness(measure, measure_length, training, training_count, synthetic, synthetic_count, width, values, error) =
    ccall(symbol(:raygen_evaluation_nearness), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{Float64}, Csize_t, Ptr{Float64}, Csize_t, Csize_t, Ptr{Float64}, Ptr{raygen_error},), measure, measure_length, training, training_count, synthetic, synthetic_count, width, values, error)

raygen_evaluation_score(metric, metric_length, scores, labels, count, parameter, value, error) =
    ccall(symbol(:raygen_evaluation_score), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{Float64}, Ptr{UInt8}, Csize_t, Float64, Ptr{Float64}, Ptr{raygen_error},), metric, metric_length, scores, labels, count, parameter, value, error)

raygen_estimate_init(estimate, struct_size) =
    ccall(symbol(:raygen_estimate_init), Cvoid, (Ptr{raygen_estimate}, Csize_t,), estimate, struct_size)

raygen_evaluation_auroc(scores, others, labels, count, groups, options, estimate, error) =
    ccall(symbol(:raygen_evaluation_auroc), raygen_status, (Ptr{Float64}, Ptr{Float64}, Ptr{UInt8}, Csize_t, Ptr{raygen_string}, Ptr{raygen_evaluation_options}, Ptr{raygen_estimate}, Ptr{raygen_error},), scores, others, labels, count, groups, options, estimate, error)

raygen_judged_images_init(images, struct_size) =
    ccall(symbol(:raygen_judged_images_init), Cvoid, (Ptr{raygen_judged_images}, Csize_t,), images, struct_size)

raygen_evaluation_fairness(images, options, json, error) =
    ccall(symbol(:raygen_evaluation_fairness), raygen_status, (Ptr{raygen_judged_images}, Ptr{raygen_evaluation_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), images, options, json, error)

raygen_evaluation_similarity(metric, metric_length, image, other, value, error) =
    ccall(symbol(:raygen_evaluation_similarity), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Float64}, Ptr{raygen_error},), metric, metric_length, image, other, value, error)

raygen_evaluation_radiomics(image, json, error) =
    ccall(symbol(:raygen_evaluation_radiomics), raygen_status, (Ptr{Cvoid}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), image, json, error)

raygen_lpips_open(network, network_length, files, file_count, limits, lpips, error) =
    ccall(symbol(:raygen_lpips_open), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{raygen_string}, Csize_t, Ptr{raygen_limits}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), network, network_length, files, file_count, limits, lpips, error)

raygen_lpips_free(lpips) =
    ccall(symbol(:raygen_lpips_free), Cvoid, (Ptr{Cvoid},), lpips)

raygen_lpips_distance(lpips, image, other, value, error) =
    ccall(symbol(:raygen_lpips_distance), raygen_status, (Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Cvoid}, Ptr{Float64}, Ptr{raygen_error},), lpips, image, other, value, error)

raygen_experiment_print(options, yaml, error) =
    ccall(symbol(:raygen_experiment_print), raygen_status, (Ptr{raygen_evaluation_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), options, yaml, error)

raygen_experiment_run(options, metrics, error) =
    ccall(symbol(:raygen_experiment_run), raygen_status, (Ptr{raygen_evaluation_options}, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), options, metrics, error)

raygen_labels_read(text, text_length, rules, rules_length, json, error) =
    ccall(symbol(:raygen_labels_read), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{UInt8}, Csize_t, Ptr{Ptr{UInt8}}, Ptr{raygen_error},), text, text_length, rules, rules_length, json, error)

raygen_labels_rules(yaml, error) =
    ccall(symbol(:raygen_labels_rules), raygen_status, (Ptr{Ptr{UInt8}}, Ptr{raygen_error},), yaml, error)

raygen_tensor_view_init(view, struct_size) =
    ccall(symbol(:raygen_tensor_view_init), Cvoid, (Ptr{raygen_tensor_view}, Csize_t,), view, struct_size)

raygen_tensors_create(tensors, error) =
    ccall(symbol(:raygen_tensors_create), raygen_status, (Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), tensors, error)

raygen_tensors_read(path, path_length, limits, tensors, error) =
    ccall(symbol(:raygen_tensors_read), raygen_status, (Ptr{UInt8}, Csize_t, Ptr{raygen_limits}, Ptr{Ptr{Cvoid}}, Ptr{raygen_error},), path, path_length, limits, tensors, error)

raygen_tensors_free(tensors) =
    ccall(symbol(:raygen_tensors_free), Cvoid, (Ptr{Cvoid},), tensors)

raygen_tensors_add(tensors, name, name_length, dtype, shape, rank, data, error) =
    ccall(symbol(:raygen_tensors_add), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, raygen_dtype, Ptr{Int64}, Csize_t, Ptr{Cvoid}, Ptr{raygen_error},), tensors, name, name_length, dtype, shape, rank, data, error)

raygen_tensors_count(tensors) =
    ccall(symbol(:raygen_tensors_count), Csize_t, (Ptr{Cvoid},), tensors)

raygen_tensors_get(tensors, i, view, error) =
    ccall(symbol(:raygen_tensors_get), raygen_status, (Ptr{Cvoid}, Csize_t, Ptr{raygen_tensor_view}, Ptr{raygen_error},), tensors, i, view, error)

raygen_tensors_write(tensors, path, path_length, error) =
    ccall(symbol(:raygen_tensors_write), raygen_status, (Ptr{Cvoid}, Ptr{UInt8}, Csize_t, Ptr{raygen_error},), tensors, path, path_length, error)

end
