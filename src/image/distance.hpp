#pragma once

#include <cstdint>
#include <vector>

namespace raygen::engine {

/// For every pixel of a picture [height][width] the distance to the nearest pixel that `marked`
/// marks (not 0), from centre to centre, in pixels: 0 in those, infinity where none is marked.
/// Exact and in linear time: Felzenszwalb, Huttenlocher, "Distance Transforms of Sampled Functions"
/// (Theory of Computing, 2012), section 2.1.
std::vector<float> distance_to(const std::vector<std::uint8_t>& marked, std::int64_t width,
                               std::int64_t height);

}  // namespace raygen::engine
