#include "import/names.hpp"

#include "error.hpp"
#include "storage/json.hpp"
#include "storage/utf8.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace raygen::engine {

namespace {

using Words = std::vector<std::string_view>;

constexpr std::array<std::string_view, 7> kWrappers = {
    "module",      "_orig_mod", "_forward_module",           "_fsdp_wrapped_module",
    "_fpw_module", "_module",   "_checkpoint_wrapped_module"};
constexpr std::array<std::string_view, 5> kAverage = {"ema", "swa", "averaged", "average",
                                                      "shadow"};
constexpr std::array<std::string_view, 7> kCounters = {
    "n_averaged", "num_updates", "decay", "step", "global_step", "initted", "logvar"};
constexpr std::array<std::string_view, 24> kMetrics = {
    "metric",    "metrics", "acc",   "accuracy", "auroc", "auc",        "fid",       "kid",
    "psnr",      "ssim",    "lpips", "f1",       "mse",   "mae",        "iou",       "dice",
    "precision", "recall",  "meter", "meters",   "rouge", "perplexity", "confusion", "inception"};
/// The states that torchmetrics registers.
constexpr std::array<std::string_view, 10> kStates = {
    "tp",           "fp",         "tn",
    "fn",           "confmat",    "total",
    "correct",      "mean_value", "sum_squared_error",
    "sum_abs_error"};
constexpr std::array<std::string_view, 10> kLosses = {
    "loss", "losses", "criterion", "perceptual",  "discriminator",
    "disc", "gan",    "vgg",       "adversarial", "critic"};

Words split(std::string_view text, char separator) {
  Words parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    parts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

template <std::size_t n>
bool any_of(const Words& words, const std::array<std::string_view, n>& known) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  });
}

}  // namespace

std::string without_wrappers(std::string_view name) {
  std::string plain;
  for (const std::string_view part : split(name, '.')) {
    if (std::find(kWrappers.begin(), kWrappers.end(), part) != kWrappers.end()) continue;
    if (part == "model" && plain.empty()) continue;
    if (!plain.empty()) plain.push_back('.');
    plain.append(part);
  }
  return plain;
}

TensorMap without_wrappers(const TensorMap& tensors, const std::string& where) {
  TensorMap plain;
  for (const auto& [name, tensor] : tensors) {
    const std::string own = without_wrappers(name);
    if (!plain.emplace(own, tensor).second)
      fail(Status::format, "{}: tensor {} is there twice", where, in_quotes(own));
  }
  return plain;
}

bool is_average(std::string_view prefix) {
  const std::string lower = ascii_lower(prefix);
  for (const std::string_view part : split(lower, '.')) {
    if (any_of(split(part, '_'), kAverage)) return true;
  }
  return false;
}

std::optional<std::string> prefix_of(const TensorMap& tensors, std::string_view anchor,
                                     const std::string& where) {
  const auto is_anchor = [&](std::string_view name) {
    if (!name.ends_with(anchor)) return false;
    const std::size_t before = name.size() - anchor.size();
    return before == 0 || name[before - 1] == '.';
  };
  std::set<std::string> own, averages;
  for (const auto& [name, tensor] : tensors) {
    if (!is_anchor(name)) continue;
    const std::string prefix = name.substr(0, name.size() - anchor.size());
    (is_average(prefix) ? averages : own).insert(prefix);
  }
  const std::set<std::string>& copies = own.empty() ? averages : own;
  if (copies.empty()) return std::nullopt;
  if (copies.size() == 1 || copies.count("") != 0) return *copies.begin();
  fail(Status::format, "{}: the network is there twice, under {} and {}; --ignore leaves one out",
       where, in_quotes(*copies.begin()), in_quotes(*std::next(copies.begin())));
}

std::optional<std::string> known_extra(std::string_view name) {
  const std::string lower = ascii_lower(name);
  const Words parts = split(lower, '.');
  const Words words = split(parts.front(), '_');
  if (any_of(parts, std::array<std::string_view, 1>{"_extra_state"}) ||
      (parts.size() == 1 && any_of(parts, kCounters)))
    return "a state of training";
  if (any_of(words, kAverage)) return "an average of the weights";
  if (any_of(words, kLosses)) return "a loss";
  const bool metric = any_of(words, kMetrics) ||
                      parts.front().find("metric") != std::string_view::npos ||
                      parts.front().find("accuracy") != std::string_view::npos;
  if (metric || any_of({parts.back()}, kStates)) return "a metric";
  return std::nullopt;
}

}  // namespace raygen::engine
