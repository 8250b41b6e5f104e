#include "door.hpp"

#include "evaluation/config.hpp"
#include "experiment/config.hpp"
#include "generation/settings.hpp"
#include "sampling/config.hpp"
#include "training/config.hpp"

namespace raygen::capi {
namespace {

/// Of the first image of a call that mixes the prompts in it.
std::string settings_of(const engine::Model& model, const raygen_options* options,
                        const std::vector<std::string_view>& prompts) {
  const raygen_options raw = options_of(options);
  const engine::Limits& limits = model.options().limits;
  if (raw.image_count > limits.max_batch)
    fail(Status::limit, "image_count is {}; at most {} are allowed", raw.image_count,
         limits.max_batch);
  engine::GenerateOptions wanted;
  wanted.sampling = sampling_of(raw, model.sampling_defaults());
  read_mixes(raw, prompts.size(), wanted);
  const bool tokens = raw.start_tokens != nullptr || raw.editable != nullptr;
  read_images(raw, std::max<std::size_t>(raw.image_count, 1), tokens ? model.token_count() : 0,
              tokens ? model.codebook() : 0, wanted);
  if (tokens) {
    engine::check_start({wanted.start_tokens, wanted.editable},
                        static_cast<std::int64_t>(raw.image_count), {1, model.token_count()},
                        model.codebook());
  }
  engine::check_prompts(prompts, limits);
  return engine::settings_json(model, wanted, 0, prompts,
                               engine::mix_weights(prompts.size(), wanted));
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_config_schema(raygen_config_kind kind, char** schema, raygen_error* error) {
  clear(schema);
  return guard(error, [&] {
    char*& out = required(schema, "schema");
    constexpr std::string (*schemas[])() = {
        raygen::engine::sampling_schema, raygen::engine::training_schema,
        raygen::engine::evaluation_schema, raygen::engine::experiment_schema};
    out = text_buffer(schemas[choice(kind, RAYGEN_CONFIG_EXPERIMENT, "kind")]());
  });
}

raygen_status raygen_config_resolve(const raygen_model* model, const raygen_options* options,
                                    const char* prompt, size_t prompt_length, char** settings,
                                    raygen_error* error) {
  clear(settings);
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    char*& out = required(settings, "settings");
    std::vector<std::string_view> prompts;
    if (prompt != nullptr || prompt_length != 0)
      prompts.push_back(
          text_of(prompt, prompt_length, "prompt", opened.options().limits.max_prompt_bytes));
    out = text_buffer(settings_of(opened, options, prompts));
  });
}

raygen_status raygen_config_resolve_mix(const raygen_model* model, const raygen_options* options,
                                        const raygen_string* prompts, size_t count, char** settings,
                                        raygen_error* error) {
  clear(settings);
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    char*& out = required(settings, "settings");
    out = text_buffer(
        settings_of(opened, options, prompts_of(prompts, count, opened.options().limits)));
  });
}

raygen_status raygen_config_print(const raygen_model* model, const raygen_options* options,
                                  char** yaml, raygen_error* error) {
  clear(yaml);
  return guard(error, [&] {
    char*& out = required(yaml, "yaml");
    raygen::engine::SamplingOptions defaults;
    if (model != nullptr) defaults = required(model, "model").model->sampling_defaults();
    out = text_buffer(raygen::engine::sampling_to_yaml(sampling_of(options_of(options), defaults)));
  });
}

}  // extern "C"
