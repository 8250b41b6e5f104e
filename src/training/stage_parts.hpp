#pragma once
// The parts that a stage needs and did not train itself: from an earlier stage, from a bundle, or
// from public files.

#include "classifier/architecture.hpp"
#include "limits.hpp"
#include "masked_decoder/architecture.hpp"
#include "storage/safetensors.hpp"
#include "training/config.hpp"
#include "training/processes.hpp"
#include "training/text_source.hpp"
#include "vqgan/architecture.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace raygen::engine {

struct VqganPart {
  VqganArchitecture architecture;
  std::shared_ptr<SafetensorsFile> weights;
};

/// The weights of a stage or a public file: written as `folder`/weights.safetensors by the first
/// process, mapped by all.
std::shared_ptr<SafetensorsFile> keep_weights(const std::filesystem::path& folder,
                                              const TensorMap& weights, Processes& processes,
                                              const Limits& limits);

/// `from` is a bundle or a taming checkpoint for images of `resolution` pixels. Converted weights
/// are kept in `folder`.
VqganPart vqgan_from(const std::filesystem::path& from, std::int64_t resolution,
                     const std::filesystem::path& folder, Processes& processes,
                     const Limits& limits);
/// `from` is a bundle or a Hugging Face folder.
TextPart text_from(const std::filesystem::path& from, const std::filesystem::path& folder,
                   Processes& processes, const Limits& limits);
/// The masked decoder of the bundle `from`, in float32. Throws Error(invalid_argument) when it is
/// not as `architecture`.
TensorMap decoder_from(const std::filesystem::path& from,
                       const MaskedDecoderArchitecture& architecture, const Limits& limits);

/// The classifier of the bundle `from`, in float32; its head, if it has other classes, with random
/// weights; its first convolution for pixels as `architecture` scales them, summed over the colours
/// where that is grey. Throws Error(invalid_argument) when the rest is not as `architecture`.
TensorMap classifier_from(const std::filesystem::path& from,
                          const ClassifierArchitecture& architecture, std::uint64_t seed,
                          const Limits& limits);

}  // namespace raygen::engine
