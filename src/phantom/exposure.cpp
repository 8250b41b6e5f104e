#include "phantom/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

namespace raygen::engine::phantom {

namespace {

constexpr float kAttenuation = 0.19F;  // of soft tissue, 1/cm
constexpr float kLungDensity = 0.3F;   // of an aerated lung, soft tissue being 1

constexpr float kAirOfLung = 1 - kLungDensity;

/// Path through soft tissue of the same attenuation.
Plane path_lengths(const Scene& scene) {
  Plane path(scene.frame.size);
  for (std::size_t i = 0; i < path.values.size(); ++i) {
    const float air = scene.air.values[i], rim = std::max(0.0F, scene.cavity.values[i] - air);
    const float aerated = (air - scene.vessels.values[i]) * kAirOfLung * (1 - scene.fill.values[i]);
    path.values[i] = std::max(0.0F, scene.tissue.values[i] - aerated - rim) + scene.bone.values[i];
  }
  return path;
}

constexpr int kCoarse = 64;  // a grid that is fine enough for what is wide

/// A wide Gaussian of `source` (sigma in cm) is computed on the coarse grid; the plane becomes
/// f(value, blurred).
template <typename Function>
void combine_with_blurred(Plane& plane, const Plane& source, float sigma, float pixels_per_cm,
                          Function f) {
  const int factor = plane.size / kCoarse;
  const float per_pixel = 1 / static_cast<float>(factor);
  const Plane coarse = blur(shrink(source, factor), sigma * pixels_per_cm * per_pixel);
  for (int row = 0; row < plane.size; ++row) {
    for (int column = 0; column < plane.size; ++column) {
      const float x = (static_cast<float>(column) + 0.5F) * per_pixel - 0.5F,
                  y = (static_cast<float>(row) + 0.5F) * per_pixel - 0.5F;
      plane.at(column, row) = f(plane.at(column, row), sample(coarse, x, y));
    }
  }
}

struct Technique {
  float scatter;  // scattered radiation, as a share of what passes around
  float lessen;   // how much of the wide differences the display takes away
  float lung_shade, thick_shade;
};

/// Log attenuation as a detector with scatter measures it, wide differences lessened.
Plane detect(const Plane& path, float pixels_per_cm, const Technique& technique) {
  Plane image = path, scattering(path.size);
  for (std::size_t i = 0; i < image.values.size(); ++i) {
    image.values[i] = std::exp(-kAttenuation * image.values[i]);
    scattering.values[i] =
        std::min(image.values[i], 0.2F);  // what passes beside the patient is not scattered
  }
  combine_with_blurred(image, scattering, 2.5F, pixels_per_cm, [&](float primary, float around) {
    return -std::log(primary + technique.scatter * around);
  });
  const Plane measured = image;
  combine_with_blurred(image, measured, 3.2F, pixels_per_cm, [&](float value, float around) {
    return value - technique.lessen * std::max(around, 1.0F);
  });
  return image;
}

/// The display's window, set by lungs and mediastinum as they would be in health: a disease must
/// not change the picture elsewhere.
void display(Plane& image, const Scene& scene, const Technique& technique) {
  const int factor = image.size / kCoarse;
  const Plane tissue = shrink(scene.tissue, factor), air = shrink(scene.cavity, factor);
  Plane path = tissue;
  for (std::size_t i = 0; i < path.values.size(); ++i)
    path.values[i] = std::max(0.0F, path.values[i] - kAirOfLung * air.values[i]);
  const Plane health =
      detect(path, scene.frame.pixels_per_cm / static_cast<float>(factor), technique);
  float lung = 0, lung_area = 1, thick = 0, thick_area = 1;
  for (std::size_t i = 0; i < health.values.size(); ++i) {
    if (air.values[i] > 6) {
      lung += health.values[i];
      ++lung_area;
    } else if (tissue.values[i] > 17 && air.values[i] <= 0) {
      thick += health.values[i];
      ++thick_area;
    }
  }
  const float dark = lung / lung_area, bright = thick / thick_area;
  const float contrast =
      (technique.thick_shade - technique.lung_shade) / std::max(bright - dark, 0.3F);
  for (float& value : image.values) {
    // Shoulders of the curve: no hard white, no hard black.
    constexpr float upper = 0.75F, lower = 0.15F, above = 0.24F, under = 0.12F;
    const float shade = technique.lung_shade + contrast * (value - dark);
    value = shade > upper   ? upper + above * std::tanh((shade - upper) / above)
            : shade < lower ? lower - under * std::tanh((lower - shade) / under)
                            : shade;
  }
}

/// The technologist's letter on the patient's side, as lead shows it.
void stamp_marker(Plane& image, Stream& random) {
  // Strokes on a cell of 1 × 1.6.
  constexpr std::array<Point, 3> letter_l{{{0, 0}, {0, 1.6F}, {0.9F, 1.6F}}};
  constexpr std::array<Point, 8> letter_r{
      {{0, 1.6F}, {0, 0}, {0.7F, 0}, {1, 0.2F}, {1, 0.6F}, {0.7F, 0.8F}, {0.1F, 0.8F}, {1, 1.6F}}};
  if (random.chance(0.3F)) return;
  const bool left = random.chance(0.5F);
  const Frame page{.size = image.size,
                   .pixels_per_cm = static_cast<float>(image.size),
                   .cosine = 1,
                   .sine = 0,
                   .shift = {}};
  const Point corner{left ? random.between(0.37F, 0.42F) : random.between(-0.47F, -0.43F),
                     random.between(-0.46F, -0.34F)};
  const float height = random.between(0.045F, 0.06F), tilt = random.between(-0.12F, 0.12F);
  std::vector<TubeNode> strokes;
  for (const Point& at : left ? std::span<const Point>(letter_l) : std::span<const Point>(letter_r))
    strokes.push_back(
        {{corner.x + height * (at.x - tilt * at.y), corner.y + height * (at.y + tilt * at.x)},
         0.14F * height,
         4});
  Plane lead(image.size);
  TubeBrush(page).add(strokes, lead);
  for (std::size_t i = 0; i < image.values.size(); ++i)
    image.values[i] = std::max(image.values[i], std::min(0.95F, lead.values[i]));
}

}  // namespace

std::vector<float> expose(const Scene& scene, int size) {
  Stream random(scene.seed, scene.index, Stream::Purpose::exposure);
  const bool ap = scene.anatomy.view == View::ap;
  const Technique technique{.scatter = random.between(0.35F, 0.6F) + (ap ? 0.1F : 0.0F),
                            .lessen = random.between(0.22F, 0.38F),
                            .lung_shade = random.between(0.30F, 0.42F),
                            .thick_shade = random.between(0.80F, 0.88F)};
  Plane image = detect(path_lengths(scene), scene.frame.pixels_per_cm, technique);
  display(image, scene, technique);
  stamp_marker(image, random);
  image = shrink(image, scene.frame.size / size);
  image = blur(image, std::max(0.5F, 0.05F * scene.frame.pixels_per_cm));
  Stream noise(scene.seed, scene.index, Stream::Purpose::noise);
  for (float& value : image.values) value = std::clamp(value + 0.009F * noise.normal(), 0.0F, 1.0F);
  return std::move(image.values);
}

}  // namespace raygen::engine::phantom
