#pragma once
// The same noise for a batch of images, as tensors: every device gives the bits of noise.hpp.

#include "noise/noise.hpp"

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

namespace raygen::engine {

/// One Philox 4x32-10 block for every element. The words are int64 tensors of 0..2^32-1 that
/// broadcast against each other.
std::array<at::Tensor, 4> philox(std::array<at::Tensor, 4> counter, std::array<at::Tensor, 2> key);

/// The keys of a batch, int64 [B,4] on the CPU: low and high half of the seed, then of the index.
at::Tensor noise_keys(const std::vector<ImageKey>& images);

/// Uniform noise in [0,1) for entries 0..count-1 of positions int64 [B,n], on the device of keys
/// and positions: float [B,n,count]. On a CPU the scalar loop fills it, which is faster.
at::Tensor uniform_noise(const at::Tensor& keys, std::uint32_t step, const at::Tensor& positions,
                         std::int64_t count);

/// uniform_noise() by tensor operations alone, wherever its tensors lie.
at::Tensor uniform_noise_by_operations(const at::Tensor& keys, std::uint32_t step,
                                       const at::Tensor& positions, std::int64_t count);

/// Uniform noise in [0,1) for each of n positions: float [B,n].
at::Tensor noise_of_positions(const at::Tensor& keys, std::uint32_t step, std::int64_t n);

/// For every image the positions that `allowed`, bool [B,N], names, those with the smallest noise
/// first, and then all others: int64 [B,N]. Where all are allowed, the first n are those of
/// random_positions().
at::Tensor random_order(const at::Tensor& keys, std::uint32_t step, const at::Tensor& allowed);

}  // namespace raygen::engine
