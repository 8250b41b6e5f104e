#include "training/discriminator.hpp"

#include "formatted.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace raygen::engine {

namespace {

constexpr std::int64_t kernel = 4;
constexpr double leak = 0.2;
constexpr std::int64_t padding = 1;
constexpr std::int64_t norm_groups = 8;
static_assert(2 * discriminator_channel_unit % norm_groups == 0,
              "the first norm has twice the first layer's channels");

struct Layer {
  std::int64_t in, out, stride;
  bool norm, last;
};

std::vector<Layer> layers_of(const DiscriminatorSizes& sizes) {
  std::vector<Layer> layers;
  std::int64_t width = sizes.channels;
  layers.push_back({sizes.image_channels, width, 2, false, false});
  for (std::int64_t i = 1; i <= sizes.layers; ++i) {
    const std::int64_t next = sizes.channels * std::min<std::int64_t>(std::int64_t{1} << i, 8);
    layers.push_back({width, next, i < sizes.layers ? 2 : 1, true, false});
    width = next;
  }
  layers.push_back({width, 1, 1, false, true});
  return layers;
}

}  // namespace

std::vector<TensorSpec> discriminator_specs(const DiscriminatorSizes& sizes) {
  std::vector<TensorSpec> specs;
  const auto layers = layers_of(sizes);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string name = formatted("discriminator.{}.", i);
    specs.push_back({name + "conv.weight", {layers[i].out, layers[i].in, kernel, kernel}});
    specs.push_back({name + "conv.bias", {layers[i].out}});
    if (!layers[i].norm) continue;
    specs.push_back({name + "norm.weight", {layers[i].out}});
    specs.push_back({name + "norm.bias", {layers[i].out}});
  }
  return specs;
}

std::int64_t discriminator_patches(const DiscriminatorSizes& sizes, std::int64_t side) {
  for (const Layer& layer : layers_of(sizes)) {
    if (side + 2 * padding < kernel) return 0;
    side = (side + 2 * padding - kernel) / layer.stride + 1;
  }
  return side;
}

at::Tensor discriminate(const DiscriminatorSizes& sizes, const Parameters& parameters,
                        const at::Tensor& images) {
  at::Tensor x = images;
  const auto layers = layers_of(sizes);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string name = formatted("discriminator.{}.", i);
    x = at::conv2d(x, parameters[name + "conv.weight"], parameters[name + "conv.bias"],
                   layers[i].stride, padding);
    if (layers[i].norm)
      x = at::group_norm(x, norm_groups, parameters[name + "norm.weight"],
                         parameters[name + "norm.bias"], 1e-5);
    if (!layers[i].last) x = at::leaky_relu(x, leak);
  }
  return x.to(at::kFloat);
}

}  // namespace raygen::engine
