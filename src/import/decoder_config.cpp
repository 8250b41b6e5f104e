#include "formatted.hpp"
#include "import/import_parts.hpp"
#include "import/settings.hpp"
#include "import/source_file.hpp"
#include "import/yaml_config.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <initializer_list>
#include <system_error>

namespace raygen::engine {

namespace {

constexpr std::array<std::string_view, 11> kHeadKeys = {
    "n_heads", "num_heads", "heads",      "n_head",          "num_head",           "nhead",
    "nheads",  "numheads",  "head_count", "attention_heads", "num_attention_heads"};
/// Sections of a config that speak of another network than the masked decoder have one of these
/// words in their name.
constexpr std::array<std::string_view, 22> kOtherNetworks = {
    "text",  "bert",    "t5",    "mt5",           "clip",   "tokenizer", "vq",   "vqgan",
    "vqvae", "vae",     "vit",   "autoencoder",   "unet",   "encoder",   "cond", "critic",
    "first", "vqmodel", "lpips", "discriminator", "resnet", "classifier"};

template <std::size_t n>
bool holds(const std::array<std::string_view, n>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

std::vector<std::string> split(const std::string& text, const char* separators) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find_first_of(separators, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

/// "model.decoder.n_heads": whether a setting is the number of heads of the masked decoder.
bool speaks_of_heads(const std::string& path) {
  std::vector<std::string> parts = split(ascii_lower(path), ".");
  std::string_view key = parts.back();
  for (const std::string_view own : {"decoder_", "transformer_", "model_"}) {
    if (key.starts_with(own)) key.remove_prefix(own.size());
  }
  if (!holds(kHeadKeys, key)) return false;
  parts.pop_back();
  for (const std::string& part : parts) {
    for (const std::string& word : split(part, "_- "))
      if (holds(kOtherNetworks, std::string_view(word))) return false;
  }
  return true;
}

/// "8" and "8.0"; nothing for what is no whole number.
std::optional<std::int64_t> whole_number(const std::string& text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || std::from_chars(text.data(), end, number).ptr != end) return std::nullopt;
  constexpr double most = 1 << 20;
  if (!(std::abs(number) <= most) || number != std::trunc(number)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

constexpr const char* kAsk = "tell the number of heads yourself (--heads)";

struct Found {
  std::int64_t heads;
  std::string path;
};

/// Throws Error(format) when the settings speak of heads and cannot be understood.
std::optional<Found> find_heads(const Settings& settings, const std::string& where) {
  for (const auto& [path, what] : settings.unread) {
    if (speaks_of_heads(path))
      fail(Status::format, "{}: {} is {}, a number was expected; {}", where, path, what, kAsk);
  }
  std::optional<Found> found;
  for (const auto& [path, text] : settings.values) {
    if (!speaks_of_heads(path)) continue;
    const std::optional<std::int64_t> heads = whole_number(text);
    if (!heads)
      fail(Status::format, "{}: {} is {}, a number was expected; {}", where, path, in_quotes(text),
           kAsk);
    if (!found) {
      found = Found{*heads, path};
    } else if (found->heads != *heads) {
      fail(Status::format, "{}: {} is {} and {} is {}; {}", where, found->path, found->heads, path,
           *heads, kAsk);
    }
  }
  if (!found && !settings.all)
    fail(Status::format, "{}: there are more settings than are looked through; {}", where, kAsk);
  return found;
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

std::optional<StatedHeads> heads_from_settings(const Settings& settings, const std::string& where) {
  const std::optional<Found> found = find_heads(settings, where);
  if (!found) return std::nullopt;
  return StatedHeads{found->heads, formatted("{} in the checkpoint", in_quotes(found->path))};
}

std::optional<StatedHeads> heads_from_file(const std::filesystem::path& path,
                                           const MaskedDecoderArchitecture& decoder,
                                           const Limits& limits) {
  const YamlConfig file = YamlConfig::read(path, limits);
  const std::optional<Found> found = find_heads(yaml_settings(file), file.where());
  if (!found) return std::nullopt;
  std::optional<YamlConfig> section = file;
  std::vector<std::string> names = split(found->path, ".");
  names.pop_back();
  for (const std::string& name : names) section = section ? section->section(name) : std::nullopt;
  if (section) check_sizes(*section, decoder);
  return StatedHeads{found->heads, utf8::escape(path.filename().string())};
}

std::optional<StatedHeads> heads_beside(const std::filesystem::path& checkpoint,
                                        const MaskedDecoderArchitecture& decoder,
                                        const Limits& limits) {
  for (const char* name : {"hparams.yaml", "config.json", "config.yaml", "case.json"}) {
    const std::filesystem::path path = checkpoint.parent_path() / name;
    if (!is_file(path)) continue;
    if (YamlConfig::read(path, limits).string("model_type"))
      continue;  // Hugging Face's: it speaks of another network
    if (const auto heads = heads_from_file(path, decoder, limits)) return heads;
  }
  return std::nullopt;
}

}  // namespace raygen::engine
