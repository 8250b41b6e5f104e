#include "door.hpp"
#include "import/import.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace raygen::capi {
namespace {

engine::ImportSources sources_of(const raygen_convert_options& options) {
  engine::ImportSources sources;
  sources.decoder = path_of(options.decoder.data, options.decoder.length, "decoder");
  sources.vqgan = path_of(options.vqgan.data, options.vqgan.length, "vqgan");
  sources.vqgan_config = bytes_of(options.vqgan_config, "vqgan_config");
  sources.text_encoder = bytes_of(options.text_encoder, "text_encoder");
  sources.text_config = bytes_of(options.text_config, "text_config");
  sources.vocabulary = bytes_of(options.vocabulary, "vocabulary");
  sources.decoder_config = bytes_of(options.decoder_config, "decoder_config");
  if (options.heads != RAYGEN_HEADS_INFER) {
    if (options.heads < 1)
      fail(Status::invalid_argument, "heads is {}; 1 or more, or RAYGEN_HEADS_INFER, was expected",
           options.heads);
    sources.heads = options.heads;
  }
  return sources;
}

}  // namespace

char* text_buffer(const std::string& text) {
  auto* buffer = static_cast<char*>(std::malloc(text.size() + 1));
  if (buffer == nullptr) throw std::bad_alloc();
  std::memcpy(buffer, text.c_str(), text.size() + 1);
  return buffer;
}

}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_convert(const raygen_convert_options* options, const char* out,
                             size_t out_length, char** warnings, raygen_error* error) {
  clear(warnings);
  return guard(error, [&] {
    // Before the job was appended the struct ended with the limits.
    const raygen_convert_options raw =
        grown(required(options, "options"), offsetof(raygen_convert_options, job),
              "raygen_convert_options", raygen_convert_options_init);
    if (warnings != nullptr) required(warnings, "warnings");
    const bool overwrite = flag(raw.overwrite, "overwrite");
    const std::string text =
        raygen::engine::import_model(sources_of(raw), path_of(out, out_length, "out"),
                                     limits_of(raw.limits), overwrite, job_of(raw.job));
    if (warnings != nullptr) *warnings = text_buffer(text);
  });
}

void raygen_text_buffer_free(char* text) {
  if (aligned(reinterpret_cast<std::max_align_t*>(text))) std::free(text);  // as malloc gives it
}

raygen_status raygen_bundle_create_random(const char* out, size_t out_length,
                                          raygen_string architecture, raygen_string vocabulary,
                                          uint64_t seed, int32_t overwrite, raygen_error* error) {
  return guard(error, [&] {
    const auto path = path_of(out, out_length, "out");
    const std::string json(bytes_of(architecture, "architecture"));
    // A SentencePiece vocabulary is binary: only WordPiece's is text.
    const std::string words =
        vocabulary.length == 0
            ? std::string()
            : std::string(&required(vocabulary.data, "vocabulary"), vocabulary.length);
    const auto sizes = json.empty() ? raygen::engine::published_architecture()
                                    : raygen::engine::architecture_from_json(json, "architecture");
    raygen::engine::write_random_bundle(path, sizes, words, seed, flag(overwrite, "overwrite"));
  });
}

}  // extern "C"
