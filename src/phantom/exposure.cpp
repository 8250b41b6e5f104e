#include "phantom/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace raygen::engine::phantom {

namespace {

constexpr float kAttenuation = 0.19F;  // of soft tissue, 1/cm
constexpr float kLungDensity = 0.26F;  // of an aerated lung, soft tissue being 1

/// Path through soft tissue of the same attenuation.
Plane path_lengths(const Scene& scene) {
  Plane path(scene.frame.size);
  for (std::size_t i = 0; i < path.values.size(); ++i) {
    const float air = scene.air.values[i], rim = std::max(0.0F, scene.cavity.values[i] - air);
    const float aerated = (air - scene.vessels.values[i]) * (1 - kLungDensity) * (1 - scene.fill.values[i]);
    path.values[i] = std::max(0.0F, scene.tissue.values[i] - aerated - rim) + scene.bone.values[i];
  }
  return path;
}

/// A wide Gaussian (sigma in cm), cheap because it is computed on a coarse grid: the plane itself becomes f(value, blurred).
template <typename Function>
void combine_with_blurred(Plane& plane, const Plane& source, float sigma, const Frame& frame, Function f) {
  const int factor = plane.size / 64;
  const float per_pixel = 1 / static_cast<float>(factor);
  const Plane coarse = blur(shrink(source, factor), sigma * frame.pixels_per_cm * per_pixel);
  for (int row = 0; row < plane.size; ++row) {
    for (int column = 0; column < plane.size; ++column) {
      const float x = (static_cast<float>(column) + 0.5F) * per_pixel - 0.5F, y = (static_cast<float>(row) + 0.5F) * per_pixel - 0.5F;
      plane.at(column, row) = f(plane.at(column, row), sample(coarse, x, y));
    }
  }
}

/// Log attenuation as a detector with scatter measures it.
Plane detect(const Scene& scene, float scatter) {
  Plane image = path_lengths(scene), scattering(image.size);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = std::exp(-kAttenuation * image.values[i]);
    scattering.values[i] = std::min(image.values[i], 0.2F);  // what passes beside the patient is not scattered
  }
  combine_with_blurred(image, scattering, 2.5F, scene.frame,
                       [&](float primary, float around) { return -std::log(primary + scatter * around); });
  return image;
}

/// What a display's processing does: the window is set by the lungs and the mediastinum, wide differences are lessened, details raised.
void process(Plane& image, const Scene& scene, Stream& random) {
  const Plane raw = image;
  const float lessen = random.between(0.22F, 0.38F);
  combine_with_blurred(image, raw, 3.2F, scene.frame, [&](float value, float around) { return value - lessen * std::max(around, 1.0F); });
  double lung = 0, lung_weight = 0, thick = 0, thick_weight = 0;
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    const float aerated = scene.air.values[i] * (1 - scene.fill.values[i]);
    if (aerated > 6) {
      lung += image.values[i];
      ++lung_weight;
    } else if (scene.tissue.values[i] > 17 && aerated <= 0) {
      thick += image.values[i];
      ++thick_weight;
    }
  }
  const float dark = static_cast<float>(lung / std::max(lung_weight, 1.0)),
              bright = static_cast<float>(thick / std::max(thick_weight, 1.0));
  const float lung_shade = random.between(0.30F, 0.42F), thick_shade = random.between(0.80F, 0.88F);
  const float contrast = (thick_shade - lung_shade) / std::max(bright - dark, 0.3F);
  for (float& value : image.values) {
    const float shade = lung_shade + contrast * (value - dark);
    // Shoulders of the curve: no hard white, no hard black.
    value = shade > 0.75F   ? 0.75F + 0.24F * std::tanh((shade - 0.75F) / 0.24F)
            : shade < 0.15F ? 0.15F - 0.12F * std::tanh((0.15F - shade) / 0.12F)
                            : shade;
  }
}

/// The technologist's letter at the patient's side, as lead shows it.
void stamp_marker(Plane& image, Stream& random, const Frame& frame) {
  constexpr std::array<std::array<unsigned char, 7>, 2> letters{
      {{0x1E, 0x11, 0x11, 0x1E, 0x14, 0x12, 0x11}, {0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x1F}}};
  const bool left = random.chance(0.5F);
  const float cell = random.between(0.012F, 0.016F) * static_cast<float>(image.size);
  const float x = (left ? random.between(0.86F, 0.92F) : random.between(0.03F, 0.07F)) * static_cast<float>(image.size);
  const float y = random.between(0.03F, 0.16F) * static_cast<float>(image.size);
  const bool shown = random.chance(0.7F);
  static_cast<void>(frame);
  if (!shown) return;
  for (int row = 0; row < image.size; ++row) {
    for (int column = 0; column < image.size; ++column) {
      const int i = static_cast<int>(std::floor((static_cast<float>(column) - x) / cell)),
                j = static_cast<int>(std::floor((static_cast<float>(row) - y) / cell));
      if (i < 0 || i > 4 || j < 0 || j > 6) continue;
      if (letters[left][static_cast<std::size_t>(j)] >> (4 - i) & 1) image.at(column, row) = 0.95F;
    }
  }
}

}  // namespace

std::vector<float> expose(const Scene& scene, int size) {
  Stream random(scene.seed, scene.index, Stream::Purpose::exposure);
  const float scatter = random.between(0.35F, 0.6F) + (scene.anatomy.view == View::ap ? 0.1F : 0.0F);
  Plane image = detect(scene, scatter);
  process(image, scene, random);
  stamp_marker(image, random, scene.frame);
  image = shrink(image, scene.frame.size / size);
  image = blur(image, std::max(0.5F, 0.05F * scene.frame.pixels_per_cm));
  Stream noise(scene.seed, scene.index, Stream::Purpose::noise);
  for (float& value : image.values) value = std::clamp(value + 0.009F * noise.normal(), 0.0F, 1.0F);
  return std::move(image.values);
}

}  // namespace raygen::engine::phantom
