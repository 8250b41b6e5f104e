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

/// Synthetic images that are others to the last pixel.
void look_for_copies(const std::vector<std::string>& synthetic, const ImageSet& names,
                     const std::vector<std::string>& others, const char* what,
                     const char* consequence, Report& report) {
  const std::set<std::string> known(others.begin(), others.end());
  std::int64_t equal = 0;
  std::string first;
  for (std::size_t i = 0; i < synthetic.size(); ++i)
    if (known.contains(synthetic[i]) && equal++ == 0) first = names.name(i);
  if (equal == 0) return;
  report.verdict = Verdict::bad;
  report.warnings.push_back(
      formatted("{} of {} synthetic images are {} to the last pixel (the first is {}). {}", equal,
                synthetic.size(), what, first, consequence));
}

void look_for_duplicates(const std::vector<std::string>& synthetic, Report& report) {
  const std::set<std::string> different(synthetic.begin(), synthetic.end());
  const std::size_t twice = synthetic.size() - different.size();
  if (twice == 0) return;
  if (2 * twice > synthetic.size()) report.verdict = Verdict::bad;
  report.warnings.push_back(formatted(
      "{} synthetic images are there more than once; each counts as often as it is there.", twice));
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

/// Sections that judge where they can; the others only tell.
bool judges(const ReportSection& section) {
  static const std::set<std::string> keys = {"realism", "adherence", "variety", "memorisation"};
  return keys.contains(section.key);
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
                  const std::vector<std::string>& training_sha256, Report& report) {
  look_at_sizes(real.sizes, synthetic.sizes, report);
  look_for_copies(synthetic.sha256, names, real.sha256, "real ones",
                  "Distances between the sets mean nothing.", report);
  look_for_copies(synthetic.sha256, names, training_sha256, "training images",
                  "They are patients' images, and the set must not be given away.", report);
  look_for_duplicates(synthetic.sha256, report);
}

void conclude(Report& report) {
  std::vector<std::string> weak, bad;
  std::vector<const ReportSection*> open;
  bool realism = false;
  for (const ReportSection& section : report.sections) {
    bool judged = false;
    for (const Measure& measure : section.measures) {
      if (measure.verdict == Verdict::weak) weak.push_back(measure.name);
      if (measure.verdict == Verdict::bad) bad.push_back(measure.name);
      judged =
          judged || (measure.verdict != Verdict::none && measure.verdict != Verdict::undefined);
    }
    if (section.key == "realism") realism = judged;
    if (!judged && judges(section)) open.push_back(&section);
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
  } else if (!realism) {
    report.verdict = Verdict::undefined;
    report.conclusion =
        "Nothing can be said of whether the images look like real ones: the reason stands beside "
        "each measure.";
    if (!weak.empty())
      report.conclusion += formatted(" They can be told from real ones by: {}.", list(weak));
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
  std::string questions;
  for (const ReportSection* section : open)
    if (section->key != "realism" || report.verdict != Verdict::undefined)
      questions += " " + section->title;
  if (!questions.empty()) report.conclusion += " Without a verdict:" + questions;
}

}  // namespace raygen::engine
