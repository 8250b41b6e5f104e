// The image encoder and decoder against the same networks as plain compositions of ATen's functions
// in float64: those that training differentiates (training/vqgan_network.hpp).

#include "vqgan/blocks.hpp"
#include "vqgan/image_decoder.hpp"
#include "vqgan/image_encoder.hpp"
#include "vqgan/upsample.hpp"

#include "compute/relative_error.hpp"
#include "compute/weight_file.hpp"
#include "training/vqgan_network.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

using namespace raygen::engine;

namespace {

// Largest difference over the root mean square: float32 rounds to 6e-8, sums of hundreds of
// products and Winograd's transformations lose two to three digits of it.
constexpr double block_error = 1e-4, network_error = 1e-3;

using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

at::Generator numbers() { return weight_generator(11); }

/// Weights by name, of a size that keeps activations near one; biases and norms that do something.
Tensors random_weights(const std::vector<TensorSpec>& specs) {
  at::Generator generator = numbers();
  Tensors weights;
  for (const TensorSpec& spec : specs) {
    at::Tensor tensor = at::zeros(spec.shape);
    const double deviation =
        tensor.dim() > 1 ? 1 / std::sqrt(static_cast<double>(tensor.numel() / tensor.size(0)))
                         : 0.2;
    tensor.normal_(0, deviation, generator);
    if (spec.name.find("norm") != std::string::npos && spec.name.ends_with("weight"))
      tensor.add_(1);
    weights.emplace_back(spec.name, tensor);
  }
  return weights;
}

at::Tensor image(std::int64_t channels, std::int64_t height, std::int64_t width) {
  at::Generator generator = numbers();
  return at::zeros({1, channels, height, width}).normal_(0, 1, generator);
}

Parameters exact(const Tensors& weights) {
  Parameters parameters(at::kCPU, at::kDouble);
  for (const auto& [name, tensor] : weights) parameters.add(name, tensor, /*trained=*/false);
  return parameters;
}

at::Tensor convolved(const Parameters& p, const std::string& name, const at::Tensor& x,
                     std::int64_t padding) {
  return at::conv2d(x, p[name + ".weight"], p[name + ".bias"], 1, padding);
}

at::Tensor normalised(const Parameters& p, const std::string& name, const at::Tensor& x) {
  return at::group_norm(x, 32, p[name + ".weight"], p[name + ".bias"], 1e-6);
}

template <typename Block>
at::Tensor applied(const Block& block, const at::Tensor& x) {
  Scratch scratch;
  FeatureMap map(scratch, x);
  block.apply(map);
  return map.x().clone();
}

std::vector<TensorSpec> residual_specs(std::int64_t in, std::int64_t out) {
  std::vector<TensorSpec> specs = {{"b.norm1.weight", {in}},
                                   {"b.norm1.bias", {in}},
                                   {"b.conv1.weight", {out, in, 3, 3}},
                                   {"b.conv1.bias", {out}},
                                   {"b.norm2.weight", {out}},
                                   {"b.norm2.bias", {out}},
                                   {"b.conv2.weight", {out, out, 3, 3}},
                                   {"b.conv2.bias", {out}}};
  if (in != out) {
    specs.push_back({"b.nin_shortcut.weight", {out, in, 1, 1}});
    specs.push_back({"b.nin_shortcut.bias", {out}});
  }
  return specs;
}

VqganArchitecture small(Quantizer quantizer, bool attention) {
  VqganArchitecture vqgan;
  vqgan.quantizer = quantizer;
  vqgan.resolution = 16;
  vqgan.channels = 32;
  vqgan.channel_multipliers = {1, 2, 1};
  vqgan.residual_blocks = 2;
  vqgan.encoder_attention = vqgan.decoder_attention = {false, false, attention};
  vqgan.encoder_mid_attention = vqgan.decoder_mid_attention = attention;
  vqgan.z_channels = 24;
  vqgan.embedding = quantizer == Quantizer::vq ? 12 : 24;
  vqgan.codebook = 40;
  return vqgan;
}

}  // namespace

TEST_CASE("a residual block is norm, swish and convolution twice, plus its input") {
  const std::int64_t in = 32, out = GENERATE(32, 64), size = GENERATE(7, 32);
  const Tensors weights = random_weights(residual_specs(in, out));
  const WeightFile file(weights);
  const at::Tensor x = image(in, size, size);
  const at::Tensor result = applied(ResidualBlock(file.source(), "b", size), x);

  const Parameters p = exact(weights);
  const at::Tensor y = x.to(at::kDouble);
  at::Tensor h = convolved(p, "b.conv1", at::silu(normalised(p, "b.norm1", y)), 1);
  h = convolved(p, "b.conv2", at::silu(normalised(p, "b.norm2", h)), 1);
  const at::Tensor expected = (in == out ? y : convolved(p, "b.nin_shortcut", y, 0)) + h;
  CHECK(relative_error(result, expected) < block_error);
}

TEST_CASE("an attention block lets every place see every other") {
  const std::int64_t channels = 32, height = 5, width = 6;
  std::vector<TensorSpec> specs = {{"b.norm.weight", {channels}}, {"b.norm.bias", {channels}}};
  for (const char* part : {"q", "k", "v", "proj_out"}) {
    specs.push_back({std::string("b.") + part + ".weight", {channels, channels, 1, 1}});
    specs.push_back({std::string("b.") + part + ".bias", {channels}});
  }
  const Tensors weights = random_weights(specs);
  const WeightFile file(weights);
  const at::Tensor x = image(channels, height, width);
  const at::Tensor result = applied(AttentionBlock(file.source(), "b"), x);

  const Parameters p = exact(weights);
  const at::Tensor y = x.to(at::kDouble), h = normalised(p, "b.norm", y);
  const auto places = [&](const char* part) {  // [HW,C]
    return convolved(p, std::string("b.") + part, h, 0)[0].flatten(1).t();
  };
  const at::Tensor seen = at::softmax(
      at::matmul(places("q"), places("k").t()) / std::sqrt(static_cast<double>(channels)), -1);
  const at::Tensor map = at::matmul(seen, places("v")).t().reshape({1, channels, height, width});
  CHECK(relative_error(result, y + convolved(p, "b.proj_out", map, 0)) < block_error);
}

TEST_CASE(
    "Upsampling is one convolution over doubled pixels, by four small ones and by Winograd's") {
  for (const auto& [channels, size] : {std::pair{32, 9}, {64, 33}}) {
    const WeightFile file(
        {{"u.conv.weight", at::randn({64, channels, 3, 3})}, {"u.conv.bias", at::randn({64})}});
    const WeightSource source = file.source();
    const at::Tensor weight = source.load("u.conv.weight");
    CHECK(Winograd::suits(weight, 1, 1, 2 * size, source.compute()) == (size == 33));
    const Upsample upsample(source, "u", size);
    const at::Tensor x =
        at::randn({1, channels, size, size}).contiguous(at::MemoryFormat::ChannelsLast);
    Scratch scratch;
    FeatureMap map(scratch, x);
    upsample.apply(map);
    const at::Tensor expected = at::conv2d(
        at::upsample_nearest2d(x.to(at::kDouble), {2 * size, 2 * size}), weight.to(at::kDouble),
        source.load("u.conv.bias").to(at::kDouble), {1, 1}, {1, 1});
    if (size == 33) {
      CHECK(relative_error(map.x(), expected) <= 5e-5);
    } else {
      CHECK(at::allclose(map.x().to(at::kDouble), expected, 1e-4, 1e-4));
    }
    CHECK(scratch.memory() > 0);
    scratch.trim();
    CHECK(scratch.memory() == 0);
  }
}

TEST_CASE("the image encoder finds the features and the tokens of the plain network") {
  const VqganArchitecture architecture =
      small(GENERATE(Quantizer::vq, Quantizer::gumbel), GENERATE(false, true));
  const Tensors weights = random_weights(architecture.tensor_specs());
  const WeightFile file(weights);
  const at::Tensor pixels = at::sigmoid(image(3, 16, 16))[0].permute({1, 2, 0}).contiguous();
  Scratch scratch;
  const VqganEncoder encoder(architecture, file.source());
  const EncodedImage encoded = encoder.encode(pixels, scratch);
  CHECK(at::equal(encoder.tokens(pixels.unsqueeze(0), scratch)[0], encoded.tokens));

  const Parameters p = exact(weights);
  const at::Tensor input = (pixels.to(at::kDouble) * 2 - 1).permute({2, 0, 1}).unsqueeze(0);
  const at::Tensor features = VqganNetwork(architecture, p, false).encode(input);
  CHECK(relative_error(encoded.features, features[0]) < network_error);
  at::Tensor likeness;  // [V,h,w]
  if (architecture.quantizer == Quantizer::vq) {
    const at::Tensor rows = p["quantize.embedding.weight"];
    likeness = -(features - rows.unsqueeze(2).unsqueeze(3)).square().sum(1);
  } else {
    likeness = convolved(p, "quantize.proj", features, 0)[0];
  }
  CHECK(at::equal(encoded.tokens, likeness.argmax(0).flatten().to(at::kInt)));
}

TEST_CASE("the image decoder makes the pixels of the plain network") {
  const VqganArchitecture architecture =
      small(GENERATE(Quantizer::vq, Quantizer::gumbel), GENERATE(false, true));
  const Tensors weights = random_weights(architecture.tensor_specs());
  const WeightFile file(weights);
  const at::Tensor tokens = at::arange(16, at::kLong) * 7 % architecture.codebook;
  Scratch scratch;
  const at::Tensor pixels =
      VqganDecoder(architecture, file.source()).decode(tokens.unsqueeze(0), scratch, nullptr)[0];

  const Parameters p = exact(weights);
  const at::Tensor table = p[architecture.quantizer == Quantizer::vq ? "quantize.embedding.weight"
                                                                     : "quantize.embed.weight"];
  const at::Tensor made =
      VqganNetwork(architecture, p, false).decode(code_map(tokens, table, 1, 4, 4));
  const at::Tensor expected = (made[0].permute({1, 2, 0}).clamp(-1, 1) + 1) / 2;
  CHECK(pixels.min().item<float>() >= 0);
  CHECK(pixels.max().item<float>() <= 1);
  CHECK(relative_error(pixels, expected) < network_error);
}
