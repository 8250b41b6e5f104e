#include "phantom/scene.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace raygen::engine::phantom {

namespace {}

// A rib is a tilted elliptical ring: level at the spine, falling towards its front end.
RibPoint rib_point(const Anatomy& anatomy, Side side, int rib, float angle) {
  const Cavity& chest = anatomy.cavity[index_of(side)];
  const float number = static_cast<float>(rib);
  const float origin = chest.apex.y + 0.6F + anatomy.rib_spacing * number;
  const float drop = 4.0F + 1.25F * std::min(number, 5.0F);
  const float width = chest.lateral(origin + 0.5F * drop) + 0.15F - 1.6F, depth = chest.half_depth;
  const float sine = std::sin(angle), cosine = std::cos(angle);
  const float y = origin + 0.5F * drop * (1 - cosine) - 0.5F * std::sin(2 * angle);
  const float seen = std::hypot(width * cosine, 0.5F * drop * sine - std::cos(2 * angle)),
              hidden = depth * sine;
  return {{sign_of(side) * (1.6F + width * sine), y},
          std::min(1.65F, std::sqrt(1 + hidden * hidden / std::max(seen * seen, 1.0F)))};
}

namespace {

void draw_rib(Scene& scene, Side side, int rib) {
  const float front_end = rib == 0  ? 2.6F
                          : rib < 7 ? 2.35F
                                    : 2.1F - 0.15F * static_cast<float>(rib - 7);
  const std::optional<RibBreak>& broken = scene.rib_break;
  const bool breaks =
      broken && broken->side == side && rib >= broken->first && rib < broken->first + broken->count;
  std::vector<TubeNode> back, front;
  constexpr int pieces = 36;
  for (int i = 0; i <= pieces; ++i) {
    const float angle = front_end * static_cast<float>(i) / pieces;
    RibPoint point = rib_point(scene.anatomy, side, rib, angle);
    const bool loose = breaks && angle > broken->angle;
    if (loose)
      point.at.y +=
          broken->step * (1 - 0.5F * (angle - broken->angle) / (front_end - broken->angle));
    if (breaks && std::abs(angle - broken->angle) < 0.05F) continue;
    const float calibre = 0.62F - 0.12F * std::max(0.0F, static_cast<float>(rib - 7)) / 3;
    const bool behind = angle <= 0.5F * pi;
    const float chord = (behind ? 1.35F : 1.0F) * point.stretch *
                        (behind ? 1.0F : 1 - 0.5F * (angle - 0.5F * pi) / (front_end - 0.5F * pi));
    const TubeNode node{point.at, calibre, chord};
    if (breaks && loose && !back.empty() && front.empty() && behind) {
      scene.brush.add(back, scene.bone, 0.45F);
      back.clear();
    }
    if (behind) back.push_back(node);
    if (angle >= 0.5F * pi - front_end / pieces) front.push_back(node);
  }
  scene.brush.add(back, scene.bone, 0.45F);
  scene.brush.add(front, scene.bone, 0.45F);
  if (breaks) {  // both fragments' ends are dense: impacted bone and callus
    for (const float direction : {-1.0F, 1.0F}) {
      std::vector<TubeNode> end;
      for (int i = 0; i <= 4; ++i) {
        Point at = rib_point(scene.anatomy, side, rib,
                             broken->angle + direction * (0.02F + 0.045F * static_cast<float>(i)))
                       .at;
        if (direction > 0) at.y += broken->step;
        end.push_back({at, 0.66F, 3.4F - 0.35F * static_cast<float>(i)});
      }
      scene.brush.add(end, scene.bone);
    }
  }
}

void draw_shoulder(Scene& scene, Side side, Stream& random) {
  const Anatomy& anatomy = scene.anatomy;
  const float sign = sign_of(side), top = anatomy.cavity[0].apex.y,
              ap = anatomy.view == View::ap ? 1.0F : 0.0F;
  const float lift = random.between(-0.4F, 0.4F);
  // Clavicle: an S from the breastbone to the shoulder.
  std::vector<TubeNode> clavicle;
  for (int i = 0; i <= 14; ++i) {
    const float t = static_cast<float>(i) / 14;
    const float x = 1.7F + 14.0F * t, y = top + 3.2F - 1.2F * ap - (2.6F - 0.6F * ap + lift) * t +
                                          0.7F * std::sin(2 * pi * t);
    clavicle.push_back({{sign * x, y}, 0.62F + 0.2F * std::abs(2 * t - 1), 2.4F});
  }
  scene.brush.add(clavicle, scene.bone, 0.4F);
  // Scapula: turned out of the lungs in a PA view.
  const float inward = 2.4F * ap + random.between(-0.5F, 0.5F);
  const Point upper{sign * (13.0F - inward), top + 1.8F},
      lower{sign * (14.6F - inward), top + 14.5F}, socket{sign * 16.2F, top + 3.4F};
  const std::array<TubeNode, 3> blade{
      TubeNode{upper, 0.35F, 0.6F},
      TubeNode{{0.5F * (upper.x + lower.x) - sign * 0.4F, 0.5F * (upper.y + lower.y)}, 0.3F, 0.5F},
      TubeNode{lower, 0.4F, 0.5F}};
  const std::array<TubeNode, 3> border{
      TubeNode{lower, 0.45F, 0.7F},
      TubeNode{
          {0.5F * (lower.x + socket.x) + sign * 0.2F, 0.5F * (lower.y + socket.y)}, 0.5F, 0.9F},
      TubeNode{socket, 1.0F, 1.2F}};
  const std::array<TubeNode, 3> crest{TubeNode{{upper.x, upper.y + 0.8F}, 0.4F, 0.5F},
                                      TubeNode{{sign * 15.5F, top + 0.7F}, 0.5F, 0.9F},
                                      TubeNode{{sign * 17.8F, top + 0.6F}, 0.8F, 1.2F}};
  scene.brush.add(blade, scene.bone);
  scene.brush.add(border, scene.bone);
  scene.brush.add(crest, scene.bone);
  const float axis = 17.6F, slope = 0.03F + 0.2F * anatomy.arm_spread;
  const std::array<TubeNode, 4> humerus{
      TubeNode{{sign * 17.2F, top + 3.2F}, 2.2F, 2.2F},
      TubeNode{{sign * (axis + 2 * slope), top + 5}, 1.4F, 2.0F},
      TubeNode{{sign * (axis + 4 * slope), top + 7.0F}, 1.1F, 2.0F},
      TubeNode{{sign * (axis + 24 * slope), top + 26.5F}, 1.1F, 2.0F}};
  scene.brush.add(humerus, scene.bone, 0.4F);
}

void draw_spine(Scene& scene) {
  const Anatomy& anatomy = scene.anatomy;
  const float top = anatomy.cavity[0].apex.y, height = anatomy.rib_spacing;
  for (int row = 0; row < scene.frame.size; ++row) {
    for (int column = 0; column < scene.frame.size; ++column) {
      const Point p = scene.frame.patient(column, row);
      if (std::abs(p.x) > 5) continue;
      const float x = std::abs(p.x - anatomy.midline(p.y));
      if (x > 3) continue;
      const float number = (p.y - top) / height, phase = number - std::floor(number);
      const float body = smoothstep(0.0F, 0.12F, phase) * smoothstep(1.0F, 0.88F, phase);
      const float waist = 1.75F - 0.25F * std::sin(pi * phase) + 0.02F * std::max(0.0F, p.y);
      float bone = (0.5F + 0.4F * body) * smoothstep(waist + 0.5F, waist - 0.4F, x);
      const auto spot = [&](float sx, float sy, float rx, float ry) {
        const float q = (x - sx) * (x - sx) / (rx * rx) +
                        (phase - sy) * (phase - sy) * height * height / (ry * ry);
        return q < 1 ? 1 - q : 0;
      };
      bone += 0.7F * spot(1.1F, 0.4F, 0.4F, 0.55F) + 0.6F * spot(0, 0.85F, 0.4F, 0.8F);
      scene.bone.at(column, row) += bone;
    }
  }
}

}  // namespace

void draw_skeleton(Scene& scene) {
  Stream random(scene.seed, scene.index, Stream::Purpose::skeleton);
  draw_spine(scene);
  for (const Side side : {Side::right, Side::left}) {
    for (int rib = 0; rib < kRibs; ++rib) draw_rib(scene, side, rib);
    draw_shoulder(scene, side, random);
  }
}

}  // namespace raygen::engine::phantom
