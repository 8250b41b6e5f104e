#include "vqgan/architecture.hpp"

#include "bundle/architecture_json.hpp"
#include "bundle/size_rules.hpp"
#include "bundle/tensor_specs.hpp"
#include "formatted.hpp"

namespace raygen::engine {

template <>
struct Names<Quantizer> {
  static constexpr const char* values[] = {"vq", "gumbel"};
};

namespace {

constexpr std::int64_t kMaxLevels = 10;
constexpr std::int64_t kMaxResolution = 1 << 14;
constexpr std::int64_t kGroups = 32;  // of GroupNorm

template <typename Visitor, typename Vqgan>
void visit(Visitor& visit, Vqgan& vqgan) {
  visit("quantizer", vqgan.quantizer);
  visit("resolution", vqgan.resolution);
  visit("in_channels", vqgan.in_channels);
  visit("out_channels", vqgan.out_channels);
  visit("channels", vqgan.channels);
  visit("channel_multipliers", vqgan.channel_multipliers);
  visit("residual_blocks", vqgan.residual_blocks);
  visit("encoder_attention", vqgan.encoder_attention);
  visit("decoder_attention", vqgan.decoder_attention);
  visit("encoder_mid_attention", vqgan.encoder_mid_attention);
  visit("decoder_mid_attention", vqgan.decoder_mid_attention);
  visit("z_channels", vqgan.z_channels);
  visit("embedding", vqgan.embedding);
  visit("codebook", vqgan.codebook);
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
      add_residual_block(list, formatted("encoder.down.{}.block.{}", level, i), width, out);
      width = out;
      if (vqgan.encoder_attention[level])
        add_attention_block(list, formatted("encoder.down.{}.attn.{}", level, i), out);
    }
    if (level + 1 < levels)
      list.convolution(formatted("encoder.down.{}.downsample.conv", level), width, width, 3);
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
      add_residual_block(list, formatted("decoder.up.{}.block.{}", level, i), width, out);
      width = out;
      if (vqgan.decoder_attention[level])
        add_attention_block(list, formatted("decoder.up.{}.attn.{}", level, i), out);
    }
    if (level > 0)
      list.convolution(formatted("decoder.up.{}.upsample.conv", level), width, width, 3);
  }
  list.norm("decoder.norm_out", width);
  list.convolution("decoder.conv_out", vqgan.out_channels, width, 3);
}

}  // namespace

void VqganArchitecture::read_json(const nlohmann::json& json, const std::string& name,
                                  const std::string& where) {
  SizesReader reader(json, name, where);
  visit(reader, *this);
  reader.finish();
}

nlohmann::ordered_json VqganArchitecture::to_json() const {
  SizesWriter writer;
  visit(writer, *this);
  return writer.take();
}

nlohmann::ordered_json VqganArchitecture::preprocessing() const {
  return {{"range", {-1, 1}}, {"size", resolution}, {"channels", in_channels}};
}

void VqganArchitecture::validate(const std::string& where) const {
  const SizeRules rules(where);
  const auto levels = static_cast<std::int64_t>(channel_multipliers.size());
  rules.range("the number of vqgan.channel_multipliers", levels, 1, kMaxLevels);
  rules.range("vqgan.resolution", resolution, 1, kMaxResolution);
  rules.divides("2^(levels-1)", std::int64_t{1} << (levels - 1), "vqgan.resolution", resolution);
  rules.require(in_channels == 1 || in_channels == 3, "vqgan.in_channels is {}, expected 1 or 3",
                in_channels);
  rules.require(out_channels == 1 || out_channels == 3, "vqgan.out_channels is {}, expected 1 or 3",
                out_channels);
  rules.range("vqgan.channels", channels, kGroups, kMaxWidth);
  rules.divides("GroupNorm's", kGroups, "vqgan.channels", channels);
  for (const std::int64_t multiplier : channel_multipliers) {
    rules.range("vqgan.channel_multipliers", multiplier, 1, kMaxWidth / channels);
  }
  rules.range("vqgan.residual_blocks", residual_blocks, 1, kMaxLayers);
  rules.equal("the number of vqgan.encoder_attention",
              static_cast<std::int64_t>(encoder_attention.size()), "levels", levels);
  rules.equal("the number of vqgan.decoder_attention",
              static_cast<std::int64_t>(decoder_attention.size()), "levels", levels);
  rules.range("vqgan.z_channels", z_channels, 1, kMaxWidth);
  rules.range("vqgan.embedding", embedding, 1, kMaxWidth);
  rules.range("vqgan.codebook", codebook, 1, kMaxVocabulary);
  if (quantizer == Quantizer::gumbel) {
    rules.equal("vqgan.embedding", embedding, "vqgan.z_channels (GumbelVQ)", z_channels);
  }
}

std::vector<SharedSize> VqganArchitecture::shared_sizes() const {
  return {{"codebook", "vqgan.codebook", codebook},
          {"image tokens", "the VQ-GAN's grid squared", grid() * grid()}};
}

std::vector<TensorSpec> VqganArchitecture::tensor_specs() const {
  SpecList list;
  add_vqgan_encoder(list, *this);
  add_vqgan_decoder(list, *this);
  list.convolution("quant_conv", embedding, z_channels, 1);
  list.convolution("post_quant_conv", z_channels, embedding, 1);
  if (quantizer == Quantizer::vq) {
    list.add("quantize.embedding.weight", {codebook, embedding});
  } else {
    list.add("quantize.embed.weight", {codebook, embedding});
    list.convolution("quantize.proj", codebook, z_channels, 1);
  }
  return list.take();
}

}  // namespace raygen::engine
