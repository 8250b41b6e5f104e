#pragma once

#include "noise/noise.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace raygen::engine::phantom {

/// Random numbers of one purpose for one phantom: what one purpose draws never changes what another
/// one gets.
class Stream {
 public:
  enum class Purpose : std::uint32_t {
    anatomy,
    vessels,
    skeleton,
    choice,
    report,
    exposure,
    noise,
    finding
  };

  Stream(std::uint64_t seed, std::uint64_t index, Purpose purpose, std::uint32_t which = 0)
      : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
        counter_{0, static_cast<std::uint32_t>(purpose) << 16 | which,
                 static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)} {}

  /// In [0,1), a multiple of 2^-24.
  float uniform() {
    if (used_ == block_.size()) {
      block_ = philox(counter_, key_);
      ++counter_[0];
      used_ = 0;
    }
    return static_cast<float>(block_[used_++] >> 8) * 0x1p-24F;
  }
  float between(float low, float high) { return low + (high - low) * uniform(); }
  bool chance(float probability) { return uniform() < probability; }
  /// 0..count-1.
  int below(int count) { return static_cast<int>(uniform() * static_cast<float>(count)); }
  /// About normal, within ±3.46: a sum of uniforms needs no library function whose last bit differs
  /// between platforms.
  float normal() { return (uniform() + uniform() + uniform() + uniform() - 2.0F) * 1.7320508F; }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_, block_{};
  std::size_t used_ = 4;
};

}  // namespace raygen::engine::phantom
