#include "phantom/plane.hpp"

#include <algorithm>
#include <cmath>

namespace raygen::engine::phantom {

Plane shrink(const Plane& plane, int factor) {
  Plane out(plane.size / factor);
  const float share = 1.0F / static_cast<float>(factor * factor);
  for (int row = 0; row < out.size * factor; ++row)
    for (int column = 0; column < out.size * factor; ++column)
      out.at(column / factor, row / factor) += share * plane.at(column, row);
  return out;
}

Plane blur(const Plane& plane, float sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  std::vector<float> kernel;
  float sum = 0;
  for (int i = -reach; i <= reach; ++i)
    sum += kernel.emplace_back(std::exp(-0.5F * static_cast<float>(i * i) / (sigma * sigma)));
  for (float& weight : kernel) weight /= sum;

  const int last = plane.size - 1;
  Plane rows(plane.size), out(plane.size);
  for (int row = 0; row <= last; ++row)
    for (int i = -reach; i <= reach; ++i)
      for (int column = 0; column <= last; ++column)
        rows.at(column, row) += kernel[static_cast<std::size_t>(i + reach)] *
                                plane.at(std::clamp(column + i, 0, last), row);
  for (int row = 0; row <= last; ++row)
    for (int i = -reach; i <= reach; ++i)
      for (int column = 0; column <= last; ++column)
        out.at(column, row) += kernel[static_cast<std::size_t>(i + reach)] *
                               rows.at(column, std::clamp(row + i, 0, last));
  return out;
}

float sample(const Plane& plane, float column, float row) {
  const float last = static_cast<float>(plane.size - 1);
  column = std::clamp(column, 0.0F, last);
  row = std::clamp(row, 0.0F, last);
  const int left = std::min(static_cast<int>(column), plane.size - 2),
            top = std::min(static_cast<int>(row), plane.size - 2);
  const float right_share = column - static_cast<float>(left),
              bottom_share = row - static_cast<float>(top);
  const auto between = [](float a, float b, float share) { return a + share * (b - a); };
  const float upper = between(plane.at(left, top), plane.at(left + 1, top), right_share);
  return between(upper, between(plane.at(left, top + 1), plane.at(left + 1, top + 1), right_share),
                 bottom_share);
}

Point Frame::patient(int column, int row) const {
  const float half = 0.5F * static_cast<float>(size);
  const float x = (static_cast<float>(column) + 0.5F - half) / pixels_per_cm - shift.x;
  const float y = (static_cast<float>(row) + 0.5F - half) / pixels_per_cm - shift.y;
  return {cosine * x + sine * y, cosine * y - sine * x};
}

Point Frame::pixel(Point patient) const {
  const float half = 0.5F * static_cast<float>(size);
  const float x = cosine * patient.x - sine * patient.y + shift.x,
              y = cosine * patient.y + sine * patient.x + shift.y;
  return {x * pixels_per_cm + half - 0.5F, y * pixels_per_cm + half - 0.5F};
}

void TubeBrush::add(std::span<const TubeNode> nodes, Plane& plane, float marrow) {
  int all_left = frame_.size, all_right = -1, all_top = frame_.size, all_bottom = -1;
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    const Point a = frame_.pixel(nodes[i].at), b = frame_.pixel(nodes[i + 1].at);
    // A tube thinner than the grid is widened to it and thinned in depth.
    const float thin = 0.8F / frame_.pixels_per_cm;
    const float radius_a = std::max(nodes[i].radius, thin),
                radius_b = std::max(nodes[i + 1].radius, thin);
    const float chord_a = nodes[i].chord * nodes[i].radius / radius_a,
                chord_b = nodes[i + 1].chord * nodes[i + 1].radius / radius_b;
    const float reach = std::max(radius_a, radius_b) * frame_.pixels_per_cm;
    const float last = static_cast<float>(frame_.size - 1);
    const int left = static_cast<int>(std::clamp(std::min(a.x, b.x) - reach, 0.0F, last + 1));
    const int right = static_cast<int>(std::clamp(std::max(a.x, b.x) + reach + 1, -1.0F, last));
    const int top = static_cast<int>(std::clamp(std::min(a.y, b.y) - reach, 0.0F, last + 1));
    const int bottom = static_cast<int>(std::clamp(std::max(a.y, b.y) + reach + 1, -1.0F, last));
    const float dx = b.x - a.x, dy = b.y - a.y, length2 = std::max(dx * dx + dy * dy, 1e-6F);
    for (int row = top; row <= bottom; ++row) {
      for (int column = left; column <= right; ++column) {
        const float x = static_cast<float>(column) - a.x, y = static_cast<float>(row) - a.y;
        const float t = std::clamp((x * dx + y * dy) / length2, 0.0F, 1.0F);
        const float off_x = x - t * dx, off_y = y - t * dy;
        const float radius = (radius_a + t * (radius_b - radius_a)) * frame_.pixels_per_cm;
        const float off2 = (off_x * off_x + off_y * off_y) / (radius * radius);
        if (off2 >= 1) continue;
        float value = std::sqrt(1 - off2);
        if (marrow > 0) value -= marrow * std::sqrt(std::max(0.0F, 1 - 2 * off2));
        value *= chord_a + t * (chord_b - chord_a);
        float& kept = scratch_.at(column, row);
        kept = std::max(kept, value);
      }
    }
    all_left = std::min(all_left, left);
    all_right = std::max(all_right, right);
    all_top = std::min(all_top, top);
    all_bottom = std::max(all_bottom, bottom);
  }
  for (int row = all_top; row <= all_bottom; ++row) {
    for (int column = all_left; column <= all_right; ++column) {
      plane.at(column, row) += scratch_.at(column, row);
      scratch_.at(column, row) = 0;
    }
  }
}

}  // namespace raygen::engine::phantom
