#include "vqgan/image_encoder.hpp"

#include "error.hpp"
#include "vqgan/blocks.hpp"

#include <ATen/ATen.h>

#include <vector>

namespace raygen::engine {

namespace {

struct EncoderLevel {
  std::vector<ResidualBlock> blocks;
  std::vector<AttentionBlock> attentions;  // after each block, or none
  std::optional<Convolution>
      downsample;  // stride 2 over a map padded by one on the right and below
};

}  // namespace

struct VqganEncoder::Weights {
  Compute compute;
  Convolution conv_in, conv_out;
  std::vector<EncoderLevel> levels;
  std::optional<ResidualBlock> middle_1, middle_2;
  std::optional<AttentionBlock> middle_attention;
  GroupNorm norm_out;
  Linear pre_quantisation;
  // Quantizers work in float32 in every precision.
  Quantizer quantizer = Quantizer::vq;
  at::Tensor codebook;                  // vq: [V,embedding]
  at::Tensor logit_weight, logit_bias;  // gumbel: [V,z], [V]
};

VqganEncoder::VqganEncoder(const VqganArchitecture& architecture, const WeightSource& weights) {
  auto w = std::make_unique<Weights>();
  w->compute = weights.compute();
  std::int64_t size = architecture.resolution;
  w->conv_in = Convolution::load(weights, "encoder.conv_in", {1, 1, size});
  for (std::size_t level = 0; level < architecture.channel_multipliers.size(); ++level) {
    const std::string name = formatted("encoder.down.{}", level);
    EncoderLevel& current = w->levels.emplace_back();
    for (std::int64_t i = 0; i < architecture.residual_blocks; ++i) {
      current.blocks.emplace_back(weights, formatted("{}.block.{}", name, i), size);
      if (architecture.encoder_attention[level])
        current.attentions.emplace_back(weights, formatted("{}.attn.{}", name, i));
    }
    if (level + 1 < architecture.channel_multipliers.size()) {
      current.downsample = Convolution::load(weights, name + ".downsample.conv", {2, 0, size + 1});
      size /= 2;
    }
  }
  w->middle_1.emplace(weights, "encoder.mid.block_1", size);
  if (architecture.encoder_mid_attention)
    w->middle_attention.emplace(weights, "encoder.mid.attn_1");
  w->middle_2.emplace(weights, "encoder.mid.block_2", size);
  w->norm_out = GroupNorm::load(weights, "encoder.norm_out");
  w->conv_out = Convolution::load(weights, "encoder.conv_out", {1, 1, size});
  w->pre_quantisation = load_pointwise(weights, "quant_conv");
  w->quantizer = architecture.quantizer;
  if (w->quantizer == Quantizer::vq) {
    w->codebook = weights.load("quantize.embedding.weight", at::kFloat);
  } else {
    w->logit_weight = weights.load("quantize.proj.weight", at::kFloat).flatten(1);
    w->logit_bias = weights.load("quantize.proj.bias", at::kFloat);
  }
  weights_ = std::move(w);
}

VqganEncoder::~VqganEncoder() = default;

at::Tensor VqganEncoder::features(const at::Tensor& pixels, Scratch& scratch) const {
  const Weights& w = *weights_;
  const at::Tensor images =
      pixels.to(w.compute.device).mul(2).sub_(1).to(w.compute.type).permute({0, 3, 1, 2});
  FeatureMap map(scratch, w.conv_in(images));
  for (const EncoderLevel& level : w.levels) {
    for (std::size_t i = 0; i < level.blocks.size(); ++i) {
      level.blocks[i].apply(map);
      if (!level.attentions.empty()) level.attentions[i].apply(map);
    }
    if (level.downsample) {
      const at::Tensor padded =
          at::constant_pad_nd(map.x(), {0, 1, 0, 1}).contiguous(at::MemoryFormat::ChannelsLast);
      map.set((*level.downsample)(padded));
    }
  }
  w.middle_1->apply(map);
  if (w.middle_attention) w.middle_attention->apply(map);
  w.middle_2->apply(map);
  const at::Tensor normalised = map.work(0, map.channels(), map.height(), map.width());
  w.norm_out.apply(map.x(), normalised, /*swish=*/true);
  const at::Tensor features = w.pre_quantisation(to_rows(w.conv_out(normalised))).to(at::kFloat);
  if (!is_finite(features.to(at::kCPU))) {
    fail(Status::numeric,
         "the image's features hold NaN or infinity: the weights of the image encoder are not "
         "usable");
  }
  return features.view({features.size(0), map.height(), map.width(), features.size(2)});
}

at::Tensor VqganEncoder::nearest(const at::Tensor& features) const {
  const Weights& w = *weights_;
  if (w.quantizer == Quantizer::gumbel)
    return at::linear(features, w.logit_weight, w.logit_bias).argmax(-1);
  const at::Tensor distances = features.square().sum(-1, /*keepdim=*/true) +
                               w.codebook.square().sum(1) -
                               at::matmul(features, w.codebook.t()).mul_(2);
  return distances.argmin(-1);
}

EncodedImage VqganEncoder::encode(const at::Tensor& pixels, Scratch& scratch) const {
  const at::Tensor features = this->features(pixels.unsqueeze(0), scratch)[0];  // [h,w,z]
  return {nearest(features).flatten().to(at::kCPU, at::kInt),
          features.permute({2, 0, 1}).contiguous().to(at::kCPU)};
}

at::Tensor VqganEncoder::tokens(const at::Tensor& pixels, Scratch& scratch) const {
  return nearest(features(pixels, scratch)).flatten(1).to(at::kCPU, at::kInt);
}

}  // namespace raygen::engine
