#include "memorisation/token_agreement.hpp"

#include <algorithm>
#include <cstdlib>

namespace raygen::engine {

namespace {

/// The count of a row is 16 bits wide, as the tokens are, so that it is made of vectors of them.
std::int64_t equal_tokens(const std::uint16_t* a, const std::uint16_t* b, std::int64_t count) {
  constexpr std::int64_t together = 1 << 15;
  std::int64_t all = 0;
  for (std::int64_t begin = 0; begin < count; begin += together) {
    std::uint16_t equal = 0;
    for (std::int64_t i = begin; i < std::min(begin + together, count); ++i)
      equal = static_cast<std::uint16_t>(equal + (a[i] == b[i]));
    all += equal;
  }
  return all;
}

/// Where a's (y + down, x + right) lies over b's (y, x).
double agreement_at(TokenGrid a, TokenGrid b, std::int64_t height, std::int64_t width,
                    std::int64_t down, std::int64_t right) {
  const std::int64_t rows = height - std::abs(down), columns = width - std::abs(right);
  const std::int64_t a_first =
                         std::max<std::int64_t>(down, 0) * width + std::max<std::int64_t>(right, 0),
                     b_first = std::max<std::int64_t>(-down, 0) * width +
                               std::max<std::int64_t>(-right, 0);
  std::int64_t equal = 0;
  for (std::int64_t y = 0; y < rows; ++y)
    equal += equal_tokens(a.data() + a_first + y * width, b.data() + b_first + y * width, columns);
  return static_cast<double>(equal) / static_cast<double>(rows * columns);
}

}  // namespace

double token_agreement(TokenGrid a, TokenGrid b, std::int64_t height, std::int64_t width) {
  const std::int64_t vertical = height > 1 ? 1 : 0, horizontal = width > 1 ? 1 : 0;
  double best = 0;
  for (std::int64_t down = -vertical; down <= vertical; ++down)
    for (std::int64_t right = -horizontal; right <= horizontal; ++right)
      best = std::max(best, agreement_at(a, b, height, width, down, right));
  return best;
}

}  // namespace raygen::engine
