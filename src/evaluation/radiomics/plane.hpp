#pragma once
// One grey image, row by row.

#include <cstdint>
#include <vector>

namespace raygen::engine {

struct Plane {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> values;  // rows × columns

  Plane() = default;
  Plane(std::int64_t height, std::int64_t width)
      : rows(height), columns(width), values(static_cast<std::size_t>(height * width)) {}
  double& at(std::int64_t row, std::int64_t column) {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
  double at(std::int64_t row, std::int64_t column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

/// The upper left part.
inline Plane cropped(const Plane& plane, std::int64_t rows, std::int64_t columns) {
  Plane part(rows, columns);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) part.at(r, c) = plane.at(r, c);
  return part;
}

}  // namespace raygen::engine
