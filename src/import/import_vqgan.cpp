#include "formatted.hpp"
#include "import/import_parts.hpp"
#include "storage/json.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
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

constexpr const char* kNearestCodebook = "quantize.embedding.weight";
constexpr const char* kGumbelCodebook = "quantize.embed.weight";
constexpr const char* kGumbelProjection = "quantize.proj.";
constexpr const char* kUsed = "quantize.used";

void infer_quantizer(const WeightTable& weights, VqganArchitecture& vqgan) {
  const bool nearest = weights.contains(kNearestCodebook),
             gumbel = weights.contains(kGumbelCodebook);
  if (nearest == gumbel) {
    fail(Status::format, "{}: {} of '{}' (VQModel) and '{}' (GumbelVQ), one was expected",
         weights.where(), nearest ? "both" : "neither", kNearestCodebook, kGumbelCodebook);
  }
  vqgan.quantizer = nearest ? Quantizer::vq : Quantizer::gumbel;
  const char* codebook = nearest ? kNearestCodebook : kGumbelCodebook;
  vqgan.codebook = weights.extent(codebook, 2, 0);
  vqgan.embedding = weights.extent(codebook, 2, 1);
}

/// What training by moving averages keeps beside a codebook (EMAVQ): no weight of the network.
bool is_statistic(std::string_view name) {
  if (!name.starts_with("quantize.")) return false;
  const std::string_view leaf = name.substr(name.rfind('.') + 1);
  constexpr std::array<std::string_view, 15> statistics = {
      "cluster_size",     "embed_avg", "embedding_avg", "ema_w",         "_ema_w",
      "ema_cluster_size", "initted",   "initialized",   "codebook_used", "_ema_cluster_size",
      "embed_prob",       "usage",     "code_count",    "counts",        "ema_dw"};
  return std::find(statistics.begin(), statistics.end(), leaf) != statistics.end();
}

/// Names of a quantizer as taming's two kinds have them.
void settle_quantizer(TensorMap& tensors, const std::string& source, ImportNotes& notes) {
  std::erase_if(tensors, [&](const auto& entry) {
    if (!is_statistic(entry.first)) return false;
    notes.left_out(source, entry.first, "a statistic of the codebook's training", true);
    return true;
  });
  const auto projection = tensors.lower_bound(kGumbelProjection);
  const bool gumbel =
      projection != tensors.end() && projection->first.starts_with(kGumbelProjection);
  if (gumbel || tensors.count(kNearestCodebook) != 0) return;
  auto codebook = tensors.extract(kGumbelCodebook);
  if (codebook.empty()) return;
  codebook.key() = kNearestCodebook;
  tensors.insert(std::move(codebook));
  notes.add("{}: {} without {}… was taken for the codebook of a VQModel.", source, kGumbelCodebook,
            kGumbelProjection);
}

/// taming's `remap`: the tokens are those entries of the codebook that quantize.used lists, in its
/// order; with "extra", one more that means the first of them. The codebook becomes that list, so
/// that a token means what it meant.
void apply_remap(TensorMap& tensors, std::int64_t tokens, const std::string& where,
                 ImportNotes& notes) {
  auto entry = tensors.extract(kUsed);
  if (entry.empty()) return;
  const bool gumbel = tensors.count(kNearestCodebook) == 0;
  const auto codebook = tensors.find(gumbel ? kGumbelCodebook : kNearestCodebook);
  if (codebook == tensors.end() || codebook->second.dim() != 2) return;
  const std::int64_t entries = codebook->second.size(0);
  const at::Tensor& stored = entry.mapped();
  const bool fits =
      stored.dim() == 1 && stored.numel() > 0 && at::isIntegralType(stored.scalar_type(), false);
  at::Tensor used = fits ? stored.to(at::kLong).contiguous() : at::Tensor();
  if (!fits || used.min().item<std::int64_t>() < 0 || used.max().item<std::int64_t>() >= entries) {
    fail(Status::format, "{}: '{}' is no list of entries of the codebook of {}", where, kUsed,
         entries);
  }
  const std::int64_t count = used.numel();
  const std::string source = file_name_of(where);
  if (used.equal(at::arange(count)) && (tokens == 0 || tokens == entries)) {
    notes.left_out(
        formatted("{}: '{}' was left out, since each of its tokens is the codebook's entry of the "
                  "same number.",
                  source, kUsed));
    return;
  }
  if (tokens == count + 1) {
    used = at::cat({used, used.slice(0, 0, 1)});
  } else if (tokens != 0 && tokens != count) {
    fail(Status::unsupported,
         "{}: '{}' makes {} tokens of a codebook of {}, and the masked decoder knows {}: what they "
         "mean cannot be told; --ignore {} takes the whole codebook",
         where, kUsed, count, entries, tokens, kUsed);
  }
  codebook->second = codebook->second.index_select(0, used);
  for (const char* name : {"quantize.proj.weight", "quantize.proj.bias"}) {
    const auto found = tensors.find(name);
    if (!gumbel || found == tensors.end() || found->second.dim() < 1 ||
        found->second.size(0) != entries)
      continue;
    found->second = found->second.index_select(0, used);
  }
  notes.add("{}: the codebook is the {} entries that '{}' lists of {}, in its order.", source,
            used.numel(), kUsed, entries);
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

ImportedVqgan import_vqgan(const ImportSources& sources, std::int64_t tokens, std::int64_t codebook,
                           const Limits& limits, ImportNotes& notes) {
  const Checkpoint checkpoint = read_checkpoint(sources.vqgan, limits, sources.ignore);
  const std::string where = sources.vqgan.string();
  note_taken(checkpoint, "VQ-GAN", notes);
  TensorMap tensors = own_names(checkpoint.tensors, kVqganAnchor, sources.ignore, where, notes);
  settle_quantizer(tensors, file_name_of(where), notes);
  apply_remap(tensors, codebook, where, notes);
  const WeightTable weights(std::move(tensors), where);
  ImportedVqgan imported;
  imported.architecture = infer(weights, tokens);
  if (!sources.vqgan_config.empty()) {
    check_vqgan_config(sources.vqgan_config, imported.architecture, limits, notes);
    notes.took("The VQ-GAN's config: {}.", sources.vqgan_config.filename().string());
  }
  // Training's own: LPIPS and the discriminator; the colours of segmentation models.
  imported.tensors =
      weights.select(imported.architecture.tensor_specs(), {"loss.", "colorize"}, notes);
  return imported;
}

}  // namespace raygen::engine
