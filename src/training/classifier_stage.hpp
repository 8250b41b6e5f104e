#pragma once

#include "classifier/architecture.hpp"
#include "training/classifier_network.hpp"
#include "training/optimizer.hpp"
#include "training/sample_order.hpp"
#include "training/stage.hpp"

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

namespace raygen::engine {

/// Sizes of a classifier of the dataset's labels, for images of its resolution.
ClassifierArchitecture classifier_architecture(const ClassifierTrainingConfig& config,
                                               const Dataset& dataset);

/// What the dataset knows of images: 1, 0, or NaN where the report leaves the label open, float32
/// [n,K] in the order of the dataset's labels.
at::Tensor label_targets(const Dataset& dataset, const std::vector<std::size_t>& indices,
                         bool mask_uncertain);

/// Of each label: (max(n) - n + mean(n)) / max of that, n positives, as torchxrayvision weighs
/// them; float32 [K].
at::Tensor rare_label_weights(const at::Tensor& targets);

/// Σ of binary cross-entropy of logits and targets [B,K], times each label's weight [K]; where a
/// target is NaN, nothing.
at::Tensor known_label_loss(const at::Tensor& logits, const at::Tensor& targets,
                            const at::Tensor& label_weights);

/// Multilabel classification: binary cross-entropy of every label that is known.
class ClassifierStage final : public Stage {
 public:
  /// begin: the first weights, names as in a bundle.
  ClassifierStage(const ClassifierArchitecture& architecture, const TensorMap& begin,
                  const Surroundings& around);

  Metrics step(std::int64_t step) override;
  Metrics validate() override;
  void draw(const std::filesystem::path&) override {}
  void validated(double loss) override;
  /// 1 - mean AUROC of the labels that have one; the loss where none has.
  double criterion(const Metrics& metrics) const override;
  bool finished() const override;
  void save(TrainingState& state) const override;
  void load(const TrainingState& state) override;
  TensorMap weights() const override;

  /// The probability of each label with the largest TPR - FPR on the validation split, by the
  /// weights that the training ended with; NaN where a label is everywhere or nowhere.
  std::vector<double> thresholds(const TensorMap& weights) const;

 private:
  struct Batch {
    at::Tensor images, targets;  // [B,C,R,R] as the network sees them; [B,K]
  };
  Batch batch(const Share& share);
  at::Tensor network_input(const at::Tensor& pixels) const;
  at::Tensor validation_logits(const ClassifierNetwork& network) const;
  /// The running statistics of all processes become their mean.
  void share_statistics();

  const Surroundings& around_;
  const ClassifierTrainingConfig& config_;
  ClassifierArchitecture architecture_;
  std::optional<at::ScalarType> mixed_;
  Parameters parameters_;
  ClassifierNetwork network_;
  Optimizer optimizer_;
  Parameters averaged_;  // the optimizer's memory
  ClassifierNetwork averaged_network_;
  std::vector<std::size_t> train_, validation_;
  at::Tensor targets_, validation_targets_, label_weights_;
  SampleOrder order_;
  double best_ = 1e300;
  std::int64_t waiting_ = 0;  // validations since the best
};

}  // namespace raygen::engine
