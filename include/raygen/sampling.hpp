// Written by bindings/generate.py from bindings/schema/sampling.json: see CONTRIBUTING.md.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

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
  /// What guidance pushes away from, instead of the empty prompt: logits = negative + s (prompt -
  /// negative). It counts only when guidance_scale is not 1. The library's default: "". Source:
  /// Muse, section 2.7.
  std::optional<std::string> negative_prompt;
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

  /// What is set, as raygen_options::overrides wants it: "steps=12", …
  std::vector<std::string> overrides() const {
    std::vector<std::string> set;
    put(set, "preset", preset);
    put(set, "steps", steps);
    put(set, "temperature", temperature);
    put(set, "top_k_threshold", top_k_threshold);
    put(set, "guidance_scale", guidance_scale);
    put(set, "negative_prompt", negative_prompt);
    put(set, "schedule", schedule);
    put(set, "position_choice", position_choice);
    put(set, "token_choice", token_choice);
    return set;
  }

 private:
  static std::string text(const std::string& value) { return value; }
  static std::string text(bool value) { return value ? "true" : "false"; }
  /// Whatever the locale, the fewest digits that give the number back.
  template <typename Number>
  static std::string text(Number value) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  }
  template <typename T>
  static void put(std::vector<std::string>& set, const char* name, const std::optional<T>& value) {
    if (!value) return;
    std::string assignment(name);  // put together so that GCC 12 warns of nothing
    assignment += '=';
    assignment += text(*value);
    set.push_back(std::move(assignment));
  }
};

}  // namespace raygen
