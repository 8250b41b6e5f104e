#pragma once
// `raygen convert`: the original's files become a bundle.

#include "job.hpp"
#include "limits.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

struct ImportSources {
  std::filesystem::path decoder;       // Lightning .ckpt or the {"model": …} side format
  std::filesystem::path vqgan;         // taming VQModel or GumbelVQ
  std::filesystem::path vqgan_config;  // empty: infer from the weights alone; given: must agree
  std::filesystem::path
      text_encoder;  // Hugging Face folder; empty: the one inside the decoder's checkpoint
  std::filesystem::path text_config;  // config.json for an embedded text encoder; empty: inferred
  std::filesystem::path vocabulary;   // vocab.txt or tokenizer.model; empty: the folder's own
  // JSON or YAML with n_heads …; empty: hparams.yaml, config.json or case.json beside the decoder,
  // if there is one
  std::filesystem::path decoder_config;
  std::optional<std::int64_t>
      heads;  // decoder's attention heads, which a checkpoint does not store; empty: config, else 8
  // DenseNet or EfficientNet-Lite, beside the others or alone; empty: none
  std::filesystem::path classifier;
  std::string classifier_kind;  // whose it is (known_classes.hpp); empty: told by names and shapes
  // JSON with classes, thresholds, calibrated, resolution, resize, short_side, filter, scale,
  // shift; empty: the kind's
  std::filesystem::path classifier_config;
  std::vector<std::string> ignore;  // tensors whose names start with one of these are left out
  std::string stored_precision;  // of the weights on disk (stored_weights.hpp); empty: as they are
};

/// Reads, checks and writes the bundle: the decoder, the VQ-GAN and the text encoder, the
/// classifier, or all of them. Returns warnings for a person (what was assumed, what was left out
/// that a checkpoint of the published code does not hold), one a line; all that was taken, assumed
/// and left out is kept in the bundle's provenance. A cancelled job ends it with Error(cancelled)
/// and nothing written.
std::string import_model(const ImportSources& sources, const std::filesystem::path& out,
                         const Limits& limits, bool overwrite, const Job* job = nullptr);

}  // namespace raygen::engine
