#include "image/distance.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace raygen::engine {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// A row or a column: min over q of (p - q)² + values[q], the lower envelope of parabolas.
class Envelope {
 public:
  explicit Envelope(std::size_t longest) : at_(longest), from_(longest + 1), height_(longest) {}

  void transform(double* values, std::size_t count, std::size_t stride) {
    std::size_t parabolas = 0;
    for (std::size_t q = 0; q < count; ++q) {
      const double height = values[q * stride];
      if (height == infinity) continue;
      double begin = -infinity;
      while (parabolas > 0) {
        begin = crossing(q, height, parabolas - 1);
        if (begin > from_[parabolas - 1]) break;
        --parabolas;
        begin = -infinity;
      }
      at_[parabolas] = static_cast<double>(q);
      height_[parabolas] = height;
      from_[parabolas++] = begin;
    }
    if (parabolas == 0) return;
    std::size_t lowest = 0;
    for (std::size_t p = 0; p < count; ++p) {
      const auto place = static_cast<double>(p);
      while (lowest + 1 < parabolas && from_[lowest + 1] < place) ++lowest;
      const double away = place - at_[lowest];
      values[p * stride] = away * away + height_[lowest];
    }
  }

 private:
  /// Where the parabola at q comes to lie below an earlier one.
  double crossing(std::size_t q, double height, std::size_t earlier) const {
    const auto place = static_cast<double>(q);
    return (height + place * place - height_[earlier] - at_[earlier] * at_[earlier]) /
           (2 * (place - at_[earlier]));
  }

  std::vector<double> at_, from_, height_;  // of each parabola: its place, begin and lowest point
};

}  // namespace

std::vector<float> distance_to(const std::vector<std::uint8_t>& marked, std::int64_t width,
                               std::int64_t height) {
  const auto columns = static_cast<std::size_t>(width), rows = static_cast<std::size_t>(height);
  std::vector<double> squares(marked.size());
  std::transform(marked.begin(), marked.end(), squares.begin(),
                 [](std::uint8_t mark) { return mark != 0 ? 0 : infinity; });
  Envelope envelope(std::max(columns, rows));
  for (std::size_t x = 0; x < columns; ++x) envelope.transform(squares.data() + x, rows, columns);
  for (std::size_t y = 0; y < rows; ++y)
    envelope.transform(squares.data() + y * columns, columns, 1);
  std::vector<float> distances(squares.size());
  std::transform(squares.begin(), squares.end(), distances.begin(),
                 [](double square) { return static_cast<float>(std::sqrt(square)); });
  return distances;
}

}  // namespace raygen::engine
