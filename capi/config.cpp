#include "door.hpp"

#include "generation/settings.hpp"
#include "sampling/config.hpp"
#include "training/config.hpp"


using namespace raygen::capi;

extern "C" {

raygen_status raygen_config_schema(raygen_config_kind kind, char** schema, raygen_error* error) {
  clear(schema);
  return guard(error, [&] {
    char*& out = required(schema, "schema");
    const bool training = choice(kind, RAYGEN_CONFIG_TRAINING, "kind") == RAYGEN_CONFIG_TRAINING;
    out = text_buffer(training ? raygen::engine::training_schema()
                               : raygen::engine::sampling_schema());
  });
}

raygen_status raygen_config_resolve(const raygen_model* model, const raygen_options* options,
                                    const char* prompt, size_t prompt_length, char** settings,
                                    raygen_error* error) {
  const raygen_string one{prompt, prompt_length};
  const bool none = prompt == nullptr && prompt_length == 0;
  return raygen_config_resolve_mix(model, options, none ? nullptr : &one, none ? 0 : 1, settings,
                                   error);
}

raygen_status raygen_config_resolve_mix(const raygen_model* model, const raygen_options* options,
                                        const raygen_string* prompts, size_t count, char** settings,
                                        raygen_error* error) {
  clear(settings);
  return guard(error, [&] {
    const auto& opened = *required(model, "model").model;
    char*& out = required(settings, "settings");
    const raygen_options raw = options_of(options);
    const raygen::engine::Limits& limits = opened.options().limits;
    if (raw.image_count > limits.max_batch)
      fail(Status::limit, "image_count is {}; at most {} are allowed", raw.image_count,
           limits.max_batch);
    raygen::engine::GenerateOptions wanted;
    wanted.sampling = sampling_of(raw, opened.sampling_defaults());
    std::vector<std::string_view> texts;
    if (count > 0) {
      texts = prompts_of(prompts, count, limits);
      read_mixes(raw, count, wanted);
    }
    const bool tokens = raw.start_tokens != nullptr || raw.editable != nullptr;
    read_images(raw, std::max<std::size_t>(raw.image_count, 1), tokens ? opened.token_count() : 0,
                tokens ? opened.codebook() : 0, wanted);
    if (tokens) {
      raygen::engine::check_start({wanted.start_tokens, wanted.editable},
                                  static_cast<std::int64_t>(raw.image_count),
                                  {1, opened.token_count()}, opened.codebook());
    }
    raygen::engine::check_prompts(texts, limits);
    out = text_buffer(raygen::engine::settings_json(opened, wanted, 0, texts,
                                                    raygen::engine::mix_weights(texts.size(), wanted)));
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
