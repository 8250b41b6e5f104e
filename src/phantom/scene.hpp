#pragma once
// One phantom while it is drawn: planes of path lengths at twice the image's resolution.

#include "phantom/anatomy.hpp"
#include "phantom/plane.hpp"

#include <numbers>
#include <optional>
#include <vector>

namespace raygen::engine::phantom {

constexpr float pi = std::numbers::pi_v<float>;

/// Ribs broken at their side: rib `first` and the `count` - 1 below it.
struct RibBreak {
  Side side;
  int first, count;
  float angle;  // along the rib's ring, 0 at the spine, π/2 at the side
  float step;   // displacement of the front fragment, cm
};

struct Scene {
  std::uint64_t seed, index;
  Anatomy anatomy;
  Frame frame;
  TubeBrush brush;
  Plane cavity, air;      // air in the thoracic cavity and in the lungs
  Plane vessels;          // blood in place of the lungs' air
  Plane fill;             // share of the lungs' air that a disease has filled, 0..1
  Plane tissue;           // other soft tissue that is added
  Plane bone;             // bone, as soft tissue of the same attenuation beyond the one it replaces
  float engorgement = 1;  // vessels' calibre
  std::optional<RibBreak> rib_break;

  Scene(std::uint64_t seed_, std::uint64_t index_, const Anatomy& anatomy_, const Frame& frame_)
      : seed(seed_),
        index(index_),
        anatomy(anatomy_),
        frame(frame_),
        brush(frame),
        cavity(frame.size),
        air(frame.size),
        vessels(frame.size),
        fill(frame.size),
        tissue(frame.size),
        bone(frame.size) {}
  Scene(const Scene&) = delete;
  Scene& operator=(const Scene&) = delete;

  /// Fills `share` of what air is left.
  void fill_in(int column, int row, float share) {
    float& filled = fill.at(column, row);
    filled += (1 - filled) * share;
  }
};

/// Changes of the anatomy that must be there before anything is drawn.
void deform(Scene& scene, const PhantomFinding& finding);
/// Draws the finding into the lungs; 0..1, where it is.
Plane draw_finding(Scene& scene, const PhantomFinding& finding);

void draw_lungs(Scene& scene);
void draw_vessels(Scene& scene);
void draw_skeleton(Scene& scene);

/// Where a rib is, at an angle of its ring.
struct RibPoint {
  Point at;
  float stretch;  // how much longer than its thickness a ray's way through it is
};
RibPoint rib_point(const Anatomy& anatomy, Side side, int rib, float angle);
inline constexpr int kRibs = 10;

/// Path lengths to the displayed image: exponential attenuation, scatter, the detector's blur and
/// noise, the display's curve.
std::vector<float> expose(const Scene& scene, int size);

/// How the patient stands in an image of `size` pixels a side.
Frame pose(std::uint64_t seed, std::uint64_t index, int size);

/// Findings drawn by lot, their sides and zones not in each other's way.
std::vector<PhantomFinding> choose_findings(std::uint64_t seed, std::uint64_t index);

}  // namespace raygen::engine::phantom
