#include "training/sample_order.hpp"

#include "noise/noise.hpp"
#include "noise/purpose.hpp"

#include <algorithm>
#include <numeric>

namespace raygen::engine {

std::int64_t SampleOrder::at(std::uint64_t place) {
  const auto count = static_cast<std::uint64_t>(samples_);
  if (const std::uint64_t epoch = place / count; epoch != epoch_) {
    constexpr auto purpose = static_cast<std::uint32_t>(Purpose::order);
    std::vector<std::uint64_t> keys(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      const auto block =
          philox({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(i >> 32),
                  static_cast<std::uint32_t>(epoch), purpose},
                 {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
      keys[i] = (std::uint64_t{block[0]} << 32) | block[1];
    }
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), 0);
    std::stable_sort(order_.begin(), order_.end(), [&](std::int64_t a, std::int64_t b) {
      return keys[static_cast<std::size_t>(a)] < keys[static_cast<std::size_t>(b)];
    });
    epoch_ = epoch;
  }
  return order_[place % count];
}

std::vector<Share> shares(std::int64_t step, std::int64_t batch, std::int64_t micro_batch, int rank,
                          int processes) {
  const std::int64_t mine = batch / processes;
  const std::int64_t most = micro_batch > 0 ? std::min(micro_batch, mine) : mine;
  const std::uint64_t first = static_cast<std::uint64_t>(step) * static_cast<std::uint64_t>(batch) +
                              static_cast<std::uint64_t>(rank) * static_cast<std::uint64_t>(mine);
  std::vector<Share> shares;
  for (std::int64_t at = 0; at < mine; at += most)
    shares.push_back({first + static_cast<std::uint64_t>(at), std::min(most, mine - at)});
  return shares;
}

}  // namespace raygen::engine
