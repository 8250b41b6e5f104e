#include "evaluation/variety.hpp"

#include "error.hpp"
#include "evaluation/resampling.hpp"
#include "evaluation/spread.hpp"
#include "evaluation/structural_similarity.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

using Pair = std::pair<std::size_t, std::size_t>;

/// Images of one text and of different groups, each image in one pair at most: one pair of each
/// text, then the second of each, …
std::vector<Pair> pairs_of_one_text(const ImageSet& images, std::int64_t most) {
  std::map<std::string, std::vector<std::size_t>> by_text;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::optional<std::string> text = images.text(i);
    if (text && !text->empty()) by_text[*text].push_back(i);
  }
  // Sorted by group, the other half holds other groups, unless one has more than half of all.
  for (auto& [text, members] : by_text)
    std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return images.group(a) < images.group(b);
    });
  std::vector<Pair> pairs;
  bool more = true;
  for (std::size_t round = 0; more; ++round) {
    more = false;
    for (const auto& [text, members] : by_text) {
      const std::size_t half = members.size() / 2;
      if (round >= half) continue;
      more = true;
      const Pair pair{members[round], members[round + half]};
      if (images.group(pair.first) != images.group(pair.second)) pairs.push_back(pair);
      if (static_cast<std::int64_t>(pairs.size()) >= most) return pairs;
    }
  }
  return pairs;
}

std::vector<Pair> pairs_of_patients(const ImageSet& images, std::int64_t most, std::uint64_t seed) {
  const auto half = static_cast<std::int64_t>(images.size() / 2);
  const std::int64_t count = std::min(half, most);
  std::vector<Pair> pairs;
  for (const std::int64_t i : subset(seed, 0, count, half)) {
    const Pair pair{static_cast<std::size_t>(i), static_cast<std::size_t>(i + half)};
    if (images.group(pair.first) != images.group(pair.second)) pairs.push_back(pair);
  }
  return pairs;
}

at::Tensor pixels_of(const Image& image) {
  return at::tensor(image.pixels, at::kDouble).view({1, 1, image.height, image.width});
}

/// What pairs are compared by.
struct PairMetric {
  Measure measure;        // key, name, better, features
  std::int64_t smallest;  // of an image's shorter side
  double play;            // of a mean, beside that of real pairs
  std::function<double(const Image&, const Image&)> compute;
  /// What the images are measured with, where it depends on their size; else of the measure.
  std::function<std::string(const Image&)> describe = {};
};

PairMetric ms_ssim_metric() {
  PairMetric metric;
  metric.measure.key = "ms_ssim_within_prompt", metric.measure.name = "MS-SSIM within a prompt";
  metric.measure.better = Better::lower;
  metric.smallest = 48;  // of ms_ssim_options()
  metric.play = 0.1;
  metric.compute = [](const Image& a, const Image& b) {
    return ms_ssim(pixels_of(a), pixels_of(b), ms_ssim_options(std::min(a.width, a.height), 1))
        .item<double>();
  };
  metric.describe = [](const Image& image) {
    const SsimOptions options = ms_ssim_options(std::min(image.width, image.height), 1);
    return formatted("the original's MS-SSIM (valid convolutions), window {}, σ {:.3g}, pixels 0–1",
                     options.window, options.sigma);
  };
  return metric;
}

PairMetric lpips_metric(const VarietyLpips& lpips) {
  PairMetric metric;
  metric.measure.key = "lpips_within_prompt", metric.measure.name = "LPIPS within a prompt";
  metric.measure.better = Better::higher;
  metric.measure.features = lpips.description;
  metric.smallest = Lpips::kShortestSide;
  metric.play = 0.05;
  metric.compute = [&network = lpips.network](const Image& a, const Image& b) {
    return network.distance(a, b);
  };
  return metric;
}

struct PairValues {
  std::int64_t pairs = 0, equal = 0;
  std::size_t first_image = 0;  // of the pairs that count
  Spread spread;
};

/// Nothing if there is no pair of one size, or the images are too small.
std::optional<PairValues> values_of(const ImageSet& images, const std::vector<Pair>& pairs,
                                    const PairMetric& metric, const Job* job) {
  std::vector<double> values;
  PairValues found;
  for (const auto& [first, second] : pairs) {
    check_cancelled(job);
    const Image a = images.image(first), b = images.image(second);
    if (a.width != b.width || a.height != b.height || std::min(a.width, a.height) < metric.smallest)
      continue;
    if (values.empty()) found.first_image = first;
    found.equal += a.pixels == b.pixels;
    values.push_back(metric.compute(a, b));
  }
  if (values.empty()) return std::nullopt;
  found.pairs = static_cast<std::int64_t>(values.size());
  found.spread = spread_of(values);
  return found;
}

void judge(Measure& measure, double play, const PairValues& made,
           const std::optional<PairValues>& same, const std::optional<PairValues>& any) {
  measure.value = made.spread.mean;
  measure.sentence = formatted("{} pairs.", made.pairs);
  constexpr std::int64_t fewest = 10;  // pairs that a verdict needs
  if (same && std::min(made.pairs, same->pairs) < fewest) {
    measure.sentence += formatted(
        " Two real patients with the very same report: {:.3f} ({} pairs). A verdict needs {} pairs "
        "of each.",
        same->spread.mean, same->pairs, fewest);
  } else if (same) {
    const auto squared_error = [](const PairValues& of) {
      return of.spread.deviation * of.spread.deviation / static_cast<double>(of.pairs);
    };
    const double error = std::sqrt(squared_error(made) + squared_error(*same)),
                 excess = made.spread.mean - same->spread.mean,
                 too_alike = measure.better == Better::lower ? excess : -excess;
    measure.verdict = too_alike <= play + 2 * error ? Verdict::good : Verdict::weak;
    measure.sentence +=
        formatted(" Two real patients with the very same report: {:.3f} ({} pairs). {}",
                  same->spread.mean, same->pairs,
                  measure.verdict == Verdict::good
                      ? "One prompt gives as different images as one report does."
                      : "Images of one prompt are too much alike: more of them add little.");
  }
  if (any)
    measure.sentence +=
        formatted(" Any two real patients: {:.3f} ({} pairs).", any->spread.mean, any->pairs);
  if (made.equal > 0) {
    measure.verdict = Verdict::bad;
    measure.sentence +=
        formatted(" {} pairs are equal to the last pixel: give each image its own seed or index.",
                  made.equal);
  }
}

}  // namespace

ReportSection variety_section(const ImageSet& synthetic, const ImageSet& real, std::int64_t pairs,
                              std::uint64_t seed, const Job* job, const VarietyLpips* lpips) {
  ReportSection section;
  section.key = "variety", section.title = "Do images of one prompt differ?";
  section.introduction =
      "MS-SSIM is 1 for equal images and lower for images that differ. A generator that draws the "
      "same picture again and again has a high one.";
  std::vector<PairMetric> metrics{ms_ssim_metric()};
  if (lpips != nullptr) {
    section.introduction += " LPIPS is 0 for equal images and higher for images that differ.";
    metrics.push_back(lpips_metric(*lpips));
  }
  const std::vector<Pair> made = pairs_of_one_text(synthetic, pairs),
                          same = pairs_of_one_text(real, pairs),
                          any = pairs_of_patients(real, pairs, seed);
  for (const PairMetric& metric : metrics) {
    Measure measure = metric.measure;
    measure.real_count = static_cast<std::int64_t>(real.size());
    measure.synthetic_count = static_cast<std::int64_t>(synthetic.size());
    if (const std::optional<PairValues> found = values_of(synthetic, made, metric, job)) {
      if (metric.describe) measure.features = metric.describe(synthetic.image(found->first_image));
      judge(measure, metric.play, *found, values_of(real, same, metric, job),
            values_of(real, any, metric, job));
    } else {
      measure.verdict = Verdict::undefined;
      measure.sentence = formatted(
          "It needs two images of one prompt and of one size, of {} pixels or more; there are "
          "none.",
          metric.smallest);
    }
    section.measures.push_back(std::move(measure));
  }
  return section;
}

}  // namespace raygen::engine
