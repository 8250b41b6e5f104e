#include "generation/settings.hpp"

#include "sampling/config.hpp"
#include "storage/json.hpp"
#include "storage/sha256.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

namespace {

/// Of one row of a tensor, as numbers of a type in the byte order of the machines that libraygen
/// runs on, little-endian.
std::string sum_of_row(const at::Tensor& tensor, std::size_t row, at::ScalarType type) {
  const at::Tensor own = tensor[static_cast<std::int64_t>(row)].to(at::kCPU, type).contiguous();
  return sha256_hex({static_cast<const char*>(own.const_data_ptr()), own.nbytes()});
}

}  // namespace

std::string settings_json(const Model& model, const GenerateOptions& options,
                          std::size_t image_number, const std::vector<std::string_view>& prompts,
                          const std::vector<double>& weights) {
  const Compute& compute = model.compute();
  nlohmann::ordered_json json;
  json["generator"] = "libraygen " RAYGEN_VERSION_STRING;
  json["settings_version"] = kSettingsVersion;
  json["synthetic"] = true;
  json["model_sha256"] = model.bundle().digest;
  if (prompts.size() == 1) {
    json["prompt"] = std::string(prompts[0]);
  } else {
    for (std::size_t i = 0; i < prompts.size(); ++i)
      json["prompts"].push_back({{"prompt", std::string(prompts[i])}, {"weight", weights[i]}});
  }
  const ImageKey key = options.key(image_number);
  json["seed"] = key.seed;
  json["image"] = key.image;
  if (options.attempt(image_number) > 0) json["attempt"] = options.attempt(image_number);
  json.update(sampling_to_json(options.sampling_of(image_number)));
  if (options.start_tokens.defined())
    json["start_tokens_sha256"] = sum_of_row(options.start_tokens, image_number, at::kInt);
  if (options.editable.defined())
    json["editable_sha256"] = sum_of_row(options.editable, image_number, at::kByte);
  json["precision"] = name_of(compute);
  json["device"] = compute.device.is_cuda() ? "cuda" : "cpu";
  return json_text(json);
}

void note_setting(Image& image, const char* key, const nlohmann::ordered_json& what) {
  auto settings = nlohmann::ordered_json::parse(image.text.at("raygen"));
  settings[key] = what;
  image.text["raygen"] = json_text(settings);
}

}  // namespace raygen::engine
