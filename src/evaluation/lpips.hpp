#pragma once
// How different two images look to a network.

#include "limits.hpp"

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <vector>

namespace raygen::engine {

/// LPIPS (Zhang et al. 2018) with VGG-16: weights from a checkpoint, under taming's names
/// (`perceptual_loss.net.slice1.0.weight`, `perceptual_loss.lin0.model.1.weight`) or torchvision's
/// and lpips' (`features.0.weight`, `lin0.model.1.weight`).
class Lpips {
 public:
  Lpips(const std::filesystem::path& path, at::Device device, const Limits& limits);
  /// x, y [B,C,R,R], −1..1 → [B]; gradients flow to both.
  at::Tensor operator()(const at::Tensor& x, const at::Tensor& y) const;

 private:
  void check_shapes(const std::filesystem::path& path) const;
  std::vector<at::Tensor> features(const at::Tensor& image) const;

  std::vector<at::Tensor> convolutions_, linear_;  // weight, bias, weight, bias …
  at::Tensor shift_, scale_;
};

}  // namespace raygen::engine
