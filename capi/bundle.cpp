#include "door.hpp"
#include "import/import.hpp"
#include "model/parts.hpp"

namespace raygen::capi {
namespace {

/// A model is stored anew alone: what else was given is for checkpoints.
void expect_no_checkpoints(const raygen_convert_options& options) {
  const std::pair<const char*, const raygen_string*> others[] = {
      {"decoder", &options.decoder},
      {"vqgan", &options.vqgan},
      {"vqgan_config", &options.vqgan_config},
      {"text_encoder", &options.text_encoder},
      {"text_config", &options.text_config},
      {"vocabulary", &options.vocabulary},
      {"decoder_config", &options.decoder_config},
      {"classifier", &options.classifier},
      {"classifier_kind", &options.classifier_kind},
      {"classifier_config", &options.classifier_config}};
  for (const auto& [name, value] : others) {
    if (value->length != 0)
      fail(Status::invalid_argument, "model and {} were given; a model is stored anew by itself",
           name);
  }
  if (options.heads != RAYGEN_HEADS_INFER || options.ignore_count != 0)
    fail(Status::invalid_argument,
         "model and {} were given; a model is stored anew with all that it has",
         options.ignore_count != 0 ? "ignore" : "heads");
  if (options.stored_precision.length == 0)
    fail(Status::invalid_argument, "model was given without stored_precision");
}

engine::ImportSources sources_of(const raygen_convert_options& options) {
  engine::ImportSources sources;
  sources.classifier = optional_path_of(options.classifier, "classifier");
  sources.classifier_kind = text_of(options.classifier_kind, "classifier_kind");
  sources.classifier_config = optional_path_of(options.classifier_config, "classifier_config");
  const auto generator_path = [&](const raygen_string& path, const char* name) {
    return sources.classifier.empty() ? path_of(path, name) : optional_path_of(path, name);
  };
  sources.decoder = generator_path(options.decoder, "decoder");
  sources.vqgan = generator_path(options.vqgan, "vqgan");
  sources.vqgan_config = optional_path_of(options.vqgan_config, "vqgan_config");
  sources.text_encoder = optional_path_of(options.text_encoder, "text_encoder");
  sources.text_config = optional_path_of(options.text_config, "text_config");
  sources.vocabulary = optional_path_of(options.vocabulary, "vocabulary");
  sources.decoder_config = optional_path_of(options.decoder_config, "decoder_config");
  if (options.heads != RAYGEN_HEADS_INFER) {
    if (options.heads < 1)
      fail(Status::invalid_argument, "heads is {}; 1 or more, or RAYGEN_HEADS_INFER, was expected",
           options.heads);
    sources.heads = options.heads;
  }
  constexpr std::size_t most = 1024;
  expect_at_most(options.ignore_count, most, "ignore_count");
  sources.ignore = strings_of(options.ignore, options.ignore_count, "ignore");
  for (const std::string& prefix : sources.ignore) {
    if (prefix.empty())
      fail(Status::invalid_argument, "ignore has an empty name, with which every name starts");
  }
  sources.stored_precision = text_of(options.stored_precision, "stored_precision");
  return sources;
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_bundle_convert(const raygen_convert_options* options, const char* out,
                                    size_t out_length, char** warnings, raygen_error* error) {
  clear(warnings);
  return guard(error, [&] {
    const raygen_convert_options raw =
        given(options, "options", "raygen_convert_options", raygen_convert_options_init);
    if (warnings != nullptr) required(warnings, "warnings");
    const bool overwrite = flag(raw.overwrite, "overwrite");
    const auto path = path_of(out, out_length, "out");
    const raygen::engine::Limits limits = limits_of(raw.limits);
    std::string text;
    if (const auto model = optional_path_of(raw.model, "model"); !model.empty()) {
      expect_no_checkpoints(raw);
      const std::string precision(text_of(raw.stored_precision, "stored_precision"));
      raygen::engine::store_model_anew(model, precision, path, limits, overwrite, job_of(raw.job));
    } else {
      text =
          raygen::engine::import_model(sources_of(raw), path, limits, overwrite, job_of(raw.job));
    }
    if (warnings != nullptr) *warnings = text_buffer(text);
  });
}

raygen_status raygen_bundle_create_random(const char* out, size_t out_length,
                                          const char* architecture, size_t architecture_length,
                                          const char* vocabulary, size_t vocabulary_length,
                                          uint64_t seed, int32_t overwrite, raygen_error* error) {
  return guard(error, [&] {
    const auto path = path_of(out, out_length, "out");
    const std::string json(text_of(architecture, architecture_length, "architecture"));
    expect_at_most(vocabulary_length, raygen::engine::Limits::max_text_bytes, "vocabulary_length");
    // A SentencePiece vocabulary is binary: only WordPiece's is text.
    const std::string words =
        vocabulary_length == 0
            ? std::string()
            : std::string(&required(vocabulary, "vocabulary"), vocabulary_length);
    namespace engine = raygen::engine;
    const engine::Parts sizes =
        json.empty() ? engine::published_parts()
                     : engine::parts_from_json(json, engine::part_types(), "architecture");
    engine::write_random_model(path, sizes, words, seed, flag(overwrite, "overwrite"));
  });
}

void(raygen_convert_options_init)(raygen_convert_options* options, size_t struct_size) {
  raygen_convert_options value{};
  value.heads = RAYGEN_HEADS_INFER;
  initialize(options, struct_size, value);
}

}  // extern "C"
