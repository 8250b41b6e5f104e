#include "training/augmentation.hpp"

#include "noise/noise.hpp"
#include "noise/purpose.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace raygen::engine {

at::Tensor augmented(const at::Tensor& images, const ClassifierTrainingConfig& config,
                     std::uint64_t seed, std::uint64_t first) {
  if (config.rotation == 0 && config.shift == 0 && config.scaling == 0) return images;
  std::vector<float> matrices;
  for (std::int64_t i = 0; i < images.size(0); ++i) {
    float noise[4];
    uniform_noise(seed, first + static_cast<std::uint64_t>(i),
                  static_cast<std::uint32_t>(Purpose::augmentation), 0, noise, 4);
    const auto between = [](float u, double most) {
      return (2 * static_cast<double>(u) - 1) * most;
    };
    const double turn = between(noise[0], config.rotation) * std::numbers::pi / 180,
                 scale = 1 + between(noise[1], config.scaling), cosine = std::cos(turn) / scale,
                 sine = std::sin(turn) / scale;
    // From where in the image, whose side is 2 here, a pixel comes.
    for (const double value : {cosine, -sine, between(noise[2], 2 * config.shift), sine, cosine,
                               between(noise[3], 2 * config.shift)})
      matrices.push_back(static_cast<float>(value));
  }
  const at::Tensor theta = at::tensor(matrices).view({images.size(0), 2, 3}).to(images.device());
  constexpr std::int64_t bilinear = 0, border = 1;
  return at::grid_sampler(images, at::affine_grid_generator(theta, images.sizes(), false), bilinear,
                          border, /*align_corners=*/false);
}

}  // namespace raygen::engine
