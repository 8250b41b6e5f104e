#include "import/import_parts.hpp"
#include "import/yaml_config.hpp"
#include "storage/json.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace raygen::engine {

namespace {

void agree(const YamlConfig& section, const char* key, std::int64_t weights) {
  const std::optional<std::int64_t> stated = section.integer(key);
  if (stated && *stated != weights)
    fail(Status::format, "{}: {} is {}, the weights say {}", section.where(), key, *stated,
         weights);
}

void check_multipliers(const YamlConfig& section, const VqganArchitecture& vqgan) {
  const auto stated = section.integers("ch_mult");
  if (stated && *stated != vqgan.channel_multipliers) {
    fail(Status::format, "{}: ch_mult is [{}], the weights say [{}]", section.where(),
         fmt::join(*stated, ","), fmt::join(vqgan.channel_multipliers, ","));
  }
}

void check_attention(const YamlConfig& section, const VqganArchitecture& vqgan) {
  const auto stated = section.integers("attn_resolutions");
  if (!stated) return;
  for (std::size_t level = 0; level < vqgan.channel_multipliers.size(); ++level) {
    const std::int64_t resolution = vqgan.resolution >> level;
    const bool listed = std::find(stated->begin(), stated->end(), resolution) != stated->end();
    if (listed != vqgan.encoder_attention[level] || listed != vqgan.decoder_attention[level]) {
      fail(Status::format,
           "{}: attn_resolutions is [{}], the weights have {} attention at resolution {}",
           section.where(), fmt::join(*stated, ","), listed ? "no" : "an", resolution);
    }
  }
}

void check_quantizer(const YamlConfig& model, const VqganArchitecture& vqgan, ImportNotes& notes) {
  const std::optional<std::string> target = model.string("target");
  if (!target) return;
  const std::string kind = target->substr(target->rfind('.') + 1);
  const char* weights = vqgan.quantizer == Quantizer::vq ? "VQModel" : "GumbelVQ";
  if (kind == "VQModel" || kind == "GumbelVQ") {
    if (kind != weights)
      fail(Status::format, "{}: target is {}, the weights say {}", model.where(),
           in_quotes(*target), weights);
  } else {
    notes.add("{}: target {} is not known; the weights are those of a {}", model.where(),
              in_quotes(*target), weights);
  }
}

}  // namespace

void check_vqgan_config(const std::filesystem::path& path, const VqganArchitecture& vqgan,
                        const Limits& limits, ImportNotes& notes) {
  const YamlConfig file = YamlConfig::read(path, limits);
  const YamlConfig model = file.section("model").value_or(file);
  const YamlConfig parameters = model.section("params").value_or(model);
  const std::optional<YamlConfig> network = parameters.section("ddconfig");
  if (!network)
    fail(Status::format, "{}: no model.params.ddconfig, which a VQ-GAN's config has", file.where());

  agree(*network, "ch", vqgan.channels);
  check_multipliers(*network, vqgan);
  agree(*network, "num_res_blocks", vqgan.residual_blocks);
  agree(*network, "z_channels", vqgan.z_channels);
  agree(*network, "resolution", vqgan.resolution);
  agree(*network, "in_channels", vqgan.in_channels);
  agree(*network, "out_ch", vqgan.out_channels);
  if (network->boolean("double_z").value_or(false))
    fail(Status::unsupported, "{}: double_z is true: not a VQ-GAN", file.where());
  check_attention(*network, vqgan);
  agree(parameters, "embed_dim", vqgan.embedding);
  agree(parameters, "n_embed", vqgan.codebook);
  check_quantizer(model, vqgan, notes);
}

}  // namespace raygen::engine
