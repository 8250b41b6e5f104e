#include "phantom/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace raygen::engine::phantom {

namespace {

Stream stream_of(const Scene& scene, Finding finding, std::uint32_t part = 0) {
  return Stream(scene.seed, scene.index, Stream::Purpose::finding,
                static_cast<std::uint32_t>(finding) << 4 | part);
}

/// 0 mild, 1 severe, with some play.
float grade(const PhantomFinding& finding, Stream& random) {
  return std::clamp(0.5F * static_cast<float>(finding.severity) + random.between(-0.12F, 0.12F),
                    0.0F, 1.0F);
}

bool affects(const PhantomFinding& finding, float x) {
  return finding.side == Side::both || finding.side == (x > 0 ? Side::left : Side::right);
}

std::vector<Side> sides_of(const PhantomFinding& finding) {
  if (finding.side == Side::both) return {Side::right, Side::left};
  return {finding.side};
}

/// Calls paint(point, column, row) wherever the affected side's lung holds air.
template <typename Paint>
void over_lung(Scene& scene, const PhantomFinding& finding, Paint paint) {
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      if (scene.air.at(column, row) <= 0) continue;
      const Point p = scene.frame.patient(column, row);
      if (affects(finding, p.x)) paint(p, column, row);
    }
  }
}

float height_of(Zone zone) {
  return zone == Zone::upper ? 0.3F : zone == Zone::mid ? 0.56F : 0.83F;
}

float blob(Point p, Point centre, float rx, float ry) {
  const float x = (p.x - centre.x) / rx, y = (p.y - centre.y) / ry;
  return std::exp(-(x * x + y * y));
}

/// By how much an atelectasis raises the diaphragm, cm.
float diaphragm_raise(const Scene& scene, const PhantomFinding& finding) {
  Stream random = stream_of(scene, finding.finding);
  return 1.3F + 1.3F * grade(finding, random);
}

/// The lungs with their diaphragms where they were before the atelectasis.
Anatomy with_low_diaphragm(const Scene& scene, const PhantomFinding& finding) {
  Anatomy anatomy = scene.anatomy;
  for (const Side side : sides_of(finding))
    anatomy.lung[index_of(side)].dome.y += diaphragm_raise(scene, finding);
  return anatomy;
}

// Plates of airless lung above a raised diaphragm. The mask holds both.
Plane draw_atelectasis(Scene& scene, const PhantomFinding& finding) {
  Plane plates(scene.frame.size);
  Stream random = stream_of(scene, finding.finding, 1);
  const float severity = grade(finding, random);
  for (const Side side : sides_of(finding)) {
    const int count = 2 + (severity > 0.4F) + (severity > 0.8F);
    for (int i = 0; i < count; ++i) {
      const float v = 0.93F - 0.12F * static_cast<float>(i) + random.between(-0.02F, 0.02F),
                  tilt = random.between(-0.6F, 1.1F);
      const Point inner = scene.anatomy.in_lung(side, random.between(0.0F, 0.4F), v),
                  outer = scene.anatomy.in_lung(side, random.between(0.72F, 0.97F), v);
      const float bow = random.between(-0.3F, 0.3F),
                  thickness = random.between(0.38F, 0.5F) + 0.18F * severity;
      std::vector<TubeNode> nodes;
      for (int step = 0; step <= 8; ++step) {
        const float t = static_cast<float>(step) / 8;
        const float taper = 0.55F + 0.45F * std::sin(pi * t);
        nodes.push_back({{inner.x + t * (outer.x - inner.x),
                          inner.y + tilt * (t - 0.5F) * 2 + bow * std::sin(pi * t)},
                         thickness * taper,
                         taper});
      }
      scene.brush.add(nodes, plates);
    }
  }
  over_lung(scene, finding, [&](Point, int column, int row) {
    float& plate = plates.at(column, row);
    plate = std::min(plate, 1.0F);
    scene.fill_in(column, row, (0.52F + 0.2F * severity) * plate);
  });
  const Anatomy before = with_low_diaphragm(scene, finding);
  constexpr float lost_air = 2;  // cm, of some 15
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      const float air = scene.air.at(column, row);
      float& covered = plates.at(column, row);
      covered = (air > 0.5F && covered > 0.3F) ||
                before.lung_air(scene.frame.patient(column, row)) > air + lost_air;
    }
  }
  return plates;
}

Plane draw_heart_mask(Scene& scene) {
  Plane coverage(scene.frame.size);
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      const Point p = scene.frame.patient(column, row);
      for (int part = 0; part < kHeartChambers; ++part)
        if (scene.anatomy.heart[static_cast<std::size_t>(part)].chord(p) > 0)
          coverage.at(column, row) = 1;
    }
  }
  return coverage;
}

// A lobe without air, a straight fissure at its border, bronchi still open in it.
Plane draw_consolidation(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size), bronchi(scene.frame.size);
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random), sign = sign_of(finding.side);
  const Point centre = scene.anatomy.in_lung(finding.side, 0.55F, height_of(finding.zone));
  const float reach = 2.8F + 1.2F * severity, slope = random.between(-0.1F, 0.15F);
  // An upper lobe ends below at its fissure, the others begin at it.
  const float below = finding.zone == Zone::upper ? 1.0F : -1.0F;
  const float fissure = centre.y + below * 0.6F * reach;
  for (int i = 0; i < 2; ++i) {
    const float heading =
        -below * (0.15F + 0.5F * static_cast<float>(i)) + random.between(-0.1F, 0.1F);
    const Point from{centre.x - sign * 0.9F * reach, centre.y + 0.25F * below * reach};
    std::vector<TubeNode> bronchus;
    for (int step = 0; step <= 6; ++step) {
      const float t = static_cast<float>(step) / 6,
                  along = (1.2F + 0.3F * static_cast<float>(i)) * reach * t,
                  turn = heading * (1 + 0.4F * t);
      bronchus.push_back({{from.x + sign * along * std::cos(turn), from.y + along * std::sin(turn)},
                          0.26F * (1 - 0.6F * t),
                          1 - 0.7F * t});
    }
    scene.brush.add(bronchus, bronchi);
  }
  over_lung(scene, finding, [&](Point p, int column, int row) {
    const float x = (p.x - centre.x) / (1.9F * reach), y = (p.y - centre.y) / (1.35F * reach);
    const float past = below * (p.y - fissure - slope * sign * (p.x - centre.x));
    const float lobe =
        smoothstep(1.05F, 0.45F, std::sqrt(x * x + y * y)) * smoothstep(0.15F, -0.15F, past);
    coverage.at(column, row) = lobe > 0.4F;
    scene.fill_in(
        column, row,
        (0.74F + 0.2F * severity) * lobe * (1 - 0.22F * std::min(1.0F, bronchi.at(column, row))));
  });
  return coverage;
}

// Bat wings around the hila.
Plane draw_edema(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size);
  Stream random = stream_of(scene, finding.finding, 1);
  const float severity = grade(finding, random);
  const float width = random.between(5.2F, 6.0F) + 0.8F * severity,
              height = random.between(6.0F, 7.0F) + severity;
  over_lung(scene, finding, [&](Point p, int column, int row) {
    const Point hilum = scene.anatomy.hilum[p.x > 0];
    const float x = (std::abs(p.x) - std::abs(hilum.x) - 0.8F) / width,
                y = (p.y - hilum.y - 1.8F) / height;
    const float wing = std::exp(-std::pow(x * x + y * y, 1.6F));
    const float flake =
        0.85F + 0.15F * std::sin(1.9F * p.x + 1.3F * p.y) * std::sin(1.7F * p.y - 0.8F * p.x);
    coverage.at(column, row) = wing > 0.4F;
    scene.fill_in(column, row, (0.5F + 0.22F * severity) * wing * flake);
  });
  return coverage;
}

Plane draw_fracture_mask(Scene& scene) {
  Plane coverage(scene.frame.size);
  const RibBreak& broken = *scene.rib_break;
  for (int rib = broken.first; rib < broken.first + broken.count; ++rib) {
    const Point at = rib_point(scene.anatomy, broken.side, rib, broken.angle).at;
    const std::array<TubeNode, 2> around{TubeNode{{at.x, at.y}, 1.3F, 1},
                                         TubeNode{{at.x, at.y + broken.step}, 1.3F, 1}};
    scene.brush.add(around, coverage);
  }
  for (float& value : coverage.values) value = value > 0;
  return coverage;
}

Plane draw_lesion(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size);
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random), radius = 1.15F + 1.25F * severity;
  const Point centre =
      scene.anatomy.in_lung(finding.side, random.between(0.4F, 0.66F),
                            height_of(finding.zone) + random.between(-0.06F, 0.06F));
  over_lung(scene, finding, [&](Point p, int column, int row) {
    const float q = std::hypot(p.x - centre.x, p.y - centre.y) / radius;
    if (q >= 1) return;
    coverage.at(column, row) = 1;
    scene.tissue.at(column, row) += (4.2F + 2.8F * severity) * std::sqrt(1 - q * q);
  });
  return coverage;
}

Plane draw_opacity(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size);
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random);
  const Point centre =
      scene.anatomy.in_lung(finding.side, random.between(0.45F, 0.6F), height_of(finding.zone));
  const float rx = random.between(4.2F, 5.0F), ry = random.between(3.6F, 4.2F) + 0.6F * severity;
  over_lung(scene, finding, [&](Point p, int column, int row) {
    const float haze = blob(p, centre, rx, ry);
    coverage.at(column, row) = haze > 0.4F;
    scene.fill_in(column, row, (0.38F + 0.14F * severity) * haze);
  });
  return coverage;
}

// Fluid that stands higher at the side: a meniscus.
Plane draw_effusion(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size);
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random);
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      const float air = scene.cavity.at(column, row);
      const Point p = scene.frame.patient(column, row);
      if (air <= 0 || !affects(finding, p.x)) continue;
      const Cavity& chest = scene.anatomy.cavity[p.x > 0];
      const float full = chest.dome.y + 1.5F - chest.apex.y;
      const float x = std::abs(p.x) / chest.lateral(p.y);
      const float level = chest.dome.y + 1.5F - full * (0.02F + 0.4F * severity) -
                          full * (0.2F + 0.06F * severity) * x * x * x * x * x;
      const float fluid = smoothstep(-0.5F, 0.9F, p.y - level);
      coverage.at(column, row) = fluid > 0.5F && air > 0.3F;
      scene.fill_in(column, row, 0.97F * fluid);
      // Fluid also fills what a collapsed lung has left empty.
      scene.tissue.at(column, row) += fluid * std::max(0.0F, air - scene.air.at(column, row));
    }
  }
  return coverage;
}

// Many small fluffy patches of one lobe.
Plane draw_pneumonia(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size);
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random);
  const Point centre =
      scene.anatomy.in_lung(finding.side, random.between(0.42F, 0.55F), height_of(finding.zone));
  struct Patch {
    Point at;
    float radius, share;
  };
  std::vector<Patch> patches;
  const int count = 9 + static_cast<int>(7 * severity);
  for (int i = 0; i < count; ++i) {
    const float turn = 2.4F * static_cast<float>(i) + random.between(-0.8F, 0.8F),
                away = std::sqrt((static_cast<float>(i) + 0.5F) / static_cast<float>(count)) *
                       (3.1F + 0.9F * severity);
    patches.push_back({{centre.x + away * std::cos(turn), centre.y + 0.9F * away * std::sin(turn)},
                       random.between(0.6F, 1.25F),
                       random.between(0.3F, 0.62F) + 0.12F * severity});
  }
  over_lung(scene, finding, [&](Point p, int column, int row) {
    float clear = 1;
    for (const Patch& patch : patches)
      clear *= 1 - std::min(0.9F, patch.share) * blob(p, patch.at, patch.radius, patch.radius);
    coverage.at(column, row) = clear < 0.75F;
    scene.fill_in(column, row, 1 - clear);
  });
  return coverage;
}

// Air around a lung that has shrunk and become denser.
Plane draw_pneumothorax(Scene& scene, const PhantomFinding& finding) {
  Plane coverage(scene.frame.size);
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random), sign = sign_of(finding.side);
  const Cavity& lung = scene.anatomy.lung[index_of(finding.side)];
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      if (sign * scene.frame.patient(column, row).x <= 0) continue;
      coverage.at(column, row) = scene.cavity.at(column, row) - scene.air.at(column, row) > 1.5F;
      scene.fill_in(column, row, 0.1F + 0.16F * severity);
    }
  }
  // The visceral pleura, seen edge-on.
  std::vector<TubeNode> pleura;
  for (int i = 0; i <= 40; ++i) {
    const float t = static_cast<float>(i) / 40,
                y = lung.apex.y + t * t * (lung.dome.y - lung.apex.y);
    pleura.push_back({{sign * lung.lateral(y), y}, 0.14F, 1.6F});
  }
  scene.brush.add(pleura, scene.tissue);
  return coverage;
}

}  // namespace

void deform(Scene& scene, const PhantomFinding& finding) {
  Stream random = stream_of(scene, finding.finding);
  const float severity = grade(finding, random);
  Anatomy& anatomy = scene.anatomy;
  switch (finding.finding) {
    case Finding::cardiomegaly:
      anatomy.set_heart(0.57F + 0.12F * severity);
      break;
    case Finding::edema:
      scene.engorgement = 1.45F + 0.4F * severity;
      break;
    case Finding::atelectasis:
      for (const Side side : sides_of(finding)) {
        const float raise = diaphragm_raise(scene, finding);
        anatomy.cavity[index_of(side)].dome.y -= raise;
        anatomy.lung[index_of(side)].dome.y -= raise;
        if (side == Side::left) anatomy.bubble.centre.y -= raise;
      }
      break;
    case Finding::fracture: {
      const int zone_start = finding.zone == Zone::upper ? 2 : finding.zone == Zone::mid ? 4 : 6;
      scene.rib_break = RibBreak{finding.side, zone_start + random.below(2),
                                 finding.severity == Severity::mild ? 1 : 2,
                                 random.between(0.75F, 0.92F), 1.5F + 0.4F * severity};
      break;
    }
    case Finding::pneumothorax: {
      Cavity& lung = anatomy.lung[index_of(finding.side)];
      const float gap = 2.2F + 3.0F * severity;
      lung.apex.y += 1.6F * gap;
      lung.apex.x -= 0.2F * gap;
      lung.width -= gap;
      break;
    }
    default:
      break;
  }
}

Plane draw_finding(Scene& scene, const PhantomFinding& finding) {
  switch (finding.finding) {
    case Finding::atelectasis:
      return draw_atelectasis(scene, finding);
    case Finding::cardiomegaly:
      return draw_heart_mask(scene);
    case Finding::consolidation:
      return draw_consolidation(scene, finding);
    case Finding::edema:
      return draw_edema(scene, finding);
    case Finding::fracture:
      return draw_fracture_mask(scene);
    case Finding::lung_lesion:
      return draw_lesion(scene, finding);
    case Finding::lung_opacity:
      return draw_opacity(scene, finding);
    case Finding::pleural_effusion:
      return draw_effusion(scene, finding);
    case Finding::pneumonia:
      return draw_pneumonia(scene, finding);
    case Finding::pneumothorax:
      return draw_pneumothorax(scene, finding);
  }
  fail(Status::internal, "finding {} has no drawing", static_cast<int>(finding.finding));
}

}  // namespace raygen::engine::phantom
