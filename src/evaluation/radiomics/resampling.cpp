#include "evaluation/radiomics/resampling.hpp"

#include "error.hpp"

#include <array>
#include <cmath>
#include <cstdlib>

namespace raygen::engine {

namespace {

constexpr double kScale = 100;

using SplineWeights = std::array<double, 4>;

/// Of the four pixels round a place that lies `fraction` behind the second of them.
SplineWeights spline_weights(double fraction) {
  SplineWeights weights = {};
  weights[3] = (1.0 / 6.0) * fraction * fraction * fraction;
  weights[0] = (1.0 / 6.0) + 0.5 * fraction * (fraction - 1.0) - weights[3];
  weights[2] = fraction + weights[0] - 2.0 * weights[3];
  weights[1] = 1.0 - weights[0] - weights[2] - weights[3];
  return weights;
}

/// The first value of the causal filter: a sum over the line and its reflections, which ends where
/// ITK's tolerance says.
double causal_start(const std::vector<double>& line, double pole) {
  constexpr double tolerance = 1e-10;
  const std::size_t count = line.size();
  const auto horizon =
      static_cast<std::size_t>(std::ceil(std::log(tolerance) / std::log(std::abs(pole))));
  double power = pole, sum = line[0];
  if (horizon < count) {
    for (std::size_t n = 1; n < horizon; ++n, power *= pole) sum += power * line[n];
    return sum;
  }
  const double inverse = 1.0 / pole;
  double reflected = std::pow(pole, static_cast<double>(count - 1));
  sum += reflected * line[count - 1];
  reflected *= reflected * inverse;
  for (std::size_t n = 1; n + 1 < count; ++n, power *= pole, reflected *= inverse)
    sum += (power + reflected) * line[n];
  return sum / (1.0 - power * power);
}

/// Values → coefficients of the cubic B-spline through them (Unser, Aldroubi and Eden 1993).
void to_coefficients(std::vector<double>& line) {
  const double pole = std::sqrt(3.0) - 2.0;
  const double gain = (1.0 - pole) * (1.0 - 1.0 / pole);
  const std::size_t last = line.size() - 1;
  for (double& value : line) value *= gain;
  line[0] = causal_start(line, pole);
  for (std::size_t n = 1; n <= last; ++n) line[n] += pole * line[n - 1];
  line[last] = (pole / (pole * pole - 1.0)) * (pole * line[last - 1] + line[last]);
  for (std::size_t n = last; n-- > 0;) line[n] = pole * (line[n + 1] - line[n]);
}

Plane spline_coefficients(Plane plane) {
  std::vector<double> line(static_cast<std::size_t>(plane.columns));
  for (std::int64_t r = 0; r < plane.rows; ++r) {
    for (std::int64_t c = 0; c < plane.columns; ++c)
      line[static_cast<std::size_t>(c)] = plane.at(r, c);
    to_coefficients(line);
    for (std::int64_t c = 0; c < plane.columns; ++c)
      plane.at(r, c) = line[static_cast<std::size_t>(c)];
  }
  line.resize(static_cast<std::size_t>(plane.rows));
  for (std::int64_t c = 0; c < plane.columns; ++c) {
    for (std::int64_t r = 0; r < plane.rows; ++r)
      line[static_cast<std::size_t>(r)] = plane.at(r, c);
    to_coefficients(line);
    for (std::int64_t r = 0; r < plane.rows; ++r)
      plane.at(r, c) = line[static_cast<std::size_t>(r)];
  }
  return plane;
}

/// Reflected about the first and the last pixel.
std::int64_t reflected_index(std::int64_t index, std::int64_t count) {
  const std::int64_t from_start = std::abs(index);
  return from_start < count ? from_start : 2 * (count - 1) - from_start;
}

/// The pixels round one place, and their weights.
struct SplineSupport {
  std::array<std::int64_t, 4> pixels = {};
  SplineWeights weights = {};
};

SplineSupport support_of(double place, std::int64_t count) {
  const auto before = static_cast<std::int64_t>(std::floor(place));
  SplineSupport support;
  support.weights = spline_weights(place - static_cast<double>(before));
  for (std::int64_t k = 0; k < 4; ++k)
    support.pixels[static_cast<std::size_t>(k)] = reflected_index(before - 1 + k, count);
  return support;
}

/// ITK takes an image for a volume of one slice: the sum runs over the slice's reflections, too.
double spline_value(const Plane& coefficients, const SplineSupport& down,
                    const SplineSupport& across, const SplineWeights& through) {
  double sum = 0;
  for (const double slice : through)
    for (std::size_t i = 0; i < 4; ++i)
      for (std::size_t j = 0; j < 4; ++j)
        sum += across.weights[j] * down.weights[i] * slice *
               coefficients.at(down.pixels[i], across.pixels[j]);
  return sum;
}

}  // namespace

Plane normalised(const Plane& image) {
  double sum = 0, squares = 0;
  for (const double value : image.values) sum += value, squares += value * value;
  const auto count = static_cast<double>(image.values.size());
  const double variance = (squares - sum * sum / count) / (count - 1);
  if (!(variance > 0))
    fail(Status::numeric,
         "all pixels of the image are {}: radiomics are of deviations from the mean",
         image.values.front());
  const double shift = -(sum / count), scale = 1 / std::sqrt(variance);
  Plane result = image;
  for (double& value : result.values) value = (value + shift) * scale * kScale;
  return result;
}

Plane at_twice_the_spacing(const Plane& image) {
  const Plane coefficients = spline_coefficients(image);
  Plane result((image.rows + 1) / 2, (image.columns + 1) / 2);
  const SplineWeights through = spline_weights(0);
  // ITK goes along a row in shares of its length.
  const auto width = static_cast<double>(result.columns);
  const double first = 0.5, end = 0.5 + 2 * width;
  for (std::int64_t c = 0; c < image.columns / 2; ++c) {
    const double place = first + static_cast<double>(c) / width * (end - first);
    const SplineSupport across = support_of(place, image.columns);
    for (std::int64_t r = 0; r < image.rows / 2; ++r)
      result.at(r, c) = spline_value(
          coefficients, support_of(2 * static_cast<double>(r) + 0.5, image.rows), across, through);
  }
  return result;
}

}  // namespace raygen::engine
