#pragma once

#include "training/codebook.hpp"
#include "training/discriminator.hpp"
#include "training/optimizer.hpp"
#include "training/perceptual.hpp"
#include "training/sample_order.hpp"
#include "training/stage.hpp"
#include "training/vqgan_network.hpp"

#include <memory>
#include <optional>

namespace raygen::engine {

/// The architecture that a config asks for, at the dataset's resolution. Throws
/// Error(invalid_argument) when the image cannot be halved so often.
VqganArchitecture vqgan_architecture(const VqganTrainingConfig& config, std::int64_t resolution);

/// Reconstruction, codebook and, from some step on, a discriminator (Esser et al. 2021).
class VqganStage final : public Stage {
 public:
  VqganStage(const VqganArchitecture& architecture, const Surroundings& around);

  Metrics step(std::int64_t step) override;
  Metrics validate() override;
  void draw(const std::filesystem::path& png) override;
  void validated(double loss) override { optimizer_.validated(loss); }
  void save(TrainingState& state) const override;
  void load(const TrainingState& state) override;
  TensorMap weights() const override { return parameters_.snapshot(optimizer_.averages()); }

 private:
  struct Reconstruction {
    at::Tensor features, codes, images;  // [B,e,h,w], [B·h·w], [B,C,R,R]
    at::Tensor codebook_loss;
  };
  Reconstruction reconstruct(const VqganNetwork& network, const Parameters& parameters,
                             const at::Tensor& images) const;
  at::Tensor batch(const Share& share);
  void begin_codebook(std::int64_t step);
  at::Tensor adversarial_term(const at::Tensor& fake, const at::Tensor& reconstruction_loss,
                              double share);

  const Surroundings& around_;
  const VqganTrainingConfig& config_;
  VqganArchitecture architecture_;
  std::optional<at::ScalarType> mixed_;
  DiscriminatorSizes discriminator_sizes_;
  Parameters parameters_, discriminator_,
      frozen_discriminator_;  // frozen: the same memory without gradients
  VqganNetwork network_;
  Optimizer optimizer_, discriminator_optimizer_;
  Parameters averaged_;  // the optimizer's memory
  VqganNetwork averaged_network_;
  Codebook codebook_;
  std::unique_ptr<PerceptualLoss> perceptual_;
  const std::vector<std::size_t>& train_;
  std::vector<std::size_t> validation_;
  SampleOrder order_;
};

}  // namespace raygen::engine
