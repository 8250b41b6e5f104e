#pragma once
// Configs: their keys, ranges and meanings, and what comes of one.
//
//   raygen::Options options;
//   options.overrides = {"steps=12"};
//   std::puts(raygen::print_config(model, options).c_str());    // YAML, every key with its meaning
//   std::puts(raygen::resolve(model, options).c_str());         // JSON, as an image carries it

#include "error.hpp"
#include "model.hpp"
#include "options.hpp"
#include "strings.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace raygen {

enum class ConfigKind : std::int32_t {
  sampling = RAYGEN_CONFIG_SAMPLING,
  training = RAYGEN_CONFIG_TRAINING,
  evaluation = RAYGEN_CONFIG_EVALUATION,
  experiment = RAYGEN_CONFIG_EXPERIMENT,
};

/// A JSON Schema (draft 2020-12) of every key of a kind of config: type, range, default, meaning
/// ("description"), source ("x-source") and, for sampling, the presets ("x-presets").
inline std::string config_schema(ConfigKind kind = ConfigKind::sampling) {
  return detail::text_from([&](char** schema, raygen_error* error) {
    return raygen_config_schema(static_cast<raygen_config_kind>(kind), schema, error);
  });
}

/// All that makes the first image of a call, as JSON: what Generator::generate writes into the
/// image under "raygen". prompts: those that are mixed in it, at least one. Throws
/// Error(invalid_argument | format | limit).
inline std::string resolve(const Model& model, const Options& options,
                           const std::vector<std::string>& prompts) {
  const detail::RawOptions raw(options, model.grid().tokens());
  const std::vector<raygen_string> raw_prompts = detail::raw_strings(prompts);
  return detail::text_from([&](char** settings, raygen_error* error) {
    return raygen_config_resolve_mix(model.get(), raw.get(), raw_prompts.data(), raw_prompts.size(),
                                     settings, error);
  });
}
/// The same of one prompt.
inline std::string resolve(const Model& model, const Options& options, const std::string& prompt) {
  return resolve(model, options, std::vector<std::string>{prompt});
}
/// The same without a prompt.
inline std::string resolve(const Model& model, const Options& options = {}) {
  const detail::RawOptions raw(options, model.grid().tokens());
  return detail::text_from([&](char** settings, raygen_error* error) {
    return raygen_config_resolve(model.get(), raw.get(), nullptr, 0, settings, error);
  });
}

/// The sampling config of a call as YAML, every key with its value and meaning. Throws
/// Error(invalid_argument | format).
inline std::string print_config(const Model& model, const Options& options = {}) {
  const detail::RawOptions raw(options, model.grid().tokens());
  return detail::text_from([&](char** yaml, raygen_error* error) {
    return raygen_config_print(model.get(), raw.get(), yaml, error);
  });
}
/// The same without a model: what is not given is the library's own default.
inline std::string print_config(const Options& options) {
  const detail::RawOptions raw(options, 1);
  return detail::text_from([&](char** yaml, raygen_error* error) {
    return raygen_config_print(nullptr, raw.get(), yaml, error);
  });
}

}  // namespace raygen
