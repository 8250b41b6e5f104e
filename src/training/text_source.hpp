#pragma once
// The text that the masked decoder is conditioned on: from a frozen encoder, or from one that
// learns along.

#include "text/text_encoder.hpp"
#include "training/bert_network.hpp"
#include "training/optimizer.hpp"
#include "training/prompts.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

/// A text encoder as it comes from a stage, a bundle or a public folder.
struct TextPart {
  TextArchitecture architecture;
  std::shared_ptr<SafetensorsFile> weights;
  std::string vocabulary;
};

class TextSource {
 public:
  /// With config.train_text_encoder the weights follow the decoder's gradients (BERT only, else
  /// Error(unsupported)).
  TextSource(const TextPart& part, const DecoderTrainingConfig& config, at::Device device);

  const Tokenizer& tokenizer() const { return *tokenizer_; }
  std::int64_t length() const { return architecture_.length; }
  bool frozen() const { return frozen_ != nullptr; }
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

/// Prompts that are asked for again and again. A frozen encoder's embeddings are kept on the
/// device, as many as `budget` bytes hold; where it learns, those of its averaged weights are made
/// anew.
class FixedPrompts {
 public:
  /// Keeps a reference to `text`.
  FixedPrompts(const TextSource& text, TokenizedPrompts prompts, std::int64_t budget)
      : text_(text), prompts_(std::move(prompts)), budget_(budget) {}

  /// As TextSource::embed_averaged, of the prompts from `first` on: [count,L,D].
  at::Tensor embed(std::int64_t first, std::int64_t count);
  const TokenizedPrompts& prompts() const { return prompts_; }
  std::int64_t kept() const { return static_cast<std::int64_t>(kept_.size()); }

 private:
  void keep(const std::vector<std::int64_t>& prompts, const at::Tensor& embeddings);

  const TextSource& text_;
  TokenizedPrompts prompts_;
  std::int64_t budget_;
  std::map<std::int64_t, at::Tensor> kept_;  // [L,D] each
};

}  // namespace raygen::engine
