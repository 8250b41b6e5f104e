#pragma once
// What a random number of sampling is for. It stands in the place of the step, and the steps of an
// image are fewer than 1024: never renumber.

#include <cstdint>

namespace raygen::engine {

constexpr std::uint32_t token_noise(std::int64_t step) { return static_cast<std::uint32_t>(step); }
constexpr std::uint32_t position_noise(std::int64_t step) { return token_noise(step) + 0x400; }
constexpr std::uint32_t remasking_noise(std::int64_t step) { return token_noise(step) + 0x800; }
// Drawn once for an image.
constexpr std::uint32_t order_noise = 0xFFF;
constexpr std::uint32_t roll_noise = 0xFFE;
constexpr std::uint32_t varied_noise = 0xFFD;
constexpr std::uint32_t attempt_noise = 0xFFC;

}  // namespace raygen::engine
