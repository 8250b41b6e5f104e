#pragma once
// Made-up weights of LPIPS' networks.

#include "formatted.hpp"
#include "storage/safetensors.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

/// −½..½ in hashed places, as lpips_golden.py has them.
inline at::Tensor hashed_noise(at::IntArrayRef shape, std::uint64_t salt) {
  constexpr std::uint64_t bits = 0xffffffff;
  at::Tensor values = at::empty(shape, at::kDouble);
  double* out = values.mutable_data_ptr<double>();
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(values.numel()); ++i) {
    std::uint64_t x = ((i + salt * 1000003) * 2654435761U) & bits;
    x = ((x ^ (x >> 15)) * 2246822519U) & bits;
    out[i] = static_cast<double>((x ^ (x >> 13)) % 65536) / 65536 - 0.5;
  }
  return values;
}

struct LpipsLayer {
  int index, slice;
  std::int64_t channels, kernel;
};

inline const std::vector<LpipsLayer> kVgg = {
    {0, 1, 64, 3},   {2, 1, 64, 3},   {5, 2, 128, 3},  {7, 2, 128, 3},  {10, 3, 256, 3},
    {12, 3, 256, 3}, {14, 3, 256, 3}, {17, 4, 512, 3}, {19, 4, 512, 3}, {21, 4, 512, 3},
    {24, 5, 512, 3}, {26, 5, 512, 3}, {28, 5, 512, 3}};
inline const std::vector<LpipsLayer> kStVgg = {
    {0, 1, 64, 3},   {2, 1, 64, 3},   {6, 2, 128, 3},  {8, 2, 128, 3},  {12, 3, 256, 3},
    {14, 3, 256, 3}, {16, 3, 256, 3}, {20, 4, 512, 3}, {22, 4, 512, 3}, {24, 4, 512, 3},
    {28, 5, 512, 3}, {30, 5, 512, 3}, {32, 5, 512, 3}};
inline const std::vector<LpipsLayer> kAlex = {
    {0, 1, 64, 11}, {3, 2, 192, 5}, {6, 3, 384, 3}, {8, 4, 256, 3}, {10, 5, 256, 3}};
inline const std::vector<LpipsLayer> kStAlex = {
    {0, 1, 64, 11}, {5, 2, 192, 5}, {9, 3, 384, 3}, {11, 4, 256, 3}, {13, 5, 256, 3}};

struct LpipsParts {
  TensorMap trunk, heads;
};

/// The weights of lpips_golden.py: a trunk under torchvision's names or the packages', and heads.
inline LpipsParts lpips_weights(const std::vector<LpipsLayer>& layers, bool torchvision) {
  LpipsParts parts;
  std::uint64_t salt = 0;
  std::int64_t inputs = 3;
  std::vector<std::int64_t> widths;
  for (const LpipsLayer& layer : layers) {
    const std::string name = torchvision ? formatted("features.{}", layer.index)
                                         : formatted("net.slice{}.{}", layer.slice, layer.index);
    const auto fan = static_cast<double>(inputs * layer.kernel * layer.kernel);
    parts.trunk[name + ".weight"] =
        (hashed_noise({layer.channels, inputs, layer.kernel, layer.kernel}, salt++) *
         std::sqrt(24 / fan))
            .to(at::kFloat);
    parts.trunk[name + ".bias"] = (hashed_noise({layer.channels}, salt++) / 5).to(at::kFloat);
    inputs = layer.channels;
    widths.resize(static_cast<std::size_t>(layer.slice), 0);
    widths.back() = inputs;
  }
  for (std::size_t i = 0; i < widths.size(); ++i)
    parts.heads[formatted("lin{}.model.1.weight", i)] =
        ((hashed_noise({1, widths[i], 1, 1}, salt++) + 0.5) / 10).to(at::kFloat);
  return parts;
}

}  // namespace raygen::engine
