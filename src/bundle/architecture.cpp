#include "bundle/architecture.hpp"

#include "error.hpp"

#include <fmt/format.h>

#include <initializer_list>

namespace raygen::engine {

namespace {

class SpecList {
 public:
  void add(std::string name, std::vector<std::int64_t> shape) {
    specs_.push_back({std::move(name), std::move(shape)});
  }
  void affine(const std::string& prefix, std::vector<std::int64_t> weight) {
    const std::int64_t rows = weight.front();
    add(prefix + ".weight", std::move(weight));
    add(prefix + ".bias", {rows});
  }
  void linear(const std::string& prefix, std::int64_t out, std::int64_t in) {
    affine(prefix, {out, in});
  }
  void norm(const std::string& prefix, std::int64_t width) { affine(prefix, {width}); }
  void convolution(const std::string& prefix, std::int64_t out, std::int64_t in,
                   std::int64_t kernel) {
    affine(prefix, {out, in, kernel, kernel});
  }
  std::vector<TensorSpec> take() { return std::move(specs_); }

 private:
  std::vector<TensorSpec> specs_;
};

void add_bert(SpecList& list, const TextArchitecture& text) {
  const std::string embeddings = "bert.embeddings.";
  list.add(embeddings + "word_embeddings.weight", {text.vocabulary, text.hidden});
  list.add(embeddings + "position_embeddings.weight", {text.positions, text.hidden});
  list.add(embeddings + "token_type_embeddings.weight", {text.token_types, text.hidden});
  list.norm(embeddings + "LayerNorm", text.hidden);
  for (std::int64_t i = 0; i < text.layers; ++i) {
    const std::string layer = fmt::format("bert.encoder.layer.{}.", i);
    for (const char* name : {"query", "key", "value"})
      list.linear(layer + "attention.self." + name, text.hidden, text.hidden);
    list.linear(layer + "attention.output.dense", text.hidden, text.hidden);
    list.norm(layer + "attention.output.LayerNorm", text.hidden);
    list.linear(layer + "intermediate.dense", text.intermediate, text.hidden);
    list.linear(layer + "output.dense", text.hidden, text.intermediate);
    list.norm(layer + "output.LayerNorm", text.hidden);
  }
  if (text.projection > 0) {
    list.linear("cls_projection_head.dense_to_hidden", text.projection, text.hidden);
    list.norm("cls_projection_head.LayerNorm", text.projection);
    list.linear("cls_projection_head.dense_to_output", text.projection, text.projection);
  }
}

void add_t5(SpecList& list, const TextArchitecture& text) {
  const std::int64_t inner = text.heads * text.head_dim;
  list.add("shared.weight", {text.vocabulary, text.hidden});
  for (std::int64_t i = 0; i < text.layers; ++i) {
    const std::string attention = fmt::format("encoder.block.{}.layer.0.", i);
    for (const char* name : {"q", "k", "v"})
      list.add(attention + "SelfAttention." + name + ".weight", {inner, text.hidden});
    list.add(attention + "SelfAttention.o.weight", {text.hidden, inner});
    if (i == 0)
      list.add(attention + "SelfAttention.relative_attention_bias.weight",
               {text.relative_buckets, text.heads});
    list.add(attention + "layer_norm.weight", {text.hidden});
    const std::string feed_forward = fmt::format("encoder.block.{}.layer.1.", i);
    const bool gated = text.activation.starts_with("gated-");
    if (gated) {
      list.add(feed_forward + "DenseReluDense.wi_0.weight", {text.intermediate, text.hidden});
      list.add(feed_forward + "DenseReluDense.wi_1.weight", {text.intermediate, text.hidden});
    } else {
      list.add(feed_forward + "DenseReluDense.wi.weight", {text.intermediate, text.hidden});
    }
    list.add(feed_forward + "DenseReluDense.wo.weight", {text.hidden, text.intermediate});
    list.add(feed_forward + "layer_norm.weight", {text.hidden});
  }
  list.add("encoder.final_layer_norm.weight", {text.hidden});
}

void add_residual_block(SpecList& list, const std::string& prefix, std::int64_t in,
                        std::int64_t out) {
  list.norm(prefix + ".norm1", in);
  list.convolution(prefix + ".conv1", out, in, 3);
  list.norm(prefix + ".norm2", out);
  list.convolution(prefix + ".conv2", out, out, 3);
  if (in != out) list.convolution(prefix + ".nin_shortcut", out, in, 1);
}

void add_attention_block(SpecList& list, const std::string& prefix, std::int64_t channels) {
  list.norm(prefix + ".norm", channels);
  for (const char* name : {".q", ".k", ".v", ".proj_out"})
    list.convolution(prefix + name, channels, channels, 1);
}

void add_middle(SpecList& list, const std::string& part, std::int64_t channels, bool attention) {
  add_residual_block(list, part + ".mid.block_1", channels, channels);
  if (attention) add_attention_block(list, part + ".mid.attn_1", channels);
  add_residual_block(list, part + ".mid.block_2", channels, channels);
}

void add_vqgan_encoder(SpecList& list, const VqganArchitecture& vqgan) {
  list.convolution("encoder.conv_in", vqgan.channels, vqgan.in_channels, 3);
  const std::size_t levels = vqgan.channel_multipliers.size();
  std::int64_t width = vqgan.channels;
  for (std::size_t level = 0; level < levels; ++level) {
    const std::int64_t out = vqgan.channels * vqgan.channel_multipliers[level];
    for (std::int64_t i = 0; i < vqgan.residual_blocks; ++i) {
      add_residual_block(list, fmt::format("encoder.down.{}.block.{}", level, i), width, out);
      width = out;
      if (vqgan.encoder_attention[level])
        add_attention_block(list, fmt::format("encoder.down.{}.attn.{}", level, i), out);
    }
    if (level + 1 < levels)
      list.convolution(fmt::format("encoder.down.{}.downsample.conv", level), width, width, 3);
  }
  add_middle(list, "encoder", width, vqgan.encoder_mid_attention);
  list.norm("encoder.norm_out", width);
  list.convolution("encoder.conv_out", vqgan.z_channels, width, 3);
}

void add_vqgan_decoder(SpecList& list, const VqganArchitecture& vqgan) {
  const std::size_t levels = vqgan.channel_multipliers.size();
  std::int64_t width = vqgan.channels * vqgan.channel_multipliers.back();
  list.convolution("decoder.conv_in", width, vqgan.z_channels, 3);
  add_middle(list, "decoder", width, vqgan.decoder_mid_attention);
  for (std::size_t level = levels; level-- > 0;) {
    const std::int64_t out = vqgan.channels * vqgan.channel_multipliers[level];
    for (std::int64_t i = 0; i <= vqgan.residual_blocks; ++i) {
      add_residual_block(list, fmt::format("decoder.up.{}.block.{}", level, i), width, out);
      width = out;
      if (vqgan.decoder_attention[level])
        add_attention_block(list, fmt::format("decoder.up.{}.attn.{}", level, i), out);
    }
    if (level > 0)
      list.convolution(fmt::format("decoder.up.{}.upsample.conv", level), width, width, 3);
  }
  list.norm("decoder.norm_out", width);
  list.convolution("decoder.conv_out", vqgan.out_channels, width, 3);
}

}  // namespace

std::vector<TensorSpec> tensor_specs(const TextArchitecture& architecture) {
  SpecList list;
  if (architecture.encoder == TextEncoderKind::bert) {
    add_bert(list, architecture);
  } else {
    add_t5(list, architecture);
  }
  return list.take();
}

std::vector<TensorSpec> tensor_specs(const VqganArchitecture& architecture) {
  SpecList list;
  add_vqgan_encoder(list, architecture);
  add_vqgan_decoder(list, architecture);
  list.convolution("quant_conv", architecture.embedding, architecture.z_channels, 1);
  list.convolution("post_quant_conv", architecture.z_channels, architecture.embedding, 1);
  if (architecture.quantizer == Quantizer::vq) {
    list.add("quantize.embedding.weight", {architecture.codebook, architecture.embedding});
  } else {
    list.add("quantize.embed.weight", {architecture.codebook, architecture.embedding});
    list.convolution("quantize.proj", architecture.codebook, architecture.z_channels, 1);
  }
  return list.take();
}

std::vector<TensorSpec> tensor_specs(const MaskedDecoderArchitecture& architecture) {
  SpecList list;
  const std::int64_t hidden = architecture.hidden;
  list.add("image_embedding.weight", {architecture.codebook + 1, hidden});
  list.add("image_pos_emb.pos_emb", {1, architecture.tokens, hidden});
  if (architecture.text_projector) list.linear("text_projector", hidden, architecture.text_hidden);
  for (std::int64_t i = 0; i < architecture.layers; ++i) {
    const std::string layer = fmt::format("transformer.dec_layers.{}.", i);
    for (const char* name : {"mha.mha.", "cross_mha.mha."}) {
      const std::string attention = layer + name;
      if (architecture.attention == AttentionKind::normal) {
        list.add(attention + "in_proj_weight", {3 * hidden, hidden});
        list.add(attention + "in_proj_bias", {3 * hidden});
        list.linear(attention + "out_proj", hidden, hidden);
      } else {
        list.add(attention + "fast_attention.projection_matrix",
                 {architecture.features, hidden / architecture.heads});
        list.linear(attention + "to_out", hidden, hidden);
      }
    }
    list.norm(layer + "ffn.layer_norm_1", hidden);
    list.add(layer + "ffn.linear_1.weight", {2 * architecture.intermediate, hidden});
    list.norm(layer + "ffn.layer_norm_2", architecture.intermediate);
    list.add(layer + "ffn.linear_2.weight", {hidden, architecture.intermediate});
    list.norm(layer + "layer_norm_3", hidden);
  }
  list.linear("final_dense", architecture.codebook, hidden);
  return list.take();
}

}  // namespace raygen::engine
