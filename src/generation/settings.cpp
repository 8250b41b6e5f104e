#include "generation/settings.hpp"

#include "sampling/config.hpp"

#include <nlohmann/json.hpp>

namespace raygen::engine {

std::string settings_json(const Model& model, const GenerateOptions& options,
                          std::size_t image_number, std::optional<std::string_view> prompt) {
  const Compute& compute = model.compute();
  nlohmann::ordered_json json;
  json["generator"] = "libraygen " RAYGEN_VERSION_STRING;
  json["synthetic"] = true;
  json["model_sha256"] = model.bundle().digest;
  if (prompt) json["prompt"] = std::string(*prompt);
  json["seed"] = options.seed;
  json["image"] = options.first_image + image_number;
  json.update(sampling_to_json(options.sampling));
  json["precision"] = compute.type == at::kBFloat16 ? "bfloat16" : "float32";
  json["device"] = compute.device.is_cuda() ? "cuda" : "cpu";
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace raygen::engine
