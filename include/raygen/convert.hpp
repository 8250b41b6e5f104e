#pragma once
// Making bundles: from the original's checkpoints, or with random weights.
//
//   raygen::ConvertOptions options;
//   options.decoder = "raygen.ckpt";
//   options.vqgan = "vqgan.ckpt";
//   options.text_encoder = "BiomedVLP-CXR-BERT-specialized";
//   for (const std::string& warning : raygen::convert(options, "models/raygen-512"))
//   std::puts(warning.c_str());

#include "error.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "relay.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace raygen {

struct ConvertOptions {
  std::string decoder;  ///< Lightning .ckpt or the {"model": …} side format; required
  std::string vqgan;    ///< taming VQModel or GumbelVQ checkpoint; required
  std::string
      vqgan_config;  ///< project.yaml that must agree; empty: inferred from the weights alone
  std::string
      text_encoder;         ///< Hugging Face folder; empty: the one inside the decoder's checkpoint
  std::string text_config;  ///< its config.json, for an embedded text encoder; empty: inferred
  std::string vocabulary;   ///< vocab.txt or a SentencePiece .model; empty: the folder's own
  std::string
      decoder_config;  ///< JSON or YAML with n_heads; empty: one beside the checkpoint, if any
  std::optional<std::int32_t>
      heads;  ///< the decoder's attention heads; empty: from the config, else the original's 8
  bool overwrite = false;  ///< replace an existing bundle
  Limits limits;
  Job* job = nullptr;  ///< cancels between two tensors
};

/// Writes the bundle folder `out`, whole or not at all; returns what was assumed or left out, for a
/// person. Nothing in a checkpoint is ever run. Throws Error(io | format | unsupported | limit |
/// numeric | cancelled).
inline std::vector<std::string> convert(const ConvertOptions& options, const std::string& out) {
  using detail::raw_string;
  const raygen_limits limits = options.limits.raw();
  raygen_convert_options raw;
  raygen_convert_options_init(&raw);
  raw.decoder = raw_string(options.decoder);
  raw.vqgan = raw_string(options.vqgan);
  raw.vqgan_config = raw_string(options.vqgan_config);
  raw.text_encoder = raw_string(options.text_encoder);
  raw.text_config = raw_string(options.text_config);
  raw.vocabulary = raw_string(options.vocabulary);
  raw.decoder_config = raw_string(options.decoder_config);
  raw.heads = options.heads.value_or(RAYGEN_HEADS_INFER);
  raw.overwrite = options.overwrite ? 1 : 0;
  raw.limits = &limits;
  raw.job = options.job != nullptr ? options.job->get() : nullptr;
  char* buffer = nullptr;
  detail::check([&](raygen_error* error) {
    return raygen_convert(&raw, out.data(), out.size(), &buffer, error);
  });
  const std::unique_ptr<char, detail::Free<raygen_text_buffer_free>> keep(buffer);
  std::vector<std::string> warnings;
  std::string line;
  for (const char* at = buffer; at != nullptr && *at != '\0'; ++at) {
    if (*at != '\n') line += *at;
    if ((*at == '\n' || at[1] == '\0') && !line.empty())
      warnings.push_back(std::move(line)), line.clear();
  }
  return warnings;
}

struct RandomBundleOptions {
  std::string architecture;  ///< the manifest's `architecture` object as JSON; empty: the published
                             ///< model's sizes
  std::string vocabulary;    ///< content of vocab.txt; empty: a made-up one
  std::uint64_t seed = 0;
  bool overwrite = false;
};

/// Writes a bundle with random weights, for tests, benchmarks and as a start for training. Throws
/// Error(io | format | invalid_argument).
inline void create_random_bundle(const std::string& out, const RandomBundleOptions& options = {}) {
  detail::check([&](raygen_error* error) {
    return raygen_bundle_create_random(out.data(), out.size(),
                                       {options.architecture.data(), options.architecture.size()},
                                       {options.vocabulary.data(), options.vocabulary.size()},
                                       options.seed, options.overwrite ? 1 : 0, error);
  });
}

}  // namespace raygen
