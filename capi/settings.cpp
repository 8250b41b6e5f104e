#include "door.hpp"

#include "generation/image_settings.hpp"
#include "sampling/config.hpp"
#include "storage/json.hpp"

struct raygen_settings {
  raygen::engine::ImageSettings settings;
};

namespace raygen::capi {
namespace {

/// A text of the settings, or NULL.
const char* text_in(const raygen_settings* settings, std::string engine::ImageSettings::*text) {
  return !usable(settings) ? nullptr : (settings->settings.*text).c_str();
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;
using raygen::engine::ImageSettings;

extern "C" {

raygen_status raygen_settings_read(const char* json, size_t json_length, raygen_settings** settings,
                                   raygen_error* error) {
  clear(settings);
  return guard(error, [&] {
    const std::string_view text = text_of(json, json_length, "json");
    give(settings, "settings", raygen::engine::read_settings(text, "settings"));
  });
}

void raygen_settings_free(raygen_settings* settings) { destroy(settings); }

size_t raygen_settings_prompt_count(const raygen_settings* settings) {
  return !usable(settings) ? 0 : settings->settings.prompts.size();
}

const char* raygen_settings_prompt(const raygen_settings* settings, size_t i) {
  return i >= raygen_settings_prompt_count(settings) ? nullptr
                                                     : settings->settings.prompts[i].c_str();
}

double raygen_settings_prompt_weight(const raygen_settings* settings, size_t i) {
  return i >= raygen_settings_prompt_count(settings) ? 0 : settings->settings.weights[i];
}

uint64_t raygen_settings_seed(const raygen_settings* settings) {
  return !usable(settings) ? 0 : settings->settings.key.seed;
}

uint64_t raygen_settings_image(const raygen_settings* settings) {
  return !usable(settings) ? 0 : settings->settings.key.image;
}

uint32_t raygen_settings_attempt(const raygen_settings* settings) {
  return !usable(settings) ? 0 : settings->settings.attempt;
}

const char* raygen_settings_model(const raygen_settings* settings) {
  return text_in(settings, &ImageSettings::model_sha256);
}

const char* raygen_settings_generator(const raygen_settings* settings) {
  return text_in(settings, &ImageSettings::generator);
}

raygen_device raygen_settings_device(const raygen_settings* settings) {
  if (!usable(settings)) return RAYGEN_DEVICE_AUTO;
  const std::string& device = settings->settings.device;
  return device == "cuda"  ? RAYGEN_DEVICE_CUDA
         : device == "cpu" ? RAYGEN_DEVICE_CPU
                           : RAYGEN_DEVICE_AUTO;
}

raygen_precision raygen_settings_precision(const raygen_settings* settings) {
  if (!usable(settings)) return RAYGEN_PRECISION_AUTO;
  const std::string& precision = settings->settings.precision;
  return precision == "float32"    ? RAYGEN_PRECISION_FLOAT32
         : precision == "bfloat16" ? RAYGEN_PRECISION_BFLOAT16
         : precision == "int8"     ? RAYGEN_PRECISION_INT8
                                   : RAYGEN_PRECISION_AUTO;
}

raygen_status raygen_settings_config(const raygen_settings* settings, const raygen_options* options,
                                     char** config, raygen_error* error) {
  clear(config);
  return guard(error, [&] {
    const ImageSettings& made = required(settings, "settings").settings;
    char*& out = required(config, "config");
    const auto sampling = sampling_of(options_of(options), made.sampling);
    out = text_buffer(raygen::engine::json_text(raygen::engine::sampling_to_json(sampling)));
  });
}

raygen_status raygen_settings_check_model(const raygen_settings* settings,
                                          const raygen_model* model, int32_t any_model,
                                          char** doubts, raygen_error* error) {
  clear(doubts);
  return guard(error, [&] {
    const ImageSettings& made = required(settings, "settings").settings;
    if (doubts != nullptr) required(doubts, "doubts");
    give_lines(
        raygen::engine::doubts(made, *required(model, "model").model, flag(any_model, "any_model")),
        doubts);
  });
}

}  // extern "C"
