#pragma once
// The thorax as parameters, in cm from the image's centre, and the path of a ray through its soft
// parts.

#include "phantom/phantom.hpp"
#include "phantom/plane.hpp"
#include "phantom/stream.hpp"

#include <array>

namespace raygen::engine::phantom {

/// An ellipsoid seen from the front: a chord of 2 × depth in its middle.
struct Ellipsoid {
  Point centre;
  float a = 1, b = 1, depth = 1, cosine = 1, sine = 0;
  float chord(Point p) const;
};

/// One side of the thoracic cavity, in coordinates where x is the distance from the midline.
struct Cavity {
  Point apex;
  float width, widest_y, half_depth;
  Point dome;  // the diaphragm's top
  float dome_curve;

  float lateral(float y) const;
  float dome_at(float x) const;
  /// Air along the ray, were there no mediastinum.
  float chord(float x, float y) const;
};

inline constexpr int kHeartChambers = 3;

struct Anatomy {
  View view;
  int age;
  char sex;
  float habitus;                 // -1 slim … 1 heavy
  std::array<Cavity, 2> cavity;  // right, left
  std::array<Cavity, 2>
      lung;  // inside of the cavity; equal to it unless a pneumothorax pulls it in
  /// The first kHeartChambers are the heart's own.
  std::array<Ellipsoid, 6>
      heart;  // ventricles, right atrium, auricle, pulmonary trunk, aortic knob, ascending aorta
  std::array<Ellipsoid, 2> breast;
  std::array<Point, 2> hilum;
  float pedicle;  // half-width of the vascular pedicle
  float wall;     // thickness of the chest wall at the side
  float neck, arm_spread;
  float spine_bend;
  float rib_spacing;  // also the vertebrae's
  Ellipsoid bubble;   // gas in the stomach

  Anatomy(std::uint64_t seed, std::uint64_t index);
  /// Heart of this cardiothoracic ratio.
  void set_heart(float ratio);
  float midline(float y) const;

  float body(Point p) const;
  float mediastinum(Point p) const;
  float trachea(Point p) const;
  /// Air in the lung of the side that the point is on.
  float lung_air(Point p) const;
  /// The part of a lung seen beside heart and mediastinum: u 0 medial … 1 lateral, v 0 apex … 1
  /// diaphragm.
  Point in_lung(Side side, float u, float v) const;
};

/// -1 for the patient's right, 1 for the left.
inline float sign_of(Side side) { return side == Side::left ? 1.0F : -1.0F; }
inline std::size_t index_of(Side side) { return side == Side::left ? 1 : 0; }

}  // namespace raygen::engine::phantom
