#include "vqgan/image_decoder.hpp"

#include "compute/guest.hpp"
#include "formatted.hpp"
#include "vqgan/blocks.hpp"
#include "vqgan/upsample.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

namespace raygen::engine {

namespace {

struct DecoderLevel {
  std::vector<ResidualBlock> blocks;
  std::vector<AttentionBlock> attentions;  // after each block, or none
  std::optional<Upsample> upsample;
};

/// The last convolution, in float32 in every precision: bfloat16 has fewer grey levels than a
/// picture. On a CPU in strips, so that a float32 copy of the whole map is never made. x:
/// [B,C,H,W]. Returns [B,H,W,channels].
at::Tensor last_convolution(const Convolution& convolution, const at::Tensor& x) {
  if (!x.is_cpu()) return convolution(x.to(at::kFloat)).permute({0, 2, 3, 1}).contiguous();
  constexpr std::int64_t strip = 64;
  const std::int64_t height = x.size(2);
  const at::Tensor out = at::empty({x.size(0), height, x.size(3), convolution.out_channels()},
                                   x.options().dtype(at::kFloat));
  for (std::int64_t begin = 0; begin < height; begin += strip) {
    const std::int64_t end = std::min(begin + strip, height);
    const std::int64_t first = std::max<std::int64_t>(begin - 1, 0),
                       last = std::min(end + 1, height);  // with the neighbours it looks at
    const at::Tensor rows =
        convolution(x.narrow(2, first, last - first).to(at::kFloat)).permute({0, 2, 3, 1});
    out.narrow(1, begin, end - begin).copy_(rows.narrow(1, begin - first, end - begin));
  }
  return out;
}

}  // namespace

struct VqganDecoder::Weights {
  std::int64_t grid = 0;
  at::Tensor codebook;  // [V,embedding]
  Linear post_quantisation;
  Convolution conv_in, conv_out;
  std::optional<ResidualBlock> middle_1, middle_2;
  std::optional<AttentionBlock> middle_attention;
  std::vector<DecoderLevel> levels;  // in the order they run: the coarsest first
  GroupNorm norm_out;
};

VqganDecoder::VqganDecoder(const VqganArchitecture& architecture, const WeightSource& weights) {
  auto w = std::make_unique<Weights>();
  std::int64_t size = w->grid = architecture.grid();
  w->codebook = weights.load(architecture.quantizer == Quantizer::vq ? "quantize.embedding.weight"
                                                                     : "quantize.embed.weight");
  w->post_quantisation = load_pointwise(weights, "post_quant_conv");
  w->conv_in = Convolution::load(weights, "decoder.conv_in", {1, 1, size});
  w->middle_1.emplace(weights, "decoder.mid.block_1", size);
  if (architecture.decoder_mid_attention)
    w->middle_attention.emplace(weights, "decoder.mid.attn_1");
  w->middle_2.emplace(weights, "decoder.mid.block_2", size);
  for (auto level = static_cast<std::int64_t>(architecture.channel_multipliers.size()) - 1;
       level >= 0; --level) {
    const std::string name = formatted("decoder.up.{}", level);
    DecoderLevel& current = w->levels.emplace_back();
    for (std::int64_t i = 0; i <= architecture.residual_blocks; ++i) {
      current.blocks.emplace_back(weights, formatted("{}.block.{}", name, i), size);
      if (architecture.decoder_attention[static_cast<std::size_t>(level)])
        current.attentions.emplace_back(weights, formatted("{}.attn.{}", name, i));
    }
    if (level > 0) {
      current.upsample.emplace(weights, name + ".upsample", size);
      size *= 2;
    }
  }
  w->norm_out = GroupNorm::load(weights, "decoder.norm_out");
  const Compute exact{weights.compute().device, at::kFloat};
  w->conv_out = Convolution(weights.load("decoder.conv_out.weight", at::kFloat),
                            weights.load("decoder.conv_out.bias", at::kFloat), {1, 1, size}, exact);
  weights_ = std::move(w);
}

VqganDecoder::~VqganDecoder() = default;

at::Tensor VqganDecoder::decode(const at::Tensor& tokens, Scratch& scratch, const Job* job) const {
  const Weights& w = *weights_;
  const at::Tensor rows = w.post_quantisation(at::embedding(w.codebook, tokens));
  FeatureMap map(scratch, w.conv_in(to_map(rows, w.grid, w.grid)));
  w.middle_1->apply(map);
  if (w.middle_attention) w.middle_attention->apply(map);
  w.middle_2->apply(map);
  for (const DecoderLevel& level : w.levels) {
    for (std::size_t i = 0; i < level.blocks.size(); ++i) {
      check_cancelled(job);
      Guest::share_cores();
      level.blocks[i].apply(map);
      if (!level.attentions.empty()) level.attentions[i].apply(map);
    }
    if (level.upsample) level.upsample->apply(map);
  }
  const at::Tensor normalised = map.work(0, map.channels(), map.height(), map.width());
  w.norm_out.apply(map.x(), normalised, /*swish=*/true);
  return last_convolution(w.conv_out, normalised).clamp_(-1, 1).add_(1).mul_(0.5);
}

}  // namespace raygen::engine
