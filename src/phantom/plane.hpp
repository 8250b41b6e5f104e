#pragma once
// Planes of line integrals, the patient's place in them, and the tubes that ribs and vessels are
// made of. Lengths are in cm.

#include <span>
#include <vector>

namespace raygen::engine::phantom {

struct Point {
  float x = 0, y = 0;  // x towards the patient's left (the image's right), y down
};

struct Plane {
  explicit Plane(int side, float value = 0)
      : size(side),
        values(static_cast<std::size_t>(side) * static_cast<std::size_t>(side), value) {}
  float& at(int column, int row) {
    return values[static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
                  static_cast<std::size_t>(column)];
  }
  float at(int column, int row) const { return const_cast<Plane&>(*this).at(column, row); }

  int size;
  std::vector<float> values;
};

/// The mean of blocks of factor × factor.
Plane shrink(const Plane& plane, int factor);
/// Gaussian, edges repeated.
Plane blur(const Plane& plane, float sigma);
/// Bilinear value at a place given in pixels; edges repeated.
float sample(const Plane& plane, float column, float row);

/// Where the patient is in the image.
struct Frame {
  int size = 0;
  float pixels_per_cm = 1, cosine = 1, sine = 0;
  Point shift;  // of the patient, cm

  Point patient(int column, int row) const;
  Point pixel(Point patient) const;
};

/// A point of a tube's axis: half-width and the path length of a ray through the axis.
struct TubeNode {
  Point at;
  float radius, chord;
};

/// Adds tubes to planes: the nodes' hulls, each pixel once.
class TubeBrush {
 public:
  explicit TubeBrush(const Frame& frame) : frame_(frame), scratch_(frame.size) {}
  /// `marrow` is the share of the chord that is missing in the tube's core (0: solid).
  void add(std::span<const TubeNode> nodes, Plane& plane, float marrow = 0);

 private:
  const Frame& frame_;
  Plane scratch_;
};

/// 0 below `low`, 1 above `high`, smooth between.
inline float smoothstep(float low, float high, float value) {
  float t = (value - low) / (high - low);
  t = t < 0 ? 0 : t > 1 ? 1 : t;
  return t * t * (3 - 2 * t);
}

}  // namespace raygen::engine::phantom
