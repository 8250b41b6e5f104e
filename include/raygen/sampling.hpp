// Written by bindings/generate.py from bindings/schema/sampling.json: see CONTRIBUTING.md.
#pragma once
// How images are sampled, as typed fields.

#include <cstdint>
#include <locale>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace raygen {

namespace detail {

inline std::string value_text(const std::string& value) { return value; }
inline std::string value_text(bool value) { return value ? "true" : "false"; }
inline std::string value_text(std::int64_t value) { return std::to_string(value); }
/// The shortest that reads as the same number, whatever the locale.
inline std::string value_text(double value) {
  for (int digits = 15;; ++digits) {
    std::stringstream text;
    text.imbue(std::locale::classic());
    text.precision(digits);
    text << value;
    double back = 0;
    if (digits == 17 || (text >> back && back == value)) return text.str();
  }
}

template <typename T>
void add_override(std::vector<std::string>& overrides, const char* name,
                  const std::optional<T>& value) {
  if (value) overrides.push_back(std::string(name) + "=" + value_text(*value));
}

}  // namespace detail

/// How images are sampled. A field that is set wins over the config. Without either, a value is the
/// preset's where one is named, else the model's, else the library's default.
struct Sampling {
  /// Options under a name, which other keys change. Values: raygen, raygen-report.
  std::optional<std::string> preset;
  /// K, the number of unmasking steps. More steps take more time. Values: 1 to 1024. The library's
  /// default: 18. Source: MaskGIT (Chang et al., CVPR 2022), section 3.2; K = 18: RayGen's code.
  std::optional<std::int64_t> steps;
  /// T, how random the choice of a token is. It falls to 0 over the steps: T (K - 1 - i) / K at
  /// step i. 0 always takes the likeliest token. Values: at least 0. The library's default: 1.0.
  /// Source: RayGen's code.
  std::optional<double> temperature;
  /// alpha, the share of the codebook that is never drawn: the ceil((1 - alpha) V) likeliest tokens
  /// remain. Values: 0 to below 1. The library's default: 0.9. Source: RayGen's code, after Muse
  /// (Chang et al., ICML 2023).
  std::optional<double> top_k_threshold;
  /// s, how strongly the prompt counts: logits = empty + s (prompt - empty). Any s but 1 doubles
  /// the work of the masked decoder. Only models that were trained with emptied prompts gain from
  /// it. Values: 0 to 100. The library's default: 1.0. Source: classifier-free guidance (Ho and
  /// Salimans, 2022); Muse, section 2.7.
  std::optional<double> guidance_scale;
  /// How many tokens are masked before step i. cosine: max(int(cos(pi/2 i / (K - 1)) N), 1).
  /// Values: cosine. The library's default: "cosine". Source: MaskGIT, section 3.3; the grid i / (K
  /// - 1): RayGen's code.
  std::optional<std::string> schedule;
  /// Which tokens a step keeps. confidence: the most certain first. random: in an order that is
  /// drawn for each image, so that images of one prompt differ more. Values: confidence, random.
  /// The library's default: "confidence". Source: confidence: RayGen's code; random: ours.
  std::optional<std::string> position_choice;
  /// How a token is drawn. gumbel: the largest of logits / temperature + Gumbel noise. Values:
  /// gumbel. The library's default: "gumbel". Source: RayGen's code, after Muse.
  std::optional<std::string> token_choice;

  /// What is set: "steps=12", …
  std::vector<std::string> overrides() const {
    std::vector<std::string> set;
    detail::add_override(set, "preset", preset);
    detail::add_override(set, "steps", steps);
    detail::add_override(set, "temperature", temperature);
    detail::add_override(set, "top_k_threshold", top_k_threshold);
    detail::add_override(set, "guidance_scale", guidance_scale);
    detail::add_override(set, "schedule", schedule);
    detail::add_override(set, "position_choice", position_choice);
    detail::add_override(set, "token_choice", token_choice);
    return set;
  }
};

}  // namespace raygen
