#pragma once
// The text that the masked decoder is conditioned on: from a frozen encoder, or from one that
// learns along.

#include "text/text_encoder.hpp"
#include "training/bert_network.hpp"
#include "training/optimizer.hpp"
#include "training/prompts.hpp"

#include <memory>
#include <optional>
#include <string>

namespace raygen::engine {

/// A text encoder as it comes from a stage, a bundle or a public folder.
struct TextPart {
  TextArchitecture architecture;
  std::shared_ptr<SafetensorsFile> weights;
  std::string vocabulary;
};

class TextSource {
 public:
  /// trained: its weights follow the decoder's gradients (BERT only, else Error(unsupported)).
  TextSource(const TextPart& part, const DecoderTrainingConfig& config, at::Device device);

  const Tokenizer& tokenizer() const { return *tokenizer_; }
  std::int64_t length() const { return architecture_.length; }
  /// ids, mask int64 [B,L] on the CPU → normalised embeddings [B,L,D] on the device.
  at::Tensor embed(const at::Tensor& ids, const at::Tensor& mask) const;
  /// The same with averaged weights where they are trained.
  at::Tensor embed_averaged(const at::Tensor& ids, const at::Tensor& mask) const;

  /// Absent when the encoder is frozen.
  Optimizer* optimizer() { return optimizer_ ? &*optimizer_ : nullptr; }
  const Optimizer* optimizer() const { return optimizer_ ? &*optimizer_ : nullptr; }
  Parameters& parameters() { return parameters_; }
  const Parameters& parameters() const { return parameters_; }
  /// As a bundle keeps them.
  TensorMap weights() const;

 private:
  at::Device device_;
  TextArchitecture architecture_;
  std::shared_ptr<SafetensorsFile> file_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::unique_ptr<TextEncoder> frozen_;
  Parameters parameters_;
  std::optional<BertNetwork> network_;
  std::optional<Optimizer> optimizer_;
};

}  // namespace raygen::engine
