#pragma once

#include "training/decoder_network.hpp"
#include "training/optimizer.hpp"
#include "training/sample_order.hpp"
#include "training/stage.hpp"
#include "training/text_source.hpp"
#include "vqgan/image_decoder.hpp"

#include <memory>

namespace raygen::engine {

/// The architecture that a config asks for.
MaskedDecoderArchitecture decoder_architecture(const DecoderTrainingConfig& config,
                                               const VqganArchitecture& vqgan,
                                               const TextArchitecture& text);

/// How many of N positions are masked when the ratio is drawn as u: max(round(ratio·N), 1), ratio =
/// cos(π/2·u) or 2/π·arccos(u).
std::int64_t masked_count(const std::string& schedule, float u, std::int64_t tokens);

/// Predicts masked tokens from the others and the text (Chang et al. 2022; facts of the original's
/// recipe in docs/training.md).
class DecoderStage final : public Stage {
 public:
  /// weights: where it begins. tokens: int32 [images of the dataset, N]. Keeps references to text
  /// and picture, whose samples it draws.
  DecoderStage(const MaskedDecoderArchitecture& architecture, const TensorMap& weights,
               at::Tensor tokens, TextSource& text, const VqganDecoder& picture,
               const Surroundings& around);

  Metrics step(std::int64_t step) override;
  Metrics validate() override;
  void draw(const std::filesystem::path& png) override;
  void validated(double loss) override;
  void save(TrainingState& state) const override;
  void load(const TrainingState& state) override;
  TensorMap weights() const override { return parameters_.snapshot(optimizer_.averages()); }
  /// With the text encoder's, named text_encoder.…, when it learns along.
  TensorMap kept() const override;

 private:
  struct Batch {
    at::Tensor input;              // int64 [B,N]
    at::Tensor places, originals;  // of the masked: indices into [B·N], and their tokens
  };
  /// The tokens of `images` with some of them masked, as the keys and the seed say.
  Batch batch(const std::vector<std::size_t>& images, const std::vector<std::uint64_t>& keys,
              std::uint64_t seed) const;
  /// The texts of training, some of them emptied.
  at::Tensor embed(const std::vector<std::int64_t>& which,
                   const std::vector<std::uint64_t>& keys) const;
  std::int64_t masked_at(std::uint64_t key, std::uint64_t seed) const;

  const Surroundings& around_;
  const DecoderTrainingConfig& config_;
  MaskedDecoderArchitecture architecture_;
  at::Tensor tokens_;
  TextSource& text_;
  const VqganDecoder& picture_;
  std::optional<at::ScalarType> mixed_;
  Parameters parameters_;
  DecoderNetwork network_;
  Optimizer optimizer_;
  Parameters averaged_;  // the optimizer's memory
  DecoderNetwork averaged_network_;
  const std::vector<std::size_t>& train_;
  std::vector<std::size_t> validation_;
  TokenizedPrompts train_prompts_;
  FixedPrompts validation_prompts_;
  at::Tensor empty_prompt_;  // int64 [L]
  std::int64_t empty_length_;
  SampleOrder order_;
};

}  // namespace raygen::engine
