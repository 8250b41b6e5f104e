#pragma once
// Counter-based noise (Philox 4x32-10, Salmon et al., SC 2011): a value depends on (seed, image,
// step, position, entry) and nothing else.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace raygen::engine {

/// What the noise of an image depends on.
struct ImageKey {
  std::uint64_t seed = 0;
  std::uint64_t image = 0;  // its index
};

/// What its noise depends on when it is drawn again, `attempt` times by now: its own key at first,
/// and then a seed that the image's own noise draws.
ImageKey key_of_attempt(const ImageKey& key, std::uint32_t attempt);

/// One Philox 4x32-10 block.
std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key);

/// Uniform noise in [0,1), a multiple of 2^-24, for entries 0..count-1 of one position.
void uniform_noise(std::uint64_t seed, std::uint64_t image, std::uint32_t step,
                   std::uint32_t position, float* out, std::size_t count);

/// The n of N positions with the smallest noise, in ascending order. The sets are nested: those for
/// n + 1 contain those for n.
std::vector<std::int32_t> random_positions(std::uint64_t seed, std::uint64_t image,
                                           std::uint32_t step, std::int64_t n,
                                           std::int64_t positions);

}  // namespace raygen::engine
