// Written by bindings/generate.py from the table of sampling options. Do not edit.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

/// How images are sampled. What is not set is as the model wants to be asked.
struct Sampling {
  /// A preset's name. What is set beside it wins.
  std::optional<std::string> preset;
  /// K: unmasking steps, 1 to 1024.
  std::optional<std::int64_t> steps;
  /// T: 0 takes the likeliest token.
  std::optional<double> temperature;
  /// alpha: share of the codebook that is never drawn, 0 to below 1.
  std::optional<double> top_k_threshold;
  /// s: logits = empty + s (prompt - empty), 0 to 100. Twice the decoder's work unless 1.
  std::optional<double> guidance_scale;
  /// How many positions are masked at each step: "cosine".
  std::optional<std::string> schedule;
  /// Which tokens a step keeps: "confidence" or "random".
  std::optional<std::string> position_choice;
  /// How a token is drawn: "gumbel".
  std::optional<std::string> token_choice;

  /// What is set, as raygen_options::overrides wants it: "steps=12", …
  std::vector<std::string> overrides() const {
    std::vector<std::string> set;
    put(set, "preset", preset);
    put(set, "steps", steps);
    put(set, "temperature", temperature);
    put(set, "top_k_threshold", top_k_threshold);
    put(set, "guidance_scale", guidance_scale);
    put(set, "schedule", schedule);
    put(set, "position_choice", position_choice);
    put(set, "token_choice", token_choice);
    return set;
  }

 private:
  static std::string text(const std::string& value) { return value; }
  /// Whatever the locale, the fewest digits that give the number back.
  template <typename Number>
  static std::string text(Number value) {
    char digits[32];
    return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
  }
  template <typename T>
  static void put(std::vector<std::string>& set, const char* name, const std::optional<T>& value) {
    if (value) set.push_back(name + ("=" + text(*value)));
  }
};

}  // namespace raygen
