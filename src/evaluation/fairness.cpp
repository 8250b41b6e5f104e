#include "evaluation/fairness.hpp"

#include "error.hpp"
#include "evaluation/spread.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <unordered_map>

namespace raygen::engine {

namespace {

constexpr double undefined_value = std::numeric_limits<double>::quiet_NaN();

/// The images of a group that are labelled for a finding, ascending by their score.
struct RankedFinding {
  struct Image {
    std::size_t row;
    bool positive, seen;
    bool ties;  // with the score before
  };
  std::vector<Image> images;
};

struct RankedGroup {
  std::vector<RankedFinding> findings;
  RankedFinding no_finding;
};

/// Where each number of a group stands in a list of them.
struct Places {
  std::size_t findings;
  std::size_t auroc(std::size_t finding) const { return finding; }
  std::size_t missed(std::size_t finding) const { return findings + finding; }
  std::size_t mean_auroc() const { return 2 * findings; }
  std::size_t mean_missed() const { return 2 * findings + 1; }
  std::size_t underdiagnosis() const { return 2 * findings + 2; }
  std::size_t count() const { return 2 * findings + 3; }
};

/// The numbers of one group: of all images, and of each draw. NaN where undefined.
struct GroupNumbers {
  std::vector<double> whole;               // [Places]
  std::vector<std::vector<double>> draws;  // [Places][draw]
};

void check_finding(const FindingScores& finding, std::size_t images) {
  if (finding.scores.size() != images || finding.labels.size() != images)
    fail(Status::invalid_argument,
         "finding {}: {} scores and {} labels of {} images; one each was expected", finding.name,
         finding.scores.size(), finding.labels.size(), images);
  for (std::size_t i = 0; i < images; ++i) {
    if (std::isnan(finding.scores[i]))
      fail(Status::numeric, "finding {}: score {} is NaN", finding.name, i);
    if (finding.labels[i] > 1 && finding.labels[i] != not_labelled)
      fail(Status::invalid_argument, "finding {}: label {} is {}; 0, 1 or {} was expected",
           finding.name, i, finding.labels[i], not_labelled);
  }
  if (finding.threshold && std::isnan(*finding.threshold))
    fail(Status::numeric, "finding {}: the threshold is NaN", finding.name);
}

void check_fairness(const JudgedImages& images, const std::vector<Grouping>& groupings,
                    const FairnessOptions& options) {
  const std::size_t count = images.patients.size();
  if (count == 0) fail(Status::invalid_argument, "there are no images; at least 1 was expected");
  std::set<std::string> names;
  for (const FindingScores& finding : images.findings) {
    check_finding(finding, count);
    if (!names.insert(finding.name).second)
      fail(Status::invalid_argument, "finding {} is there twice", finding.name);
  }
  if (images.no_finding) check_finding(*images.no_finding, count);
  for (const Grouping& grouping : groupings)
    if (grouping.groups.size() != count)
      fail(Status::invalid_argument, "grouping {}: {} groups of {} images; one each was expected",
           grouping.name, grouping.groups.size(), count);
  if (options.least_patients < 1 || options.least_cases < 1)
    fail(Status::invalid_argument,
         "least_patients is {} and least_cases {}; 1 or more was expected", options.least_patients,
         options.least_cases);
  check_bootstrap_draws(options.bootstrap_draws);
}

RankedFinding ranked(const FindingScores& finding, const std::vector<std::size_t>& rows) {
  std::vector<std::size_t> order;
  for (const std::size_t row : rows)
    if (finding.labels[row] != not_labelled) order.push_back(row);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return finding.scores[a] < finding.scores[b];
  });
  RankedFinding result;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double score = finding.scores[order[i]];
    result.images.push_back({order[i], finding.labels[order[i]] == 1,
                             finding.threshold && score >= *finding.threshold,
                             i > 0 && finding.scores[order[i - 1]] == score});
  }
  return result;
}

/// times: how often each image counts.
double auroc_of_times(const RankedFinding& finding, const std::vector<double>& times) {
  double area = 0, below = 0, positives = 0, tied_positives = 0, tied_negatives = 0;
  const auto close = [&] {  // the images of one score
    area += tied_positives * (below + tied_negatives / 2);
    below += tied_negatives;
    positives += tied_positives;
    tied_positives = tied_negatives = 0;
  };
  for (const RankedFinding::Image& image : finding.images) {
    if (!image.ties) close();
    (image.positive ? tied_positives : tied_negatives) += times[image.row];
  }
  close();
  return positives > 0 && below > 0 ? area / (positives * below) : undefined_value;
}

/// Of the images with this label the share that is, or is not, seen.
double share_of_times(const RankedFinding& finding, bool positive, bool seen,
                      const std::vector<double>& times) {
  double all = 0, counted = 0;
  for (const RankedFinding::Image& image : finding.images) {
    if (image.positive != positive) continue;
    all += times[image.row];
    if (image.seen == seen) counted += times[image.row];
  }
  return all > 0 ? counted / all : undefined_value;
}

/// NaN of none, and if one of them is.
double mean_of_places(const std::vector<double>& values, const std::vector<std::size_t>& places) {
  double sum = 0;
  for (const std::size_t place : places) sum += values[place];
  return places.empty() ? undefined_value : sum / static_cast<double>(places.size());
}

std::optional<Interval> interval_of(const GroupNumbers& numbers, std::size_t place) {
  if (std::isnan(numbers.whole[place])) return std::nullopt;
  std::vector<double> found;
  for (const double value : numbers.draws[place])
    if (!std::isnan(value)) found.push_back(value);
  if (found.empty()) return std::nullopt;
  std::sort(found.begin(), found.end());
  return Interval{numbers.whole[place], quantile(found, 0.025), quantile(found, 0.975),
                  static_cast<std::int64_t>(found.size())};
}

/// One number in several groups: of all images, and the draws in which all groups have it.
struct Compared {
  std::vector<std::string> names;
  std::vector<double> whole;
  std::vector<std::vector<double>> draws;  // [group][draw]
};

Compared compared(const std::vector<GroupMeasures>& groups,
                  const std::vector<GroupNumbers>& numbers, std::size_t place) {
  Compared result;
  std::vector<const std::vector<double>*> all;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    if (numbers[g].whole.empty() || std::isnan(numbers[g].whole[place])) continue;
    result.names.push_back(groups[g].name);
    result.whole.push_back(numbers[g].whole[place]);
    all.push_back(&numbers[g].draws[place]);
  }
  result.draws.resize(all.size());
  for (std::size_t draw = 0; !all.empty() && draw < all[0]->size(); ++draw) {
    if (std::any_of(all.begin(), all.end(),
                    [&](const auto* values) { return std::isnan((*values)[draw]); }))
      continue;
    for (std::size_t g = 0; g < all.size(); ++g) result.draws[g].push_back((*all[g])[draw]);
  }
  return result;
}

std::optional<FairnessGap> gap_of(const Compared& groups) {
  if (groups.names.size() < 2) return std::nullopt;
  const auto at = [&](auto found) {
    return static_cast<std::size_t>(found - groups.whole.begin());
  };
  const std::size_t highest = at(std::max_element(groups.whole.begin(), groups.whole.end()));
  std::size_t lowest = at(std::min_element(groups.whole.begin(), groups.whole.end()));
  if (lowest == highest) lowest = highest + 1;  // all are equal, and the highest is the first
  const std::size_t draws = groups.draws[0].size();
  FairnessGap gap{groups.names[highest],
                  groups.names[lowest],
                  groups.whole[highest] - groups.whole[lowest],
                  {},
                  static_cast<std::int64_t>(draws)};
  constexpr double rounding = 1e-12;
  std::vector<double> largest(draws, 0.0);  // of all pairs, in their own standard deviations
  double deviation = 0;                     // of the pair that is reported
  for (std::size_t a = 0; a < groups.names.size(); ++a) {
    for (std::size_t b = a + 1; b < groups.names.size(); ++b) {
      std::vector<double> differences(draws);
      for (std::size_t i = 0; i < draws; ++i)
        differences[i] = groups.draws[a][i] - groups.draws[b][i];
      const double spread = draws == 0 ? 0 : spread_of(differences).deviation;
      if (spread < rounding) continue;
      if (std::minmax(a, b) == std::minmax(highest, lowest)) deviation = spread;
      const double whole = groups.whole[a] - groups.whole[b];
      for (std::size_t i = 0; i < draws; ++i)
        largest[i] = std::max(largest[i], std::abs(differences[i] - whole) / spread);
    }
  }
  if (deviation > 0) {
    std::sort(largest.begin(), largest.end());
    const double reach = quantile(largest, 0.95) * deviation;
    gap.interval = {std::max(gap.value - reach, -1.0), std::min(gap.value + reach, 1.0)};
  }
  return gap;
}

/// Whose images these are: patients as numbers.
std::vector<std::size_t> numbered(const std::vector<std::string>& patients) {
  std::unordered_map<std::string, std::size_t> numbers;
  std::vector<std::size_t> result;
  for (const std::string& patient : patients)
    result.push_back(numbers.try_emplace(patient, numbers.size()).first->second);
  return result;
}

std::int64_t patients_of(const RankedFinding& finding, bool positive,
                         const std::vector<std::size_t>& patients) {
  std::set<std::size_t> different;
  for (const RankedFinding::Image& image : finding.images)
    if (image.positive == positive) different.insert(patients[image.row]);
  return static_cast<std::int64_t>(different.size());
}

/// One grouping on its way.
class GroupComparison {
 public:
  GroupComparison(const JudgedImages& images, const std::vector<std::size_t>& patients,
                  const Grouping& grouping, const FairnessOptions& options)
      : images_(images), options_(options), places_{images.findings.size()} {
    result_.grouping = grouping.name;
    for (const FindingScores& finding : images.findings) result_.findings.push_back(finding.name);
    std::map<std::string, std::vector<std::size_t>> rows;
    for (std::size_t i = 0; i < grouping.groups.size(); ++i) {
      if (grouping.groups[i].empty())
        ++result_.unknown;
      else
        rows[grouping.groups[i]].push_back(i);
    }
    for (const auto& [name, of_group] : rows) add_group(name, of_group, patients);
    choose_averaged();
    const std::vector<double> once(images.patients.size(), 1.0);
    for (std::size_t g = 0; g < ranked_.size(); ++g)
      if (result_.groups[g].left_out.empty()) numbers_[g].whole = measured(g, once);
  }

  void draw(const std::vector<double>& times) {
    for (std::size_t g = 0; g < ranked_.size(); ++g) {
      if (!result_.groups[g].left_out.empty()) continue;
      const std::vector<double> values = measured(g, times);
      for (std::size_t i = 0; i < values.size(); ++i) numbers_[g].draws[i].push_back(values[i]);
    }
  }

  GroupFairness result() && {
    for (std::size_t g = 0; g < ranked_.size(); ++g) {
      GroupMeasures& group = result_.groups[g];
      if (!group.left_out.empty()) continue;
      for (std::size_t f = 0; f < places_.findings; ++f) {
        group.findings[f].auroc = interval_of(numbers_[g], places_.auroc(f));
        group.findings[f].missed = interval_of(numbers_[g], places_.missed(f));
      }
      group.mean_auroc = interval_of(numbers_[g], places_.mean_auroc());
      group.mean_missed = interval_of(numbers_[g], places_.mean_missed());
      group.underdiagnosis = interval_of(numbers_[g], places_.underdiagnosis());
    }
    const auto gap = [&](std::size_t place) {
      return gap_of(compared(result_.groups, numbers_, place));
    };
    for (std::size_t f = 0; f < places_.findings; ++f) {
      result_.gaps.auroc.push_back(gap(places_.auroc(f)));
      result_.gaps.missed.push_back(gap(places_.missed(f)));
    }
    result_.gaps.mean_auroc = gap(places_.mean_auroc());
    result_.gaps.mean_missed = gap(places_.mean_missed());
    result_.gaps.underdiagnosis = gap(places_.underdiagnosis());
    return std::move(result_);
  }

 private:
  void add_group(const std::string& name, const std::vector<std::size_t>& rows,
                 const std::vector<std::size_t>& patients) {
    GroupMeasures group;
    group.name = name;
    group.images = static_cast<std::int64_t>(rows.size());
    std::set<std::size_t> different;
    for (const std::size_t row : rows) different.insert(patients[row]);
    group.patients = static_cast<std::int64_t>(different.size());
    if (group.patients < options_.least_patients)
      group.left_out = formatted("{} patients; at least {} were expected", group.patients,
                                 options_.least_patients);
    RankedGroup order;
    for (const FindingScores& finding : images_.findings) {
      const RankedFinding& in_order = order.findings.emplace_back(ranked(finding, rows));
      FindingOfGroup& counted = group.findings.emplace_back();
      for (const RankedFinding::Image& image : in_order.images)
        ++(image.positive ? counted.positives : counted.negatives);
      const std::int64_t with = patients_of(in_order, true, patients),
                         without = patients_of(in_order, false, patients);
      if (!group.left_out.empty())
        counted.left_out = group.left_out;
      else if (std::min(with, without) < options_.least_cases)
        counted.left_out =
            formatted("{} patients with it and {} without; at least {} were expected", with,
                      without, options_.least_cases);
    }
    if (images_.no_finding) {
      order.no_finding = ranked(*images_.no_finding, rows);
      const std::int64_t ill = patients_of(order.no_finding, false, patients);
      if (!group.left_out.empty())
        group.no_underdiagnosis = group.left_out;
      else if (!images_.no_finding->threshold)
        group.no_underdiagnosis = "no threshold is known";
      else if (ill < options_.least_cases)
        group.no_underdiagnosis =
            formatted("{} ill patients; at least {} were expected", ill, options_.least_cases);
    }
    numbers_.emplace_back().draws.resize(places_.count());
    ranked_.push_back(std::move(order));
    result_.groups.push_back(std::move(group));
  }

  /// Means of different findings would not be comparable.
  void choose_averaged() {
    for (std::size_t f = 0; f < places_.findings; ++f) {
      bool everywhere = false;
      for (const GroupMeasures& group : result_.groups) {
        if (!group.left_out.empty()) continue;
        everywhere = group.findings[f].left_out.empty();
        if (!everywhere) break;
      }
      if (!everywhere) continue;
      result_.averaged.push_back(images_.findings[f].name);
      averaged_auroc_.push_back(places_.auroc(f));
      if (images_.findings[f].threshold) averaged_missed_.push_back(places_.missed(f));
    }
  }

  std::vector<double> measured(std::size_t g, const std::vector<double>& times) const {
    std::vector<double> values(places_.count(), undefined_value);
    for (std::size_t f = 0; f < places_.findings; ++f) {
      if (!result_.groups[g].findings[f].left_out.empty()) continue;
      const RankedFinding& finding = ranked_[g].findings[f];
      values[places_.auroc(f)] = auroc_of_times(finding, times);
      if (images_.findings[f].threshold)
        values[places_.missed(f)] = share_of_times(finding, true, false, times);
    }
    values[places_.mean_auroc()] = mean_of_places(values, averaged_auroc_);
    values[places_.mean_missed()] = mean_of_places(values, averaged_missed_);
    if (images_.no_finding && result_.groups[g].no_underdiagnosis.empty())
      values[places_.underdiagnosis()] = share_of_times(ranked_[g].no_finding, false, true, times);
    return values;
  }

  const JudgedImages& images_;
  const FairnessOptions& options_;
  Places places_;
  GroupFairness result_;
  std::vector<RankedGroup> ranked_;  // as result_.groups
  std::vector<GroupNumbers> numbers_;
  std::vector<std::size_t> averaged_auroc_, averaged_missed_;  // places
};

}  // namespace

std::vector<GroupFairness> fairness(const JudgedImages& images,
                                    const std::vector<Grouping>& groupings,
                                    const FairnessOptions& options) {
  check_fairness(images, groupings, options);
  const std::vector<std::size_t> patients = numbered(images.patients);
  std::vector<GroupComparison> comparisons;
  comparisons.reserve(groupings.size());
  for (const Grouping& grouping : groupings)
    comparisons.emplace_back(images, patients, grouping, options);
  Resampler resampler(images.patients, options.seed);
  std::vector<double> times(images.patients.size());
  for (std::int64_t draw = 0; draw < options.bootstrap_draws; ++draw) {
    std::fill(times.begin(), times.end(), 0.0);
    for (const std::int64_t row : resampler.rows(static_cast<std::uint64_t>(draw)))
      ++times[static_cast<std::size_t>(row)];
    for (GroupComparison& comparison : comparisons) comparison.draw(times);
  }
  std::vector<GroupFairness> results;
  for (GroupComparison& comparison : comparisons) results.push_back(std::move(comparison).result());
  return results;
}

}  // namespace raygen::engine
