#include "door.hpp"

namespace raygen::capi {

engine::Limits limits_of(const raygen_limits* limits) {
  if (limits == nullptr) return {};
  const raygen_limits& raw = checked(required(limits, "limits"), "raygen_limits");
  const engine::Limits result{raw.max_file_bytes, raw.max_pixels, raw.max_prompt_bytes,
                              raw.max_batch, raw.max_memory_bytes};
  for (const auto& [name, value] :
       {std::pair("max_file_bytes", raw.max_file_bytes), std::pair("max_pixels", raw.max_pixels),
        std::pair("max_prompt_bytes", raw.max_prompt_bytes), std::pair("max_batch", raw.max_batch),
        std::pair("max_memory_bytes", raw.max_memory_bytes)}) {
    if (value == 0)
      fail(Status::invalid_argument, "raygen_limits.{} is 0; 1 or more was expected", name);
  }
  return result;
}

engine::ModelOptions model_options_of(const raygen_model_options* options) {
  engine::ModelOptions result;
  if (options == nullptr) return result;
  const raygen_model_options& raw = checked(required(options, "options"), "raygen_model_options");
  result.device =
      static_cast<engine::DeviceChoice>(choice(raw.device, RAYGEN_DEVICE_CUDA, "device"));
  if (raw.device_index < 0 || raw.device_index > 127) {
    fail(Status::invalid_argument, "device_index is {}; 0 to 127 was expected", raw.device_index);
  }
  result.device_index = raw.device_index;
  result.precision = static_cast<engine::PrecisionChoice>(
      choice(raw.precision, RAYGEN_PRECISION_BFLOAT16, "precision"));
  if (raw.threads != RAYGEN_THREADS_HOST && (raw.threads < 1 || raw.threads > 1024)) {
    fail(Status::invalid_argument, "threads is {}; 1 to 1024 or RAYGEN_THREADS_HOST was expected",
         raw.threads);
  }
  result.threads = raw.threads;
  result.verify = flag(raw.verify, "verify");
  result.limits = limits_of(raw.limits);
  return result;
}

namespace {

static_assert(static_cast<int>(engine::DeviceChoice::automatic) == RAYGEN_DEVICE_AUTO);
static_assert(static_cast<int>(engine::DeviceChoice::cpu) == RAYGEN_DEVICE_CPU);
static_assert(static_cast<int>(engine::DeviceChoice::cuda) == RAYGEN_DEVICE_CUDA);
static_assert(static_cast<int>(engine::PrecisionChoice::automatic) == RAYGEN_PRECISION_AUTO);
static_assert(static_cast<int>(engine::PrecisionChoice::float32) == RAYGEN_PRECISION_FLOAT32);
static_assert(static_cast<int>(engine::PrecisionChoice::bfloat16) == RAYGEN_PRECISION_BFLOAT16);
template <engine::Part part, auto value>
constexpr bool same_part = static_cast<unsigned>(part) == static_cast<unsigned>(value);
static_assert(same_part<engine::text_encoder_part, RAYGEN_PART_TEXT_ENCODER>);
static_assert(same_part<engine::masked_decoder_part, RAYGEN_PART_MASKED_DECODER>);
static_assert(same_part<engine::image_decoder_part, RAYGEN_PART_IMAGE_DECODER>);
static_assert(same_part<engine::image_encoder_part, RAYGEN_PART_IMAGE_ENCODER>);

void fill(raygen_model_info& info, const engine::Model& model) {
  const engine::Architecture& architecture = model.architecture();
  const engine::Compute& compute = model.compute();
  const auto value = [](std::int64_t size) {
    return static_cast<std::int32_t>(size);
  };  // bounded by validate(Architecture)
  info.image_size = value(architecture.vqgan.resolution);
  info.image_channels = value(architecture.vqgan.out_channels);
  info.grid_height = info.grid_width = value(architecture.vqgan.grid());
  info.codebook_size = value(architecture.vqgan.codebook);
  info.feature_channels = value(architecture.vqgan.embedding);
  info.text_length = value(architecture.text.length);
  info.text_dim = value(architecture.text.hidden);
  info.projection_dim = value(architecture.text.projection);
  info.device = compute.device.is_cuda() ? RAYGEN_DEVICE_CUDA : RAYGEN_DEVICE_CPU;
  info.device_index = compute.device.has_index() ? compute.device.index() : 0;
  info.precision =
      compute.type == at::kBFloat16 ? RAYGEN_PRECISION_BFLOAT16 : RAYGEN_PRECISION_FLOAT32;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_model_open(const char* path, size_t path_length,
                                const raygen_model_options* options, raygen_model** model,
                                raygen_error* error) {
  clear(model);
  return guard(error, [&] {
    raygen_model*& out = required(model, "model");
    const auto checked_options = model_options_of(options);
    out = new raygen_model{
        raygen::engine::Model::open(path_of(path, path_length, "path"), checked_options)};
  });
}

void raygen_model_free(raygen_model* model) { destroy(model); }

raygen_status raygen_model_get_info(const raygen_model* model, raygen_model_info* info,
                                    raygen_error* error) {
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    raygen_model_info& out = required(info, "info");
    checked(out, "raygen_model_info");
    fill(out, opened);
  });
}

const char* raygen_model_manifest(const raygen_model* model) {
  return !usable(model) ? nullptr : model->model->bundle().manifest.c_str();
}

const char* raygen_model_digest(const raygen_model* model) {
  return !usable(model) ? nullptr : model->model->bundle().digest.c_str();
}

raygen_status raygen_model_prepare(const raygen_model* model, uint32_t parts, raygen_error* error) {
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    constexpr std::uint32_t all = RAYGEN_PARTS_GENERATE | RAYGEN_PART_IMAGE_ENCODER;
    if ((parts & ~all) != 0)
      fail(Status::invalid_argument,
           "parts is {:#x}; a sum of RAYGEN_PART_* within {:#x} was expected", parts, all);
    opened.prepare(parts);
  });
}

uint64_t raygen_model_memory(const raygen_model* model) {
  return !usable(model) ? 0 : model->model->memory();
}

}  // extern "C"
