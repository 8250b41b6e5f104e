#pragma once
// LPIPS: how different two images look to a network that was trained to recognise objects, or to
// one that does not mind a shift of a few pixels.

#include "image/image.hpp"
#include "limits.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace raygen::engine {

enum class LpipsNetwork {
  vgg16,                   ///< `lpips_vgg`: LPIPS 0.1 (Zhang et al. 2018)
  alexnet,                 ///< `lpips_alex`
  shift_tolerant_vgg16,    ///< `stlpips_vgg`: ST-LPIPS (Ghildyal and Liu 2022)
  shift_tolerant_alexnet,  ///< `stlpips_alex`
};

std::string_view lpips_name(LpipsNetwork network);
/// Throws Error(invalid_argument), naming the four, for another name.
LpipsNetwork lpips_network(std::string_view name);

/// Immutable: any number of threads may compare at once.
class Lpips {
 public:
  static constexpr std::int64_t kShortestSide = 32;  // AlexNet's last pooling needs 31

  /// Weights from one checkpoint, or from several that each hold a part, such as torchvision's
  /// trunk
  /// (`features.0.weight`) and the heads of the lpips package (`lin0.model.1.weight`); names also
  /// as the packages keep a whole network (`net.slice1.0.weight`) and as taming does
  /// (`perceptual_loss.net.slice1.0.weight`). Files are read as data, PyTorch's old and new and
  /// safetensors. Throws Error(io | format | limit | unsupported), naming a tensor that is missing
  /// or of another shape.
  Lpips(LpipsNetwork network, const std::vector<std::filesystem::path>& files, at::Device device,
        const Limits& limits);

  /// x, y [B,C,H,W], C 1 or 3, −1..1 → weighted squared differences of the five maps, [B,1,h,w]
  /// each; gradients flow to both.
  std::vector<at::Tensor> differences(const at::Tensor& x, const at::Tensor& y) const;

  /// The distance of each pair, float64 [B] on the CPU: the sum over the maps of the means, which
  /// are float64, of differences, which are float32. Images of any real type, C 1 or 3, sides of at
  /// least 32, in −1..1. Throws Error(invalid_argument) for another shape, Error(numeric) for NaN
  /// or infinity.
  at::Tensor distance(const at::Tensor& x, const at::Tensor& y) const;

  /// The same of two images, 0..1.
  double distance(const Image& x, const Image& y) const;

 private:
  std::vector<at::Tensor> features(const at::Tensor& image) const;

  LpipsNetwork network_;
  std::vector<at::Tensor> weights_, biases_;  // of the convolutions
  std::vector<at::Tensor> heads_;
  at::Tensor shift_, scale_;
};

}  // namespace raygen::engine
