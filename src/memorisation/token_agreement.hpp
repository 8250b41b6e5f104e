#pragma once
// How alike two images are by their tokens.

#include <cstdint>
#include <span>

namespace raygen::engine {

/// Tokens of one image, rows from the top, height × width.
using TokenGrid = std::span<const std::uint16_t>;

/// The share of equal codes at equal places, 0..1: the largest over shifts of one grid against the
/// other by -1, 0 or 1 rows and columns, each over what then overlaps. A grid of one row or column
/// is not shifted along it. The grids hold height × width tokens, which the caller has checked.
double token_agreement(TokenGrid a, TokenGrid b, std::int64_t height, std::int64_t width);

}  // namespace raygen::engine
