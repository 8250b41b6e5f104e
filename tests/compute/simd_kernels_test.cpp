#include "compute/simd_kernels.hpp"

#include <catch2/catch.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace raygen::engine;

TEST_CASE("a NaN stays one in bfloat16, whatever its bits are") {
  const auto is_nan = [](BFloat16Bits value) {
    return (value.bits & 0x7F80) == 0x7F80 && (value.bits & 0x7F) != 0;
  };
  std::vector<float> x;
  for (const std::uint32_t bits : {0x7FFFFFFFU, 0xFFFFFFFFU, 0x7FC00000U, 0x7FC00001U, 0xFFC00000U,
                                   0x7FFF8000U, 0x7F800001U, 0x7F80FFFFU})
    x.push_back(std::bit_cast<float>(bits));
  const auto count = static_cast<std::int64_t>(x.size());
  std::vector<BFloat16Bits> out(x.size());
  narrow(x.data(), count, 1, out.data());
  for (const BFloat16Bits value : out) CHECK(is_nan(value));
  for (const float nan : x) {
    const std::vector<float> logits = {0.5F, nan, 1.0F};
    CHECK(std::isnan(exponentials(logits.data(), 3, 1, out.data())));
    CHECK(is_nan(out[1]));
  }
}
