#include "noise/noise.hpp"

#include "noise/sampling_noise.hpp"

#include <algorithm>
#include <numeric>

namespace raygen::engine {

std::array<std::uint32_t, 4> philox(std::array<std::uint32_t, 4> counter,
                                    std::array<std::uint32_t, 2> key) {
  constexpr std::uint64_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
  constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t product_0 = multiplier_0 * counter[0],
                        product_1 = multiplier_1 * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(product_0)};
    key[0] += weyl_0;
    key[1] += weyl_1;
  }
  return counter;
}

ImageKey key_of_attempt(const ImageKey& key, std::uint32_t attempt) {
  if (attempt == 0) return key;
  const auto block =
      philox({attempt, attempt_noise << 20, static_cast<std::uint32_t>(key.image),
              static_cast<std::uint32_t>(key.image >> 32)},
             {static_cast<std::uint32_t>(key.seed), static_cast<std::uint32_t>(key.seed >> 32)});
  return {std::uint64_t{block[1]} << 32 | block[0], key.image};
}

void uniform_noise(std::uint64_t seed, std::uint64_t image, std::uint32_t step,
                   std::uint32_t position, float* out, std::size_t count) {
  // 128 bits of counter: the image's index takes 64; step and position share 32 (the step is below
  // 2^12, a grid below 2^20); entries the rest.
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed),
                                         static_cast<std::uint32_t>(seed >> 32)};
  const std::uint32_t place = step << 20 | (position & 0xFFFFF);
  for (std::size_t entry = 0; entry < count; entry += 4) {
    const auto block =
        philox({static_cast<std::uint32_t>(entry / 4), place, static_cast<std::uint32_t>(image),
                static_cast<std::uint32_t>(image >> 32)},
               key);
    for (std::size_t i = 0; i < std::min<std::size_t>(4, count - entry); ++i)
      out[entry + i] = static_cast<float>(block[i] >> 8) * 0x1p-24F;
  }
}

std::vector<std::int32_t> random_positions(std::uint64_t seed, std::uint64_t image,
                                           std::uint32_t step, std::int64_t n,
                                           std::int64_t positions) {
  std::vector<float> noise(static_cast<std::size_t>(positions));
  uniform_noise(seed, image, step, 0, noise.data(), noise.size());
  std::vector<std::int32_t> order(noise.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return noise[static_cast<std::size_t>(a)] < noise[static_cast<std::size_t>(b)];
  });
  order.resize(static_cast<std::size_t>(n));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace raygen::engine
