#pragma once
// From a pixel to the next in a plane. The opposite directions count the same.

#include <array>
#include <cstdint>

namespace raygen::engine {

struct Direction {
  std::int64_t down = 0, across = 0;
};

inline constexpr std::array<Direction, 4> kDirections = {{{0, 1}, {1, 0}, {1, 1}, {1, -1}}};

}  // namespace raygen::engine
