#include "evaluation/conclusion.hpp"

#include "formatted.hpp"

#include <fmt/ranges.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

using Sizes = std::set<std::pair<std::int64_t, std::int64_t>>;

/// Synthetic images that are real ones to the last pixel, and ones that are there twice.
void look_for_equal_images(const ExtractedSet& real, const ExtractedSet& synthetic,
                           const ImageSet& names, Report& report) {
  const std::set<std::string> known(real.sha256.begin(), real.sha256.end());
  std::set<std::string> seen;
  std::int64_t equal = 0, twice = 0;
  std::string first;
  for (std::size_t i = 0; i < synthetic.sha256.size(); ++i) {
    if (known.count(synthetic.sha256[i]) != 0 && equal++ == 0) first = names.name(i);
    twice += !seen.insert(synthetic.sha256[i]).second;
  }
  if (equal > 0) {
    report.verdict = Verdict::bad;
    report.warnings.push_back(
        formatted("{} of {} synthetic images are real ones to the last pixel (the first is {}). "
                  "Distances between the sets mean nothing.",
                  equal, synthetic.sha256.size(), first));
  }
  if (twice > 0)
    report.warnings.push_back(formatted(
        "{} synthetic images are there more than once; each counts as often as it is there.",
        twice));
}

/// "64 × 64", or "64 × 64, 96 × 80 and 3 other sizes".
std::string in_words(const Sizes& sizes) {
  constexpr std::size_t most = 3;
  std::vector<std::string> named;
  for (const auto& [width, height] : sizes)
    if (named.size() < most) named.push_back(formatted("{} × {}", width, height));
  std::string words = formatted("{}", fmt::join(named, ", "));
  if (sizes.size() > most) words += formatted(" and {} other sizes", sizes.size() - most);
  return words;
}

void look_at_sizes(const Sizes& real, const Sizes& synthetic, Report& report) {
  if (real.size() == 1 && real == synthetic) return;
  report.warnings.push_back(
      formatted("Real images have {} pixels, synthetic ones {}. Sharpness differs for that reason "
                "alone.",
                in_words(real), in_words(synthetic)));
}

}  // namespace

void warn_of_sets(const ExtractedSet& real, const ExtractedSet& synthetic, const ImageSet& names,
                  Report& report) {
  look_at_sizes(real.sizes, synthetic.sizes, report);
  look_for_equal_images(real, synthetic, names, report);
}

void conclude(Report& report) {
  std::vector<std::string> weak, bad;
  for (const ReportSection& section : report.sections) {
    for (const Measure& measure : section.measures) {
      if (measure.verdict == Verdict::weak) weak.push_back(measure.name);
      if (measure.verdict == Verdict::bad) bad.push_back(measure.name);
    }
  }
  const auto list = [](const std::vector<std::string>& names) {
    const std::set<std::string> different(names.begin(), names.end());
    return formatted("{}", fmt::join(different, ", "));
  };
  if (!bad.empty() || report.verdict == Verdict::bad) {
    report.verdict = Verdict::bad;
    report.conclusion =
        bad.empty() ? "The set should not be used as it is: see the warnings."
                    : formatted("The set should not be used as it is, because of: {}.", list(bad));
  } else if (!weak.empty()) {
    report.verdict = Verdict::weak;
    report.conclusion = formatted(
        "The set can be told from real images by: {}. Use it where that does not matter, and "
        "measure the use itself, for example by training with and without it.",
        list(weak));
  } else {
    report.verdict = Verdict::good;
    report.conclusion =
        "By every measure that could be taken, the set is as good as real images are "
        "among themselves.";
  }
}

}  // namespace raygen::engine
