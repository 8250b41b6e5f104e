#include "evaluation/radiomics/wavelet.hpp"

#include <array>

namespace raygen::engine {

namespace {

/// Daubechies 1992, table 8.1: the low pass; the high pass is its mirror with alternating signs.
constexpr std::size_t kTaps = 6;
using Taps = std::array<double, kTaps>;
constexpr Taps kLow = {-0.015655728135791993, -0.07273261951252645, 0.3848648468648578,
                       0.8525720202116004,    0.3378976624574818,   -0.07273261951252645};
constexpr Taps kHigh = {-kLow[5], kLow[4], -kLow[3], kLow[2], -kLow[1], kLow[0]};

constexpr std::size_t kBefore = 2, kAfter = 3;  // values of the line that the taps reach to

/// Sums of taps over a periodic line of an even number of values. Where the taps reach over the
/// end, PyWavelets adds what lies at the start first, outwards in.
void filter_line(const std::vector<double>& line, const Taps& taps, std::vector<double>& result) {
  const std::size_t count = line.size();
  std::vector<double> periodic(count + kBefore + kAfter);
  for (std::size_t i = 0; i < periodic.size(); ++i)
    periodic[i] = line[(i + (kBefore * count - kBefore)) % count];
  for (std::size_t n = 0; n < count; ++n) {
    const double* last = &periodic[n + kBefore + kAfter];
    const std::size_t over = n + kAfter < count ? 0 : n + kAfter + 1 - count;
    double sum = 0;
    for (std::size_t k = over; k-- > 0;) sum += taps[k] * *(last - k);
    for (std::size_t k = over; k < kTaps; ++k) sum += taps[k] * *(last - k);
    result[n] = sum;
  }
}

Plane along_rows(const Plane& image, const Taps& taps) {
  Plane result(image.rows, image.columns);
  const auto width = static_cast<std::size_t>(image.columns);
  std::vector<double> line(width), filtered(width);
  for (std::int64_t r = 0; r < image.rows; ++r) {
    for (std::size_t c = 0; c < width; ++c) line[c] = image.at(r, static_cast<std::int64_t>(c));
    filter_line(line, taps, filtered);
    for (std::size_t c = 0; c < width; ++c)
      result.at(r, static_cast<std::int64_t>(c)) = filtered[c];
  }
  return result;
}

Plane along_columns(const Plane& image, const Taps& taps) {
  Plane result(image.rows, image.columns);
  const auto height = static_cast<std::size_t>(image.rows);
  std::vector<double> line(height), filtered(height);
  for (std::int64_t c = 0; c < image.columns; ++c) {
    for (std::size_t r = 0; r < height; ++r) line[r] = image.at(static_cast<std::int64_t>(r), c);
    filter_line(line, taps, filtered);
    for (std::size_t r = 0; r < height; ++r)
      result.at(static_cast<std::int64_t>(r), c) = filtered[r];
  }
  return result;
}

/// Continued periodically to even sides.
Plane of_even_sides(const Plane& image) {
  Plane result(image.rows + image.rows % 2, image.columns + image.columns % 2);
  for (std::int64_t r = 0; r < result.rows; ++r)
    for (std::int64_t c = 0; c < result.columns; ++c)
      result.at(r, c) = image.at(r % image.rows, c % image.columns);
  return result;
}

}  // namespace

Subbands stationary_wavelet(const Plane& image) {
  const Plane even = of_even_sides(image);
  const Plane low = along_rows(even, kLow), high = along_rows(even, kHigh);
  const auto band = [&](const Plane& rows, const Taps& taps) {
    return cropped(along_columns(rows, taps), image.rows, image.columns);
  };
  return {band(low, kHigh), band(high, kLow), band(high, kHigh), band(low, kLow)};
}

}  // namespace raygen::engine
