#include "formatted.hpp"
#include "import/import_parts.hpp"
#include "storage/json.hpp"

#include <cmath>

namespace raygen::engine {

namespace {

constexpr std::int64_t kMaxLevels = 10;

std::vector<bool> attention_levels(const WeightTable& weights, const std::string& prefix,
                                   std::int64_t levels) {
  std::vector<bool> levels_with;
  for (std::int64_t level = 0; level < levels; ++level)
    levels_with.push_back(weights.contains(formatted("{}{}.attn.0.norm.weight", prefix, level)));
  return levels_with;
}

void infer_quantizer(const WeightTable& weights, VqganArchitecture& vqgan) {
  const bool nearest = weights.contains("quantize.embedding.weight"),
             gumbel = weights.contains("quantize.embed.weight");
  if (nearest == gumbel) {
    fail(Status::format,
         "{}: {} of 'quantize.embedding.weight' (VQModel) and 'quantize.embed.weight' (GumbelVQ), "
         "one was expected",
         weights.where(), nearest ? "both" : "neither");
  }
  vqgan.quantizer = nearest ? Quantizer::vq : Quantizer::gumbel;
  const char* codebook = nearest ? "quantize.embedding.weight" : "quantize.embed.weight";
  vqgan.codebook = weights.extent(codebook, 2, 0);
  vqgan.embedding = weights.extent(codebook, 2, 1);
}

VqganArchitecture infer(const WeightTable& weights, std::int64_t tokens) {
  VqganArchitecture vqgan;
  vqgan.channels = weights.extent("encoder.conv_in.weight", 4, 0);
  vqgan.in_channels = weights.extent("encoder.conv_in.weight", 4, 1);
  vqgan.out_channels = weights.extent("decoder.conv_out.weight", 4, 0);
  vqgan.z_channels = weights.extent("encoder.conv_out.weight", 4, 0);
  const std::int64_t levels = weights.count("encoder.down.");
  if (levels < 1 || levels > kMaxLevels)
    fail(Status::format, "{}: {} levels 'encoder.down.*', expected 1 to {}", weights.where(),
         levels, kMaxLevels);
  for (std::int64_t level = 0; level < levels; ++level) {
    const std::string name = formatted("encoder.down.{}.block.0.conv1.weight", level);
    const std::int64_t width = weights.extent(name, 4, 0);
    if (vqgan.channels < 1 || width % vqgan.channels != 0) {
      fail(Status::format, "{}: {} has {} channels, no multiple of the first convolution's {}",
           weights.where(), in_quotes(name), width, vqgan.channels);
    }
    vqgan.channel_multipliers.push_back(width / vqgan.channels);
  }
  vqgan.residual_blocks = weights.count("encoder.down.0.block.");
  vqgan.encoder_attention = attention_levels(weights, "encoder.down.", levels);
  vqgan.decoder_attention = attention_levels(weights, "decoder.up.", levels);
  vqgan.encoder_mid_attention = weights.contains("encoder.mid.attn_1.norm.weight");
  vqgan.decoder_mid_attention = weights.contains("decoder.mid.attn_1.norm.weight");
  infer_quantizer(weights, vqgan);
  vqgan.resolution = std::llround(std::sqrt(static_cast<double>(tokens))) << (levels - 1);
  return vqgan;
}

}  // namespace

ImportedVqgan import_vqgan(const ImportSources& sources, std::int64_t tokens, const Limits& limits,
                           ImportNotes& notes) {
  Checkpoint checkpoint = read_checkpoint(sources.vqgan, limits);
  const std::string where = sources.vqgan.string();
  const WeightTable weights(without_wrappers(checkpoint.tensors, where), where);
  ImportedVqgan imported;
  imported.architecture = infer(weights, tokens);
  if (!sources.vqgan_config.empty())
    check_vqgan_config(sources.vqgan_config, imported.architecture, limits, notes);
  // Training's own: LPIPS and the discriminator; the colours of segmentation models.
  imported.tensors = weights.select(imported.architecture.tensor_specs(), {"loss.", "colorize"});
  return imported;
}

}  // namespace raygen::engine
