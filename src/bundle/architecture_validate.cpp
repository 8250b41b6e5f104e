// The rules that sizes obey, whether they come from a manifest or from a checkpoint.

#include "bundle/architecture.hpp"
#include "error.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace raygen::engine {

namespace {

constexpr std::int64_t kMaxWidth = 1 << 16;       // channels, hidden sizes
constexpr std::int64_t kMaxVocabulary = 1 << 22;  // tokens, codebook rows
constexpr std::int64_t kMaxLayers = 512;
constexpr std::int64_t kMaxLevels = 10;
constexpr std::int64_t kMaxResolution = 1 << 14;
constexpr std::int64_t kMaxPositions = 1 << 20;
constexpr std::int64_t kGroups = 32;  // of the VQ-GAN's GroupNorm

class Rules {
 public:
  explicit Rules(const std::string& where) : where_(where) {}

  void range(const char* name, std::int64_t value, std::int64_t least, std::int64_t most) const {
    if (value < least || value > most)
      fail(Status::format, "{}: {} is {}, expected {} to {}", where_, name, value, least, most);
  }
  void divides(const char* divisor_name, std::int64_t divisor, const char* name,
               std::int64_t value) const {
    if (value % divisor != 0)
      fail(Status::format, "{}: {} {} is not a multiple of {} {}", where_, name, value,
           divisor_name, divisor);
  }
  void equal(const char* name, std::int64_t value, const char* other_name,
             std::int64_t other) const {
    if (value != other)
      fail(Status::format, "{}: {} is {}, {} is {}: they must be equal", where_, name, value,
           other_name, other);
  }
  template <typename... Args>
  void require(bool holds, fmt::format_string<Args...> format, Args&&... args) const {
    if (!holds)
      throw Error(Status::format, where_ + ": " + fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const std::string& where_;
};

void check_token_ids(const TextArchitecture& text, const Rules& rules) {
  const std::int64_t last = text.vocabulary - 1;
  const bool wordpiece = text.tokenizer == TokenizerKind::wordpiece;
  rules.range("text.pad_id", text.pad_id, 0, last);
  rules.range("text.unk_id", text.unk_id, 0, last);
  rules.range("text.sep_id", text.sep_id, wordpiece ? 0 : -1, last);
  rules.range("text.cls_id", text.cls_id, wordpiece ? 0 : -1, last);
  rules.range("text.mask_id", text.mask_id, -1, last);
}

void check_text(const TextArchitecture& text, const Rules& rules) {
  rules.range("text.vocabulary", text.vocabulary, 1, kMaxVocabulary);
  rules.range("text.hidden", text.hidden, 1, kMaxWidth);
  rules.range("text.layers", text.layers, 1, kMaxLayers);
  rules.range("text.heads", text.heads, 1,
              text.encoder == TextEncoderKind::bert ? text.hidden : kMaxWidth);
  rules.range("text.head_dim", text.head_dim, 1, kMaxWidth);
  rules.range("text.intermediate", text.intermediate, 1, kMaxWidth);
  rules.range("text.projection", text.projection, 0, kMaxWidth);
  rules.range("text.length", text.length, 2, kMaxPositions);
  rules.require(std::isfinite(text.layer_norm_epsilon) && text.layer_norm_epsilon > 0 &&
                    text.layer_norm_epsilon < 1,
                "text.layer_norm_epsilon is {}, expected a number between 0 and 1",
                text.layer_norm_epsilon);
  if (text.encoder == TextEncoderKind::bert) {
    constexpr std::array known = {"gelu", "gelu_new", "relu"};
    rules.require(std::find(known.begin(), known.end(), text.activation) != known.end(),
                  "text.activation is '{}', expected gelu, gelu_new or relu", text.activation);
    rules.equal("text.heads × text.head_dim", text.heads * text.head_dim, "text.hidden",
                text.hidden);
    rules.range("text.positions", text.positions, 1, kMaxPositions);
    rules.range("text.token_types", text.token_types, 1, kMaxWidth);
    rules.range("text.length", text.length, 2, text.positions);
  } else {
    constexpr std::array known = {"relu", "gated-gelu", "gated-silu"};
    rules.require(std::find(known.begin(), known.end(), text.activation) != known.end(),
                  "text.activation is '{}', expected relu, gated-gelu or gated-silu",
                  text.activation);
    rules.range("text.heads × text.head_dim", text.heads * text.head_dim, 1, kMaxWidth);
    rules.range("text.projection", text.projection, 0, 0);
    rules.range("text.relative_buckets", text.relative_buckets, 4, kMaxWidth);
    rules.divides("4", 4, "text.relative_buckets", text.relative_buckets);
    rules.range("text.relative_max_distance", text.relative_max_distance,
                text.relative_buckets / 4 + 1, kMaxPositions);
  }
  check_token_ids(text, rules);
}

void check_vqgan(const VqganArchitecture& vqgan, const Rules& rules) {
  const auto levels = static_cast<std::int64_t>(vqgan.channel_multipliers.size());
  rules.range("the number of vqgan.channel_multipliers", levels, 1, kMaxLevels);
  rules.range("vqgan.resolution", vqgan.resolution, 1, kMaxResolution);
  rules.divides("2^(levels-1)", std::int64_t{1} << (levels - 1), "vqgan.resolution",
                vqgan.resolution);
  rules.require(vqgan.in_channels == 1 || vqgan.in_channels == 3,
                "vqgan.in_channels is {}, expected 1 or 3", vqgan.in_channels);
  rules.require(vqgan.out_channels == 1 || vqgan.out_channels == 3,
                "vqgan.out_channels is {}, expected 1 or 3", vqgan.out_channels);
  rules.range("vqgan.channels", vqgan.channels, kGroups, kMaxWidth);
  rules.divides("GroupNorm's", kGroups, "vqgan.channels", vqgan.channels);
  for (const std::int64_t multiplier : vqgan.channel_multipliers) {
    rules.range("vqgan.channel_multipliers", multiplier, 1, kMaxWidth / vqgan.channels);
  }
  rules.range("vqgan.residual_blocks", vqgan.residual_blocks, 1, kMaxLayers);
  rules.equal("the number of vqgan.encoder_attention",
              static_cast<std::int64_t>(vqgan.encoder_attention.size()), "levels", levels);
  rules.equal("the number of vqgan.decoder_attention",
              static_cast<std::int64_t>(vqgan.decoder_attention.size()), "levels", levels);
  rules.range("vqgan.z_channels", vqgan.z_channels, 1, kMaxWidth);
  rules.range("vqgan.embedding", vqgan.embedding, 1, kMaxWidth);
  rules.range("vqgan.codebook", vqgan.codebook, 1, kMaxVocabulary);
  if (vqgan.quantizer == Quantizer::gumbel) {
    rules.equal("vqgan.embedding", vqgan.embedding, "vqgan.z_channels (GumbelVQ)",
                vqgan.z_channels);
  }
}

void check_decoder(const MaskedDecoderArchitecture& decoder, const Rules& rules) {
  rules.range("decoder.tokens", decoder.tokens, 1, kMaxPositions);
  const auto side =
      static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(decoder.tokens))));
  rules.require(side * side == decoder.tokens, "decoder.tokens is {}, expected a square number",
                decoder.tokens);
  rules.range("decoder.codebook", decoder.codebook, 1, kMaxVocabulary);
  rules.range("decoder.hidden", decoder.hidden, 1, kMaxWidth);
  rules.range("decoder.intermediate", decoder.intermediate, 1, kMaxWidth);
  rules.range("decoder.layers", decoder.layers, 1, kMaxLayers);
  rules.range("decoder.heads", decoder.heads, 1, decoder.hidden);
  rules.divides("decoder.heads", decoder.heads, "decoder.hidden", decoder.hidden);
  rules.range("decoder.text_hidden", decoder.text_hidden, 1, kMaxWidth);
  rules.require(decoder.text_projector || decoder.text_hidden == decoder.hidden,
                "decoder.text_projector is false, though decoder.text_hidden {} differs from "
                "decoder.hidden {}",
                decoder.text_hidden, decoder.hidden);
  const bool fast = decoder.attention == AttentionKind::fast;
  rules.range("decoder.features", decoder.features, fast ? 1 : 0, fast ? kMaxWidth : 0);
}

}  // namespace

void validate(const Architecture& architecture, const std::string& where) {
  const Rules rules(where);
  check_text(architecture.text, rules);
  check_vqgan(architecture.vqgan, rules);
  check_decoder(architecture.decoder, rules);
  rules.equal("decoder.text_hidden", architecture.decoder.text_hidden, "text.hidden",
              architecture.text.hidden);
  rules.equal("decoder.codebook", architecture.decoder.codebook, "vqgan.codebook",
              architecture.vqgan.codebook);
  rules.equal("decoder.tokens", architecture.decoder.tokens, "the VQ-GAN's grid squared",
              architecture.vqgan.grid() * architecture.vqgan.grid());
}

}  // namespace raygen::engine
