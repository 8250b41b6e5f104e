#include "door.hpp"
#include "text/architecture.hpp"
#include "vqgan/architecture.hpp"

namespace raygen::capi {
namespace {

engine::ModelOptions model_options_of(const raygen_model_options* options) {
  const raygen_model_options raw =
      given_or_default(options, "options", "raygen_model_options", raygen_model_options_init);
  return {device_of(raw.device),   device_index_of(raw.device_index), precision_of(raw.precision),
          threads_of(raw.threads), flag(raw.verify, "verify"),        limits_of(raw.limits)};
}

template <engine::Part part, auto value>
constexpr bool same_part = static_cast<unsigned>(part) == static_cast<unsigned>(value);
static_assert(same_part<engine::text_encoder_part, RAYGEN_PART_TEXT_ENCODER>);
static_assert(same_part<engine::masked_decoder_part, RAYGEN_PART_MASKED_DECODER>);
static_assert(same_part<engine::image_decoder_part, RAYGEN_PART_IMAGE_DECODER>);
static_assert(same_part<engine::image_encoder_part, RAYGEN_PART_IMAGE_ENCODER>);
static_assert(same_part<engine::classifier_part, RAYGEN_PART_CLASSIFIER>);

raygen_model_info info_of(const engine::Model& model) {
  raygen_model_info info{};
  const auto* vqgan = model.bundle().find<engine::VqganArchitecture>();
  const auto* text = model.bundle().find<engine::TextArchitecture>();
  const engine::Compute& compute = model.compute();
  const auto value = [](std::int64_t size) {
    return static_cast<std::int32_t>(size);
  };  // bounded by validate()
  info.image_size = vqgan == nullptr ? 0 : value(vqgan->resolution);
  info.image_channels = vqgan == nullptr ? 0 : value(vqgan->out_channels);
  info.grid_height = info.grid_width = vqgan == nullptr ? 0 : value(vqgan->grid());
  info.codebook_size = vqgan == nullptr ? 0 : value(vqgan->codebook);
  info.feature_channels = vqgan == nullptr ? 0 : value(vqgan->embedding);
  info.text_length = text == nullptr ? 0 : value(text->length);
  info.text_dim = text == nullptr ? 0 : value(text->hidden);
  info.projection_dim = text == nullptr ? 0 : value(text->projection);
  info.device = compute.device.is_cuda() ? RAYGEN_DEVICE_CUDA : RAYGEN_DEVICE_CPU;
  info.device_index = compute.device.has_index() ? compute.device.index() : 0;
  info.precision = compute.int8_linears            ? RAYGEN_PRECISION_INT8
                   : compute.type == at::kBFloat16 ? RAYGEN_PRECISION_BFLOAT16
                                                   : RAYGEN_PRECISION_FLOAT32;
  info.parts = model.parts();
  return info;
}

/// Memory that a caller lent. `release` is called once, when nobody needs it any more.
class Lent {
 public:
  Lent(raygen_release_callback release, void* user_data) noexcept
      : release_(release), user_data_(user_data) {}
  Lent(Lent&& other) noexcept
      : release_(std::exchange(other.release_, nullptr)), user_data_(other.user_data_) {}
  ~Lent() {
    if (release_ != nullptr) release_(user_data_);
  }

 private:
  raygen_release_callback release_;
  void* user_data_;
};

std::vector<engine::LentFile> files_of(const raygen_memory_file* files, std::size_t count) {
  constexpr std::size_t most = 1024;
  if (count < 1 || count > most)
    fail(Status::invalid_argument, "file_count is {}; 1 to {} was expected", count, most);
  required(files, "files");
  std::vector<engine::LentFile> result;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& [name, data, size] = files[i];
    if (data == nullptr && size != 0)
      fail(Status::invalid_argument, "files[{}].data is NULL, its size {}", i, size);
    result.push_back({std::string(text_of(name, formatted("files[{}].name", i))), data, size});
  }
  return result;
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
    const auto wanted = model_options_of(options);
    out = new raygen_model{raygen::engine::Model::open(path_of(path, path_length, "path"), wanted)};
  });
}

raygen_status raygen_model_open_memory(const raygen_memory_file* files, size_t file_count,
                                       const raygen_model_options* options,
                                       raygen_release_callback release, void* user_data,
                                       raygen_model** model, raygen_error* error) {
  Lent lent(release, user_data);  // before anything can fail
  clear(model);
  return guard(error, [&] {
    auto keep_alive = std::make_shared<Lent>(std::move(lent));
    raygen_model*& out = required(model, "model");
    const auto wanted = model_options_of(options);
    out = new raygen_model{
        raygen::engine::Model::open_memory(files_of(files, file_count), wanted, keep_alive)};
  });
}

void raygen_model_free(raygen_model* model) { destroy(model); }

raygen_status raygen_model_get_info(const raygen_model* model, raygen_model_info* info,
                                    raygen_error* error) {
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    put(sized(info, "info", "raygen_model_info"), info_of(opened));
  });
}

const char* raygen_model_manifest(const raygen_model* model) {
  return !usable(model) ? nullptr : model->model->bundle().manifest.c_str();
}

const char* raygen_model_digest(const raygen_model* model) {
  return !usable(model) ? nullptr : model->model->bundle().digest.c_str();
}

raygen_status raygen_model_count_tokens(const raygen_model* model, const char* prompt,
                                        size_t prompt_length, size_t* count, raygen_error* error) {
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    size_t& out = required(count, "count");
    out = static_cast<size_t>(opened.count_tokens(
        text_of(prompt, prompt_length, "prompt", opened.options().limits.max_prompt_bytes)));
  });
}

raygen_status raygen_model_prepare(const raygen_model* model, uint32_t parts, raygen_error* error) {
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    constexpr std::uint32_t all =
        RAYGEN_PARTS_GENERATE | RAYGEN_PART_IMAGE_ENCODER | RAYGEN_PART_CLASSIFIER;
    if ((parts & ~all) != 0)
      fail(Status::invalid_argument,
           "parts is {:#x}; a sum of RAYGEN_PART_* within {:#x} was expected", parts, all);
    opened.prepare(parts);
  });
}

uint64_t raygen_model_memory(const raygen_model* model) {
  return !usable(model) ? 0 : model->model->memory();
}

void(raygen_model_options_init)(raygen_model_options* options, size_t struct_size) {
  const raygen::engine::ModelOptions defaults;
  initialize(options, struct_size,
             {0, static_cast<raygen_device>(defaults.device), defaults.device_index,
              static_cast<raygen_precision>(defaults.precision), defaults.threads,
              defaults.verify ? 1 : 0, nullptr});
}

void(raygen_model_info_init)(raygen_model_info* info, size_t struct_size) {
  initialize(info, struct_size, raygen_model_info{});
}

}  // extern "C"
