#pragma once

#include "training/bert_network.hpp"
#include "training/optimizer.hpp"
#include "training/prompts.hpp"
#include "training/sample_order.hpp"
#include "training/stage.hpp"

namespace raygen::engine {

/// Sizes and special ids of a text encoder that is trained from scratch; `vocabulary` is the
/// content of its vocabulary's file.
TextArchitecture text_architecture(const TextTrainingConfig& config, const std::string& vocabulary);
/// Learned from the reports of the split that is trained on.
std::string learn_vocabulary(const TextTrainingConfig& config, const Dataset& dataset,
                             const std::vector<std::size_t>& indices);

/// Masked language modelling (Devlin et al. 2019): words that are masked in the reports are to be
/// told from the others.
class TextStage final : public Stage {
 public:
  TextStage(const TextArchitecture& architecture, const std::string& vocabulary,
            const Surroundings& around);

  Metrics step(std::int64_t step) override;
  Metrics validate() override;
  void draw(const std::filesystem::path&) override {}
  void validated(double loss) override { optimizer_.validated(loss); }
  void save(TrainingState& state) const override;
  void load(const TrainingState& state) override;
  TensorMap weights() const override;

 private:
  struct Batch {
    at::Tensor ids, mask;  // [B,L]
    at::Tensor places,
        originals;  // of the masked words: indices into the flattened batch, and what was there
  };
  Batch batch(const TokenizedPrompts& prompts, const std::vector<std::int64_t>& chosen,
              const std::vector<std::uint64_t>& keys, std::uint64_t seed) const;
  std::int64_t masked_words(std::int64_t length) const;
  at::Tensor loss_sum(const BertNetwork& network, const Batch& batch) const;

  const Surroundings& around_;
  const TextTrainingConfig& config_;
  TextArchitecture architecture_;
  std::optional<at::ScalarType> mixed_;
  Parameters parameters_;
  BertNetwork network_;
  Optimizer optimizer_;
  Parameters averaged_;  // the optimizer's memory
  BertNetwork averaged_network_;
  TokenizedPrompts train_, validation_;
  SampleOrder order_;
};

}  // namespace raygen::engine
