#pragma once
// How different two images look.

#include "limits.hpp"
#include "training/parameters.hpp"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <memory>

namespace raygen::engine {

class PerceptualLoss {
 public:
  virtual ~PerceptualLoss() = default;
  /// x, y [B,C,R,R], −1..1 → [B]; gradients flow to both.
  virtual at::Tensor operator()(const at::Tensor& x, const at::Tensor& y) const = 0;
};

/// LPIPS (Zhang et al. 2018) with VGG-16: weights from a checkpoint, under taming's names
/// (`perceptual_loss.net.slice1.0.weight`, `perceptual_loss.lin0.model.1.weight`) or torchvision's
/// and lpips' (`features.0.weight`, `lin0.model.1.weight`).
std::unique_ptr<PerceptualLoss> load_lpips(const std::filesystem::path& path, at::Device device,
                                           const Limits& limits);

/// The stand-in that needs no weights: the mean L1 distance at each of four levels of a Laplacian
/// pyramid and at what remains, added up (as in Bojanowski et al. 2018): edges and fine structure
/// count as much as broad shade.
std::unique_ptr<PerceptualLoss> make_laplacian_pyramid_loss();

}  // namespace raygen::engine
