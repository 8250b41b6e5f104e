#pragma once
// The engine's tensors and options as they are about to be, over those that are there now.

#include "compute/compute.hpp"
#include "error.hpp"
#include "generation/generator.hpp"
#include "raygen/raygen.h"
#include "text/tokenizer.hpp"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace raygen::engine {

struct MemoryFile {
  std::string name;
  const void* data;
  std::size_t size;
};

}  // namespace raygen::engine

namespace raygen::capi::seam {

using namespace raygen::engine;

struct Images {
  std::vector<std::uint64_t> seeds, indices;
  at::Tensor start_tokens, editable;
};

inline SamplingOptions resolve_sampling(const SamplingOptions& defaults, const std::string& config,
                                        const std::vector<std::string>& overrides,
                                        const std::string&) {
  if (!config.empty()) fail(Status::unsupported, "config");
  SamplingOptions options = defaults;
  for (const std::string& each : overrides) {
    const auto equals = each.find('=');
    const std::string name = each.substr(0, equals), value = each.substr(equals + 1);
    const auto number = [&](auto& to) {
      const auto [end, code] = std::from_chars(value.data(), value.data() + value.size(), to);
      if (code != std::errc() || end != value.data() + value.size())
        fail(Status::format, "{}: a number was expected", each);
    };
    if (name == "steps")
      number(options.steps);
    else if (name == "temperature")
      number(options.temperature);
    else if (name == "top_k_threshold")
      number(options.top_k_threshold);
    else if (name == "guidance_scale")
      number(options.guidance_scale);
    else if (name == "position_choice" && value == "random")
      options.position_choice = PositionChoiceKind::random;
    else if (name == "position_choice" && value == "confidence")
      options.position_choice = PositionChoiceKind::confidence;
    else if ((name == "schedule" && value == "cosine") ||
             (name == "token_choice" && value == "gumbel"))
      continue;
    else
      fail(Status::format, "there is no key or value {}", each);
  }
  validate(options);
  return options;
}
inline std::string sampling_schema() { return R"({"type":"object","properties":{}})"; }
inline std::string sampling_to_yaml(const SamplingOptions& options) {
  return fmt::format("steps: {}\n", options.steps);
}

inline std::string training_schema() { return sampling_schema(); }
inline SamplingOptions sampling_defaults(const Model*) { return {}; }

inline std::string settings_json(const Model& model, const GenerateOptions& options,
                                 std::size_t number, const std::string* prompt) {
  const Compute& compute = model.compute();
  const SamplingOptions& sampling = options.sampling;
  nlohmann::ordered_json json;
  json["generator"] = fmt::format("libraygen {}.{}.{}", RAYGEN_VERSION_MAJOR, RAYGEN_VERSION_MINOR,
                                  RAYGEN_VERSION_PATCH);
  json["synthetic"] = true;
  json["model_sha256"] = model.bundle().digest;
  if (prompt != nullptr) json["prompt"] = *prompt;
  json["seed"] = sampling.seed;
  json["image"] = options.first_image + number;
  json["steps"] = sampling.steps;
  json["temperature"] = sampling.temperature;
  json["top_k_threshold"] = sampling.top_k_threshold;
  json["guidance_scale"] = sampling.guidance_scale;
  json["schedule"] = "cosine";
  json["position_choice"] =
      sampling.position_choice == PositionChoiceKind::random ? "random" : "confidence";
  json["token_choice"] = "gumbel";
  json["precision"] = compute.type == at::kBFloat16 ? "bfloat16" : "float32";
  json["device"] = compute.device.is_cuda() ? "cuda" : "cpu";
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

inline std::shared_ptr<const Model> open_memory(const std::vector<MemoryFile>&, const ModelOptions&,
                                                const std::shared_ptr<void>&) {
  fail(Status::unsupported, "a model in memory");
}
inline std::int64_t count_tokens(const Model& model, std::string_view prompt) {
  if (prompt.size() > model.options().limits.max_prompt_bytes)
    fail(Status::limit, "the prompt is {} bytes long; at most {} are allowed", prompt.size(),
         model.options().limits.max_prompt_bytes);
  return model.tokenizer().encode(prompt).token_count;
}
inline at::Tensor ints(const at::Tensor& tensor) { return tensor.to(at::kInt).contiguous(); }

inline Condition condition(Session& session, const at::Tensor& values) {
  return session.condition(values.const_data_ptr<float>(), values.size(0), values.size(1),
                           values.size(2));
}
inline at::Tensor logits(Session& session, const Condition& condition, const at::Tensor& tokens,
                         const at::Tensor& positions, bool) {
  const at::Tensor ids = ints(tokens);
  if (!positions.defined())
    return session.logits(condition, ids.const_data_ptr<std::int32_t>(), nullptr, ids.size(1));
  const at::Tensor places = ints(positions);
  return session.logits(condition, ids.const_data_ptr<std::int32_t>(),
                        places.const_data_ptr<std::int32_t>(), places.size(1));
}
inline Sampler make_sampler(std::int64_t height, std::int64_t width, std::int64_t codebook,
                            std::size_t batch, const GenerateOptions& options) {
  std::vector<std::uint64_t> images;
  for (std::size_t i = 0; i < batch; ++i) images.push_back(options.first_image + i);
  return Sampler(height * width, codebook, images, options.sampling);
}
struct EncodedImage {
  at::Tensor tokens, features;
};
inline EncodedImage encode_image(Session& session, const Image& image) {
  const Architecture& sizes = session.model().architecture();
  EncodedImage encoded{at::empty({sizes.decoder.tokens}, at::kInt),
                       at::empty({sizes.vqgan.embedding, sizes.vqgan.grid(), sizes.vqgan.grid()})};
  session.encode_image(image, encoded.tokens.mutable_data_ptr<std::int32_t>(),
                       encoded.features.mutable_data_ptr<float>());
  return encoded;
}
inline std::vector<Image> decode_tokens(Session& session, const at::Tensor& tokens) {
  return {session.decode_tokens(ints(tokens).const_data_ptr<std::int32_t>())};
}

}  // namespace raygen::capi::seam
