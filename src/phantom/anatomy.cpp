#include "phantom/anatomy.hpp"

#include <algorithm>
#include <cmath>

namespace raygen::engine::phantom {

float Ellipsoid::chord(Point p) const {
  const float x = p.x - centre.x, y = p.y - centre.y;
  const float along = (cosine * x + sine * y) / a, across = (cosine * y - sine * x) / b;
  const float q = along * along + across * across;
  return q < 1 ? 2 * depth * std::sqrt(1 - q) : 0;
}

float Cavity::lateral(float y) const {
  const float t = std::clamp((y - apex.y) / (widest_y - apex.y), 0.0F, 1.0F);
  const float flare = std::max(0.0F, y - widest_y);
  return apex.x + (width - apex.x) * (0.86F * std::sqrt(t * (2 - t)) + 0.14F * t) -
         0.012F * flare * flare;
}

float Cavity::dome_at(float x) const {
  const float off = x - dome.x;
  return dome.y +
         (off > 0 ? dome_curve : 0.5F * dome_curve) * off * off;  // towards the heart it is flatter
}

float Cavity::chord(float x, float y) const {
  if (y <= apex.y || x <= 0) return 0;
  const float t = std::min(1.0F, (y - apex.y) / (widest_y - apex.y));
  const float edge = lateral(y);
  if (x >= edge) return 0;
  // The apex is an arch between the neck and the ribs.
  const float arch = std::min(1.0F, t * 5),
              medial = apex.x - (apex.x - 1.2F) * std::sqrt(arch * (2 - arch));
  const float across = x / edge, depth = half_depth * (0.55F + 0.45F * smoothstep(0, 0.6F, t)) *
                                         std::sqrt(std::min(1.0F, 8 * t));
  float air = 2 * depth * std::sqrt(1 - across * across) *
              smoothstep(medial - 0.2F, medial + 1.3F, x) *
              (0.72F + 0.28F * smoothstep(1.5F, 7.5F, x));
  const float below = y - dome_at(x);
  if (below > 0) air -= 12 * std::sqrt(below);
  return std::max(0.0F, air);
}

Anatomy::Anatomy(std::uint64_t seed, std::uint64_t index) {
  Stream random(seed, index, Stream::Purpose::anatomy);
  view = random.chance(0.6F) ? View::pa : View::ap;
  sex = random.chance(0.5F) ? 'F' : 'M';
  age = 20 + random.below(70);
  habitus = std::clamp(0.5F * random.normal(), -1.0F, 1.0F);
  const bool ap = view == View::ap;

  const float width = 13.2F + (sex == 'M' ? 0.5F : -0.4F) + 0.5F * random.normal();
  const float apex_y = -13.2F + 0.5F * random.normal() + (ap ? 0.4F : 0.0F);
  const float dome_y =
      8.0F + 0.9F * random.normal() - (ap ? 1.6F : 0.0F) - 0.8F * std::max(0.0F, habitus);
  const float left_lower = random.between(0.5F, 1.5F), curve = random.between(0.06F, 0.085F);
  for (std::size_t side = 0; side < 2; ++side) {
    cavity[side] = {.apex = {random.between(4.9F, 5.7F), apex_y + random.between(-0.2F, 0.2F)},
                    .width = width + random.between(-0.3F, 0.3F),
                    .widest_y = random.between(4.0F, 6.0F),
                    .half_depth = 7.8F + 0.4F * random.normal(),
                    .dome = {random.between(5.6F, 6.8F), dome_y + (side == 1 ? left_lower : 0)},
                    .dome_curve = curve};
    hilum[side] = {(side == 1 ? 1.0F : -1.0F) * random.between(3.0F, 3.6F),
                   apex_y + random.between(10.2F, 11.2F) - (side == 1 ? 0.9F : 0.0F)};
  }
  lung = cavity;
  rib_spacing = (cavity[0].dome.y - apex_y) / 9.3F;
  pedicle = (ap ? 3.1F : 2.6F) + 0.2F * random.normal();
  wall = 2.4F + 0.9F * habitus + random.between(0.0F, 0.6F);
  neck = 5.6F + (sex == 'M' ? 0.6F : 0.0F) + 0.4F * habitus;
  arm_spread = random.between(0.0F, 1.0F);
  spine_bend = 0.4F * random.normal();
  const float age_growth = static_cast<float>(age - 20) / 70;  // the aorta unfolds with age
  const float knob = random.between(1.6F, 2.0F) + 0.5F * age_growth;
  heart[3] = {.centre = {random.between(1.9F, 2.5F), hilum[1].y - 0.2F},
              .a = 2.3F,
              .b = 2.6F,
              .depth = 3.5F};
  heart[4] = {.centre = {1.7F + 0.4F * age_growth, apex_y + random.between(6.6F, 7.4F)},
              .a = knob,
              .b = knob,
              .depth = 3.5F};
  heart[5] = {
      .centre = {-1.2F, apex_y + 9.0F}, .a = 2.0F + 0.5F * age_growth, .b = 3.6F, .depth = 3.0F};
  set_heart(ap ? random.between(0.44F, 0.50F) : random.between(0.40F, 0.47F));

  const float breast_depth =
      sex == 'F' ? random.between(0.2F, 0.8F) + 0.4F * std::max(0.0F, habitus) : 0;
  const float breast_y = random.between(2.0F, 4.5F);
  for (std::size_t side = 0; side < 2; ++side)
    breast[side] = {.centre = {(side == 1 ? 1.0F : -1.0F) * random.between(7.6F, 8.6F), breast_y},
                    .a = random.between(5.2F, 6.2F),
                    .b = random.between(4.8F, 5.8F),
                    .depth = breast_depth};
  bubble = {.centre = {random.between(4.5F, 8.0F), cavity[1].dome.y + random.between(1.9F, 2.8F)},
            .a = random.between(2.0F, 3.0F),
            .b = random.between(1.0F, 1.6F)};
  bubble.depth = random.chance(0.45F) ? random.between(1.2F, 2.2F) : 0;
}

void Anatomy::set_heart(float ratio) {
  const float heart_width = ratio * (cavity[0].width + cavity[1].width);
  const float right_edge = -0.35F * heart_width, left_edge = right_edge + heart_width;
  const float floor = cavity[1].dome.y + 1.0F;
  const float reach = 0.46F * heart_width,
              k = reach / 1.151F;  // half-width of an ellipse of 1.25k × 0.92k turned by 35°
  const float y = floor - 0.85F * k;
  heart[0] = {.centre = {left_edge - reach, y},
              .a = 1.25F * k,
              .b = 0.92F * k,
              .depth = 5.4F,
              .cosine = 0.819F,
              .sine = 0.574F};
  heart[1] = {.centre = {right_edge + 0.29F * heart_width, y - 0.6F},
              .a = 0.29F * heart_width,
              .b = 0.40F * heart_width,
              .depth = 5.0F};
  // The left border runs straight from the pulmonary trunk to the apex.
  const Point trunk = heart[3].centre,
              middle{0.5F * (trunk.x + left_edge - reach) + 0.3F, 0.5F * (trunk.y + y)};
  heart[2] = {.centre = middle,
              .a = 0.62F * (y - trunk.y) + 1.4F,
              .b = 0.30F * heart_width,
              .depth = 4.9F,
              .cosine = 0.60F,
              .sine = 0.80F};
}

float Anatomy::midline(float y) const { return spine_bend * std::sin(0.12F * (y + 6)); }

float Anatomy::body(Point p) const {
  const Cavity& chest = cavity[0];
  const float x = std::abs(p.x), top = chest.apex.y;
  // Neck, shoulders, then the trunk below the armpits.
  const float shoulder = smoothstep(top - 5.5F, top + 3.5F, p.y),
              trunk = smoothstep(top + 4.0F, top + 15.0F, p.y);
  const float trunk_width =
      chest.width + wall + 0.3F * std::max(0.0F, p.y - 6) * (0.3F + 0.5F * std::max(0.0F, habitus));
  const float half_width = neck + (22 - neck) * shoulder * shoulder + (trunk_width - 22) * trunk;
  const float front =
      7.2F + (chest.half_depth + 1.6F + 0.8F * wall - 7.2F) * smoothstep(top - 4, top + 8, p.y);
  float chord = 0;
  if (x < half_width) {
    const float across = x / half_width;
    chord = 2 * front * std::sqrt(1 - across * across * across * across);
  }
  // An arm hanging from the shoulder.
  const float down = p.y - (top + 2.5F), axis = 17.6F + (0.03F + 0.2F * arm_spread) * down,
              radius = 4.3F + 0.8F * habitus - 0.02F * down;
  const float off = (x - axis) / radius;
  if (down > -radius && std::abs(off) < 1)
    chord = std::max(chord, 2 * radius * std::sqrt(1 - off * off) * smoothstep(-4, 2, down));
  return chord + breast[p.x > 0].chord(p) *
                     smoothstep(-1.0F, 0.6F, (p.y - breast[0].centre.y) / breast[0].b);
}

float Anatomy::mediastinum(Point p) const {
  const float x = p.x - midline(p.y), low = smoothstep(hilum[0].y - 3, hilum[0].y + 4, p.y);
  const float high = smoothstep(cavity[0].apex.y + 1, cavity[0].apex.y - 3, p.y);
  const float half_width = pedicle - 0.3F * low + 1.6F * high;
  float chord = 0;
  if (std::abs(x) < half_width)
    chord = (8.5F - 1.0F * low) * std::sqrt(1 - x * x / (half_width * half_width));
  for (const Ellipsoid& part : heart) chord = std::max(chord, part.chord(p));
  // The descending aorta's left edge.
  const float aorta = (x - 1.3F) / 1.6F;
  if (std::abs(aorta) < 1 && p.y > heart[4].centre.y)
    chord = std::max(chord, 5.0F * std::sqrt(1 - aorta * aorta));
  return chord;
}

float Anatomy::trachea(Point p) const {
  if (std::abs(p.x) > 7) return 0;
  const float carina = hilum[0].y - 2.6F, x = p.x - midline(p.y) - 0.15F;
  const float off = x / 0.85F;
  float chord = std::abs(off) < 1 ? 1.5F * std::sqrt(1 - off * off) *
                                        smoothstep(carina + 0.6F, carina - 0.6F, p.y)
                                  : 0;
  // Main bronchi: the right one steeper.
  const float down = p.y - carina;
  if (down > -0.6F && down < 4) {
    const float slope = x < 0 ? 0.75F : 1.15F,
                bronchus = (std::abs(x) - slope * std::max(0.0F, down)) / 0.85F;
    if (std::abs(bronchus) < 1)
      chord =
          std::max(chord, 1.5F * std::sqrt(1 - bronchus * bronchus) * smoothstep(3.4F, 1.5F, down));
  }
  return chord;
}

float Anatomy::lung_air(Point p) const {
  const float air = lung[p.x > 0].chord(std::abs(p.x), p.y);
  return air > 0 ? std::max(0.0F, air - mediastinum(p)) : 0;
}

Point Anatomy::in_lung(Side side, float u, float v) const {
  const Cavity& part = lung[index_of(side)];
  const float y = part.apex.y + v * (part.dome.y - part.apex.y);
  const float outer = part.lateral(y);
  float inner = 0.5F;
  while (inner < outer && lung_air({sign_of(side) * inner, y}) < 2) inner += 0.25F;
  return {sign_of(side) * (inner + u * (outer - inner)), y};
}

}  // namespace raygen::engine::phantom
