#pragma once
// What files of plain loops share that are compiled once for each vector width (simd_kernels.cpp,
// int8_kernels.cpp): how one body becomes several, and the arithmetic of one value.

#include "compute/simd_kernels.hpp"

#include <bit>
#include <cstdint>

// One body, several instruction sets; the loader takes the best that the CPU has. Sanitizers
// instrument the choice itself, which runs too early for them.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RAYGEN_EACH_VECTOR_WIDTH \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define RAYGEN_EACH_VECTOR_WIDTH
#endif

// The turns of the loop that follows do not depend on each other. Clang is not told: it warns where
// it does not vectorise.
#if defined(__clang__)
#define RAYGEN_INDEPENDENT
#else
#define RAYGEN_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace raygen::engine {

inline __attribute__((always_inline)) float load(const float* x) { return *x; }
inline __attribute__((always_inline)) float load(const BFloat16Bits* x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x->bits) << 16);
}
inline __attribute__((always_inline)) void store(float* out, float value) { *out = value; }
inline __attribute__((always_inline)) void store(BFloat16Bits* out,
                                                 float value) {  // round to nearest even
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  const std::uint32_t nan = bits >> 16 | 0x40;  // rounding would carry some NaN's bits to a number
  out->bits = static_cast<std::uint16_t>(value != value ? nan : rounded);
}

// exp in the range where a sigmoid needs it, to about one unit in the last place: 2^n times Cephes'
// polynomial of the remainder. NaN stays NaN, whatever its bits.
inline __attribute__((always_inline)) float exponential(float x) {
  x = x < -87.0F ? -87.0F : (x > 87.0F ? 87.0F : x);
  const float shifted =
      x * 1.44269504F + 12582912.0F;  // rounds to the nearest integer, kept in the low bits
  const float n = shifted - 12582912.0F;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const std::uint32_t exponent = (std::bit_cast<std::uint32_t>(shifted) - 0x4B400000U) << 23;
  const auto power = std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + exponent);
  return x != x ? x : power;
}

}  // namespace raygen::engine
