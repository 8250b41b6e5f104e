#pragma once
// Making models: from checkpoints of the published code, or with random weights.
//
//   raygen::ConvertOptions options;
//   options.decoder = "raygen.ckpt";
//   options.vqgan = "vqgan.ckpt";
//   options.text_encoder = "BiomedVLP-CXR-BERT-specialized";
//   for (const std::string& warning : raygen::convert(options, "models/raygen-512"))
//     std::puts(warning.c_str());

#include "error.hpp"
#include "job.hpp"
#include "limits.hpp"
#include "strings.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace raygen {

struct ConvertOptions {
  /// Lightning .ckpt or a file {"model": …}; required unless there is a classifier.
  std::string decoder;
  /// taming VQModel or GumbelVQ checkpoint; required unless there is a classifier.
  std::string vqgan;
  /// project.yaml, which must agree; empty: sizes from the weights.
  std::string vqgan_config;
  /// Hugging Face folder; empty: the one inside the decoder's file.
  std::string text_encoder;
  /// Its config.json, for an embedded text encoder; empty: inferred.
  std::string text_config;
  /// vocab.txt or a SentencePiece .model; empty: the folder's own.
  std::string vocabulary;
  /// JSON or YAML with n_heads; empty: one beside the file, if any.
  std::string decoder_config;
  /// Attention heads of the decoder, which no weight tells; empty: from the checkpoint's settings,
  /// a config or the weights, else the original's 8.
  std::optional<std::int32_t> heads;
  /// Tensors whose names start with one of these are left out, in each file.
  std::vector<std::string> ignore;
  /// DenseNet-121 (torchvision, CheXNet, torchxrayvision, RayGen's) or EfficientNet-Lite, beside
  /// the others or alone; empty: none.
  std::string classifier;
  /// "imagenet", "chexnet", "raygen", "xrv:all" …; empty: told by names and shapes.
  std::string classifier_kind;
  /// JSON with classes, thresholds and preprocessing of the classifier; empty: the kind's.
  std::string classifier_config;
  /// A model that is there, to be stored in another precision, instead of all of the above; empty:
  /// none.
  std::string model;
  /// "float32", "float16", "bfloat16" or "int8", of the weights on disk; empty: as they are. See
  /// docs/bundle.md.
  std::string stored_precision;
  bool overwrite = false;  ///< replace a model that is there
  Limits limits;
  Job* job = nullptr;  ///< cancels between two tensors; must outlive the call
};

/// Writes the folder `out` from checkpoints, whole or not at all. Returns what was assumed or left
/// out unexpectedly, for a person; all that was taken, assumed and left out is kept in the model's
/// manifest, under provenance. Nothing of a checkpoint is ever run. Throws Error(invalid_argument |
/// io | format | unsupported | limit | numeric | cancelled).
inline std::vector<std::string> convert(const ConvertOptions& options, const std::string& out) {
  using detail::raw_string;
  raygen_convert_options raw;
  raygen_convert_options_init(&raw);
  raw.decoder = raw_string(options.decoder);
  raw.vqgan = raw_string(options.vqgan);
  raw.vqgan_config = raw_string(options.vqgan_config);
  raw.text_encoder = raw_string(options.text_encoder);
  raw.text_config = raw_string(options.text_config);
  raw.vocabulary = raw_string(options.vocabulary);
  raw.decoder_config = raw_string(options.decoder_config);
  raw.classifier = raw_string(options.classifier);
  raw.classifier_kind = raw_string(options.classifier_kind);
  raw.classifier_config = raw_string(options.classifier_config);
  raw.model = raw_string(options.model);
  raw.stored_precision = raw_string(options.stored_precision);
  raw.heads = options.heads.value_or(RAYGEN_HEADS_INFER);
  raw.overwrite = options.overwrite ? 1 : 0;
  raw.limits = &options.limits;
  raw.job = options.job != nullptr ? options.job->get() : nullptr;
  std::vector<raygen_string> ignore;
  for (const std::string& prefix : options.ignore) ignore.push_back(raw_string(prefix));
  raw.ignore = ignore.data();
  raw.ignore_count = ignore.size();
  return detail::lines_of(detail::text_from([&](char** buffer, raygen_error* error) {
    return raygen_bundle_convert(&raw, out.data(), out.size(), buffer, error);
  }));
}

struct RandomBundleOptions {
  /// The sizes of each part as JSON, as raygen.json has them; empty: the published model's.
  std::string architecture;
  /// Content of vocab.txt; empty: a made-up one.
  std::string vocabulary;
  std::uint64_t seed = 0;
  bool overwrite = false;  ///< replace a model that is there
};

/// Writes a model with random weights, for tests, benchmarks and as a start for training. Throws
/// Error(invalid_argument | io | format).
inline void create_random_bundle(const std::string& out, const RandomBundleOptions& options = {}) {
  detail::check([&](raygen_error* error) {
    return raygen_bundle_create_random(out.data(), out.size(), options.architecture.data(),
                                       options.architecture.size(), options.vocabulary.data(),
                                       options.vocabulary.size(), options.seed,
                                       options.overwrite ? 1 : 0, error);
  });
}

}  // namespace raygen
