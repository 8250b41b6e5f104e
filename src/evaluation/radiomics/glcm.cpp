#include "evaluation/radiomics/glcm.hpp"

#include "evaluation/radiomics/directions.hpp"
#include "evaluation/radiomics/pair_counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace raygen::engine {

namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// One direction's matrix P, which is symmetric: the entries with level ≤ other, as probabilities
/// that an ordered pair is this one, and the marginal.
struct Cooccurrence {
  Cooccurrence(const GreyLevels& image, const Direction& step);
  /// f(i, j, p, times) of each stored entry; `times` is 2 for one that stands for its mirror, too.
  template <typename Function>
  void each(const Function& f) const {
    for (const PairCount& entry : entries)
      f(static_cast<double>(entry.level), static_cast<double>(entry.other), entry.count,
        entry.level == entry.other ? 1.0 : 2.0);
  }

  std::vector<PairCount> entries;
  std::vector<double> marginal;  // by level
};

Cooccurrence::Cooccurrence(const GreyLevels& image, const Direction& step)
    : marginal(static_cast<std::size_t>(image.highest) + 1) {
  std::vector<LevelPair> pairs;
  pairs.reserve(image.levels.size());
  for (std::int64_t r = 0; r + step.down < image.rows; ++r) {
    const std::int64_t first = std::max<std::int64_t>(0, -step.across),
                       end = image.columns - std::max<std::int64_t>(0, step.across);
    for (std::int64_t c = first; c < end; ++c)
      pairs.push_back(std::minmax(image.at(r, c), image.at(r + step.down, c + step.across)));
  }
  entries = count_pairs(pairs);
  const double ordered = 2 * static_cast<double>(pairs.size());
  for (PairCount& entry : entries) {
    if (entry.level == entry.other) entry.count *= 2;
    entry.count /= ordered;
    marginal[static_cast<std::size_t>(entry.level)] += entry.count;
    if (entry.level != entry.other) marginal[static_cast<std::size_t>(entry.other)] += entry.count;
  }
}

/// Of |i - j|, or of i + j: how probable each is.
template <typename Index>
std::vector<double> distribution_of(const Cooccurrence& matrix, std::size_t size,
                                    const Index& index) {
  std::vector<double> result(size);
  matrix.each([&](double i, double j, double p, double times) {
    result[static_cast<std::size_t>(index(i, j))] += times * p;
  });
  return result;
}

double entropy_of(const std::vector<double>& distribution) {
  double sum = 0;
  for (const double p : distribution) sum += entropy_term(p);
  return sum;
}

/// -Σ p_i p_j log₂(p_i p_j + ε) over all pairs of levels. Levels that are as frequent as each other
/// are taken together.
double independent_entropy(std::vector<double> marginal) {
  std::sort(marginal.begin(), marginal.end());
  std::vector<std::pair<double, double>> shares;  // a probability, and how many levels have it
  for (const double p : marginal) {
    if (p == 0) continue;
    if (shares.empty() || shares.back().first != p) shares.emplace_back(p, 0);
    ++shares.back().second;
  }
  double sum = 0;
  for (std::size_t a = 0; a < shares.size(); ++a) {
    const auto [p, levels] = shares[a];
    sum += levels * levels * entropy_term(p * p);
    for (std::size_t b = 0; b < a; ++b)
      sum += 2 * levels * shares[b].second * entropy_term(p * shares[b].first);
  }
  return sum;
}

struct InformationMeasures {
  double joint_entropy = 0, first = 0, second = 0;
};

InformationMeasures information(const Cooccurrence& matrix) {
  double joint = 0, crossed = 0;
  matrix.each([&](double i, double j, double p, double times) {
    const double product =
        matrix.marginal[static_cast<std::size_t>(i)] * matrix.marginal[static_cast<std::size_t>(j)];
    joint += times * entropy_term(p);
    crossed -= times * p * std::log2(product + kEpsilon);
  });
  const double single = entropy_of(matrix.marginal);
  const double independent = independent_entropy(matrix.marginal);
  return {joint, single == 0 ? 0 : (joint - crossed) / single,
          independent <= joint ? 0 : std::sqrt(1 - std::exp(-2 * (independent - joint)))};
}

struct Moments {
  double mean = 0, autocorrelation = 0, variance = 0, covariance = 0, energy = 0, greatest = 0;
  double tendency = 0, shade = 0, prominence = 0;  // of (i + j - 2 mean), squared, cubed, …
};

Moments moments_of(const Cooccurrence& matrix) {
  Moments m;
  for (std::size_t level = 1; level < matrix.marginal.size(); ++level)
    m.mean += static_cast<double>(level) * matrix.marginal[level];
  matrix.each([&](double i, double j, double p, double times) {
    const double weight = times * p, a = i - m.mean, b = j - m.mean, sum = a + b;
    m.autocorrelation += weight * i * j;
    m.variance += weight * (a * a + b * b) / 2;
    m.covariance += weight * a * b;
    m.energy += times * p * p;
    m.greatest = std::max(m.greatest, p);
    m.tendency += weight * sum * sum;
    m.shade += weight * sum * sum * sum;
    m.prominence += weight * sum * sum * sum * sum;
  });
  return m;
}

/// Features of |i - j|.
struct Differences {
  double contrast = 0, average = 0, entropy = 0, variance = 0;
  double idm = 0, idmn = 0, id = 0, idn = 0, inverse_variance = 0;
};

Differences differences_of(const Cooccurrence& matrix, int highest) {
  const std::vector<double> shares =
      distribution_of(matrix, static_cast<std::size_t>(highest),
                      [](double i, double j) { return std::abs(i - j); });
  const double levels = highest;
  Differences d;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    const auto apart = static_cast<double>(k), square = apart * apart;
    d.contrast += shares[k] * square;
    d.average += shares[k] * apart;
    d.idm += shares[k] / (1 + square);
    d.idmn += shares[k] / (1 + square / (levels * levels));
    d.id += shares[k] / (1 + apart);
    d.idn += shares[k] / (1 + apart / levels);
    if (k > 0) d.inverse_variance += shares[k] / square;
  }
  for (std::size_t k = 0; k < shares.size(); ++k)
    d.variance +=
        shares[k] * (static_cast<double>(k) - d.average) * (static_cast<double>(k) - d.average);
  d.entropy = entropy_of(shares);
  return d;
}

std::array<double, kGlcmNames.size()> features_of(const Cooccurrence& matrix, int highest) {
  const Moments m = moments_of(matrix);
  const Differences d = differences_of(matrix, highest);
  const InformationMeasures i = information(matrix);
  const double sum_entropy = entropy_of(distribution_of(
      matrix, 2 * static_cast<std::size_t>(highest) + 1, [](double a, double b) { return a + b; }));
  const double correlation = m.variance == 0 ? 1 : m.covariance / (m.variance + kEpsilon);
  return {m.autocorrelation,
          m.mean,
          m.prominence,
          m.shade,
          m.tendency,
          d.contrast,
          correlation,
          d.average,
          d.entropy,
          d.variance,
          m.energy,
          i.joint_entropy,
          i.first,
          i.second,
          d.idm,
          d.idmn,
          d.id,
          d.idn,
          d.inverse_variance,
          m.greatest,
          sum_entropy,
          m.variance};
}

}  // namespace

std::array<double, kGlcmNames.size()> glcm(const GreyLevels& image) {
  std::array<double, kGlcmNames.size()> means = {};
  for (const Direction& direction : kDirections) {
    const auto features = features_of(Cooccurrence(image, direction), image.highest);
    for (std::size_t i = 0; i < means.size(); ++i)
      means[i] += features[i] / static_cast<double>(kDirections.size());
  }
  return means;
}

}  // namespace raygen::engine
