#include "training/vqgan_network.hpp"

#include "formatted.hpp"
#include "training/recompute.hpp"

#include <ATen/ATen.h>

namespace raygen::engine {

at::Tensor VqganNetwork::convolution(const std::string& name, const at::Tensor& x,
                                     std::int64_t stride, std::int64_t padding) const {
  return at::conv2d(x, parameters_[name + ".weight"], parameters_[name + ".bias"], stride, padding);
}

at::Tensor VqganNetwork::norm(const std::string& name, const at::Tensor& x) const {
  return at::group_norm(x, 32, parameters_[name + ".weight"], parameters_[name + ".bias"], 1e-6);
}

at::Tensor VqganNetwork::residual_block(const std::string& name, const at::Tensor& input) const {
  return checkpointed(checkpointing_, input, [self = *this, name](const at::Tensor& x) {
    at::Tensor h = self.convolution(name + ".conv1", at::silu(self.norm(name + ".norm1", x)), 1, 1);
    h = self.convolution(name + ".conv2", at::silu(self.norm(name + ".norm2", h)), 1, 1);
    const bool shortcut = self.parameters_.contains(name + ".nin_shortcut.weight");
    return (shortcut ? self.convolution(name + ".nin_shortcut", x, 1, 0) : x) + h;
  });
}

at::Tensor VqganNetwork::attention_block(const std::string& name, const at::Tensor& input) const {
  return checkpointed(checkpointing_, input, [self = *this, name](const at::Tensor& x) {
    const at::Tensor h = self.norm(name + ".norm", x);
    const auto rows = [&](const char* part) {
      return self.convolution(name + part, h, 1, 0).flatten(2).transpose(1, 2).unsqueeze(1);
    };
    const at::Tensor attended =
        at::scaled_dot_product_attention(rows(".q"), rows(".k"), rows(".v"));  // [B,1,hw,C]
    const at::Tensor map = attended.squeeze(1).transpose(1, 2).reshape(x.sizes());
    return x + self.convolution(name + ".proj_out", map, 1, 0);
  });
}

at::Tensor VqganNetwork::middle(const std::string& part, bool attention, at::Tensor x) const {
  x = residual_block(part + ".mid.block_1", x);
  if (attention) x = attention_block(part + ".mid.attn_1", x);
  return residual_block(part + ".mid.block_2", x);
}

at::Tensor VqganNetwork::encode(const at::Tensor& images) const {
  // Planes, not channels last: a CPU's GroupNorm has a slow gradient for the latter, worth more
  // than the convolutions gain.
  at::Tensor x = convolution("encoder.conv_in", images.contiguous(), 1, 1);
  const std::size_t levels = architecture_.channel_multipliers.size();
  for (std::size_t level = 0; level < levels; ++level) {
    const std::string name = formatted("encoder.down.{}", level);
    for (std::int64_t i = 0; i < architecture_.residual_blocks; ++i) {
      x = residual_block(formatted("{}.block.{}", name, i), x);
      if (architecture_.encoder_attention[level])
        x = attention_block(formatted("{}.attn.{}", name, i), x);
    }
    if (level + 1 < levels)
      x = convolution(name + ".downsample.conv", at::constant_pad_nd(x, {0, 1, 0, 1}), 2, 0);
  }
  x = middle("encoder", architecture_.encoder_mid_attention, x);
  x = convolution("encoder.conv_out", at::silu(norm("encoder.norm_out", x)), 1, 1);
  return convolution("quant_conv", x, 1, 0);
}

at::Tensor VqganNetwork::decode(const at::Tensor& quantised) const {
  at::Tensor x =
      convolution("decoder.conv_in", convolution("post_quant_conv", quantised, 1, 0), 1, 1);
  x = middle("decoder", architecture_.decoder_mid_attention, x);
  for (std::size_t level = architecture_.channel_multipliers.size(); level-- > 0;) {
    const std::string name = formatted("decoder.up.{}", level);
    for (std::int64_t i = 0; i <= architecture_.residual_blocks; ++i) {
      x = residual_block(formatted("{}.block.{}", name, i), x);
      if (architecture_.decoder_attention[level])
        x = attention_block(formatted("{}.attn.{}", name, i), x);
    }
    if (level > 0)
      x = convolution(name + ".upsample.conv",
                      at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)}), 1, 1);
  }
  return convolution("decoder.conv_out", at::silu(norm("decoder.norm_out", x)), 1, 1);
}

at::Tensor nearest_codes(const at::Tensor& features, const at::Tensor& codebook) {
  const at::Tensor rows =
      features.permute({0, 2, 3, 1}).reshape({-1, features.size(1)}).to(at::kFloat);
  return at::addmm(codebook.square().sum(1), rows, codebook.t(), 1, -2).argmin(1);
}

at::Tensor code_map(const at::Tensor& indices, const at::Tensor& codebook, std::int64_t batch,
                    std::int64_t height, std::int64_t width) {
  return at::embedding(codebook, indices)
      .view({batch, height, width, codebook.size(1)})
      .permute({0, 3, 1, 2});
}

}  // namespace raygen::engine
