#include "import/import_parts.hpp"
#include "import/yaml_config.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <array>
#include <initializer_list>
#include <system_error>

namespace raygen::engine {

namespace {

constexpr std::array kHeadKeys = {"n_heads", "num_heads", "heads"};

std::optional<std::int64_t> stated_heads(const YamlConfig& section) {
  for (const char* key : kHeadKeys) {
    if (const auto heads = section.integer(key)) return heads;
  }
  return std::nullopt;
}

void agree(const YamlConfig& section, std::initializer_list<const char*> keys,
           std::int64_t weights) {
  for (const char* key : keys) {
    const std::optional<std::int64_t> stated = section.integer(key);
    if (stated && *stated != weights)
      fail(Status::format, "{}: {} is {}, the weights say {}", section.where(), key, *stated,
           weights);
  }
}

void check_sizes(const YamlConfig& section, const MaskedDecoderArchitecture& decoder) {
  agree(section, {"embed_dim"}, decoder.hidden);
  agree(section, {"hidden_dim"}, decoder.intermediate);
  agree(section, {"n_layers", "num_layers"}, decoder.layers);
  agree(section, {"text_dim"}, decoder.text_hidden);
  const bool fast = decoder.attention == AttentionKind::fast;
  if (fast) agree(section, {"n_features"}, decoder.features);
  const std::optional<std::string> attention = section.string("attention");
  const char* weights = fast ? "fast" : "normal";
  if (attention && *attention != weights) {
    fail(Status::format, "{}: attention is {}, the weights say '{}'", section.where(),
         in_quotes(*attention), weights);
  }
}

}  // namespace

std::optional<StatedHeads> heads_from_file(const std::filesystem::path& path,
                                           const MaskedDecoderArchitecture& decoder,
                                           const Limits& limits) {
  const YamlConfig file = YamlConfig::read(path, limits);
  for (const std::optional<YamlConfig>& section :
       {std::optional(file), file.section("decoder"), file.section("model")}) {
    if (!section) continue;
    const std::optional<std::int64_t> heads = stated_heads(*section);
    if (!heads) continue;
    check_sizes(*section, decoder);
    return StatedHeads{*heads, utf8::escape(path.filename().string())};
  }
  return std::nullopt;
}

std::optional<StatedHeads> heads_beside(const std::filesystem::path& checkpoint,
                                        const MaskedDecoderArchitecture& decoder,
                                        const Limits& limits) {
  for (const char* name : {"hparams.yaml", "config.json", "config.yaml", "case.json"}) {
    const std::filesystem::path path = checkpoint.parent_path() / name;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) continue;
    if (YamlConfig::read(path, limits).string("model_type"))
      continue;  // Hugging Face's: it speaks of another network
    if (const auto heads = heads_from_file(path, decoder, limits)) return heads;
  }
  return std::nullopt;
}

}  // namespace raygen::engine
