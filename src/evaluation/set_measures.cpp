#include "evaluation/set_measures.hpp"

#include "error.hpp"
#include "evaluation/alpha_precision.hpp"
#include "evaluation/features.hpp"
#include "evaluation/frechet.hpp"
#include "evaluation/kernel_distances.hpp"
#include "evaluation/neighbours.hpp"
#include "evaluation/radiomics_distance.hpp"
#include "evaluation/resampling.hpp"
#include "evaluation/spread.hpp"
#include "evaluation/vendi.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

namespace raygen::engine {

namespace {

/// Apart in the noise's key from what the metrics draw themselves.
constexpr std::uint64_t kRealDraw = 1ULL << 32, kSyntheticDraw = 2ULL << 32,
                        kLimitDraw = 3ULL << 32;

/// Several values from one computation, each a measure.
struct Kind {
  std::vector<Measure> measures;  // key, name, better, decimals
  std::function<std::vector<double>(const at::Tensor& real, const at::Tensor& synthetic)> compute;
  bool all_pairs = false;  // time grows with the square of N
  std::int64_t fewest = kFewestImages;
  std::vector<std::string> good, weak;  // what it means, for a stranger
};

Measure named(const char* key, const char* name, Better better, int decimals) {
  Measure measure;
  measure.key = key, measure.name = name, measure.better = better, measure.decimals = decimals;
  return measure;
}

std::vector<Kind> kinds_of(const SetMeasureOptions& options) {
  std::vector<Kind> kinds;
  kinds.push_back(
      {.measures = {named("fid", "FID", Better::lower, 2)},
       .compute =
           [](const at::Tensor& real, const at::Tensor& synthetic) {
             return std::vector{frechet_distance(real, synthetic)};
           },
       .good = {"The means and spreads of the features are those of real images."},
       .weak = {"The features have other means or spreads than those of real images."}});
  if (options.extrapolate) {
    kinds.push_back(
        {.measures = {named("fid_infinity", "FID for infinite N", Better::lower, 2)},
         .compute =
             [seed = options.seed](const at::Tensor& real, const at::Tensor& synthetic) {
               return std::vector{frechet_distance_without_bias(real, synthetic, 10, seed)};
             },
         .good = {"Without the part that comes from the number of images, nothing is left."},
         .weak = {"A distance is left that does not come from the number of images."}});
  }
  kinds.push_back({.measures = {named("kid", "KID × 1000", Better::lower, 2)},
                   .compute =
                       [options](const at::Tensor& real, const at::Tensor& synthetic) {
                         return std::vector{1000 * kernel_inception_distance_of_any_size(
                                                       real, synthetic, options.subset_size,
                                                       options.subsets, options.seed)};
                       },
                   .good = {"By this measure the set cannot be told from real images."},
                   .weak = {"The set can be told from real images."}});
  kinds.push_back({.measures = {named("cmmd", "CMMD's formula", Better::lower, 3)},
                   .compute =
                       [](const at::Tensor& real, const at::Tensor& synthetic) {
                         return std::vector{clip_maximum_mean_discrepancy(real, synthetic)};
                       },
                   .all_pairs = true,
                   .good = {"By this measure the set cannot be told from real images."},
                   .weak = {"The set can be told from real images."}});
  kinds.push_back(
      {.measures = {named("precision", "Precision", Better::higher, 3),
                    named("recall", "Recall", Better::higher, 3),
                    named("density", "Density", Better::higher, 3),
                    named("coverage", "Coverage", Better::higher, 3)},
       .compute =
           [k = options.neighbours](const at::Tensor& real, const at::Tensor& synthetic) {
             const Neighbourhood found = neighbourhood(real, synthetic, k);
             return std::vector{found.precision, found.recall, found.density, found.coverage};
           },
       .all_pairs = true,
       .fewest = std::max(kFewestImages, options.neighbours + 1),
       .good = {"Synthetic images lie where real ones lie.", "Every kind of real image is there.",
                "Synthetic images lie where real ones are many.",
                "Most real images have a synthetic one near."},
       .weak = {"Some synthetic images look like no real one.",
                "Some kinds of real images are missing.",
                "Synthetic images lie where real ones are few.",
                "Many real images have no synthetic one near."}});
  kinds.push_back(
      {.measures = {named("alpha_precision", "α-precision", Better::higher, 3),
                    named("beta_recall", "β-recall", Better::higher, 3)},
       .compute =
           [](const at::Tensor& real, const at::Tensor& synthetic) {
             const AlphaPrecision found = alpha_precision(real, synthetic);
             return std::vector{found.precision, found.recall};
           },
       .all_pairs = true,
       .good = {"What is typical of the synthetic images is typical of the real ones.",
                "What is typical of the real images is typical of the synthetic ones."},
       .weak = {"The synthetic images are farther from, or nearer to, the middle of the real ones "
                "than real ones are.",
                "Synthetic images do not lie round real ones as other real ones do."}});
  kinds.push_back(
      {.measures = {named("vendi", "Vendi score", Better::higher, 2)},
       .compute = [](const at::Tensor&,
                     const at::Tensor& synthetic) { return std::vector{vendi_score(synthetic)}; },
       .good = {"The set is as varied as real images."},
       .weak = {"The set is less varied than real images."}});
  return kinds;
}

at::Tensor drawn(const at::Tensor& features, std::int64_t n, std::uint64_t seed,
                 std::uint64_t draw) {
  return n >= features.size(0) ? features
                               : rows_of(features, subset(seed, draw, n, features.size(0)));
}

struct Draws {
  std::int64_t count = 0;                            // images a side
  std::vector<std::vector<double>> real, synthetic;  // [draws][values]
};

Draws draws_of(const FeatureSet& real, const at::Tensor& synthetic, const Kind& kind,
               const SetMeasureOptions& options) {
  Draws draws;
  if (std::set<std::string>(real.groups.begin(), real.groups.end()).size() < 2) return {};
  for (int i = 0; i < options.floor_draws; ++i) {
    const auto draw = static_cast<std::uint64_t>(i);
    const auto [one, other] = halves(real.groups, options.seed, draw);
    const std::int64_t n =
        std::min({static_cast<std::int64_t>(one.size()), static_cast<std::int64_t>(other.size()),
                  synthetic.size(0), options.most_rows});
    if (n < kind.fewest) return {};
    const at::Tensor here =
        drawn(rows_of(real.features, one), n, options.seed, kRealDraw + 2 * draw);
    draws.count = n;
    draws.real.push_back(kind.compute(
        here, drawn(rows_of(real.features, other), n, options.seed, kRealDraw + 2 * draw + 1)));
    draws.synthetic.push_back(
        kind.compute(here, drawn(synthetic, n, options.seed, kSyntheticDraw + draw)));
  }
  return draws;
}

Spread spread_of_value(const std::vector<std::vector<double>>& draws, std::size_t i) {
  std::vector<double> values;
  for (const auto& each : draws) values.push_back(each[i]);
  return spread_of(values);
}

/// As good as real images among themselves: no further off than two deviations of the floor.
bool reaches(const Measure& measure, const Floor& floor, double value) {
  const double play = 2 * floor.deviation + 1e-9 * std::abs(floor.value);
  return measure.better == Better::lower ? value <= floor.value + play
                                         : value >= floor.value - play;
}

void judge(Measure& measure, const Draws& draws, std::size_t i, const Kind& kind) {
  if (draws.real.empty()) {
    measure.sentence =
        formatted("There is no floor, because half of the real patients have fewer than {} images.",
                  kind.fewest);
    return;
  }
  const Spread real = spread_of_value(draws.real, i),
               synthetic = spread_of_value(draws.synthetic, i);
  measure.floor =
      Floor{real.mean, real.deviation, draws.count, static_cast<int>(draws.real.size())};
  measure.at_floor_count = synthetic.mean;
  if (measure.better == Better::higher && real.mean <= 0) {
    measure.sentence = "Real images do not reach anything among themselves, so nothing is judged.";
    return;
  }
  const bool good = reaches(measure, *measure.floor, synthetic.mean);
  measure.verdict = good ? Verdict::good : Verdict::weak;
  measure.sentence =
      formatted("{} With {} images a side: {:.{}f}; real against real: {:.{}f} ± {:.{}f}.",
                (good ? kind.good : kind.weak)[i], draws.count, synthetic.mean, measure.decimals,
                real.mean, measure.decimals, real.deviation, measure.decimals);
}

void check_options(const SetMeasureOptions& options) {
  if (options.floor_draws < 2 || options.most_rows < kFewestImages || options.neighbours < 1 ||
      options.subset_size < 2 || options.subsets < 1)
    fail(Status::invalid_argument,
         "floor_draws is {}, most_rows {}, neighbours {}, subset_size {}, subsets {}; at least 2, "
         "{}, 1, 2, 1 were expected",
         options.floor_draws, options.most_rows, options.neighbours, options.subset_size,
         options.subsets, kFewestImages);
}

void check(const FeatureSet& real, const FeatureSet& synthetic, const SetMeasureOptions& options) {
  check_features(real.features, synthetic.features, 1);
  for (const auto& [set, name] : {std::pair{&real, "real"}, std::pair{&synthetic, "synthetic"}}) {
    if (static_cast<std::int64_t>(set->groups.size()) != set->features.size(0))
      fail(Status::invalid_argument, "there are {} groups of {} {} images; one each was expected",
           set->groups.size(), set->features.size(0), name);
  }
  check_options(options);
}

/// What one kind says of the sets: without a value where they are too small, or where the metric
/// refuses these numbers.
struct Taken {
  std::vector<double> values;
  Draws draws;
  std::string why_not;
};

Taken taken(const Kind& kind, const at::Tensor& from, const at::Tensor& to, const FeatureSet& real,
            const FeatureSet& synthetic, const SetMeasureOptions& options) {
  if (std::min(from.size(0), to.size(0)) < kind.fewest)
    return {{},
            {},
            formatted("It needs {} images a side; there are {} real and {} synthetic.", kind.fewest,
                      from.size(0), to.size(0))};
  try {
    return {kind.compute(from, to), draws_of(real, synthetic.features, kind, options), {}};
  } catch (const Error& error) {
    if (error.status() != Status::numeric) throw;
    return {{}, {}, formatted("The numbers do not allow it: {}.", error.what())};
  }
}

/// The same for equal rows.
std::vector<std::size_t> hashes_of(const at::Tensor& features) {
  const at::Tensor rows = features.contiguous();
  const auto width = static_cast<std::size_t>(rows.size(1)) * sizeof(double);
  const auto* bytes = static_cast<const char*>(rows.const_data_ptr());
  std::vector<std::size_t> hashes;
  for (std::int64_t i = 0; i < rows.size(0); ++i, bytes += width)
    hashes.push_back(std::hash<std::string_view>{}({bytes, width}));
  return hashes;
}

/// Why no distance of these sets means anything; empty if nothing is against it.
std::string meaningless(const FeatureSet& real, const FeatureSet& synthetic) {
  constexpr double most_shared = 0.01, least_different = 0.5;
  const std::vector<std::size_t> of_real = hashes_of(real.features),
                                 of_synthetic = hashes_of(synthetic.features);
  const std::set<std::size_t> known(of_real.begin(), of_real.end()),
      made(of_synthetic.begin(), of_synthetic.end());
  const auto too_few = [](const std::set<std::size_t>& different, std::size_t all) {
    return static_cast<double>(different.size()) < least_different * static_cast<double>(all);
  };
  for (const auto& [different, all, name] :
       {std::tuple{&known, of_real.size(), "real"}, {&made, of_synthetic.size(), "synthetic"}}) {
    if (too_few(*different, all))
      return formatted("Most {} images have equal numbers: {} of {} are different.", name,
                       different->size(), all);
  }
  const auto shared = std::count_if(of_synthetic.begin(), of_synthetic.end(),
                                    [&](std::size_t hash) { return known.contains(hash); });
  if (static_cast<double>(shared) > most_shared * static_cast<double>(of_synthetic.size()))
    return formatted("{} of {} synthetic images have the very numbers of a real one.", shared,
                     of_synthetic.size());
  return {};
}

std::vector<Measure> measures_of(const std::vector<Kind>& kinds, const FeatureSet& real,
                                 const FeatureSet& synthetic, const std::string& features,
                                 const SetMeasureOptions& options) {
  std::vector<Measure> measures;
  const std::string why_not = meaningless(real, synthetic);
  for (const Kind& kind : kinds) {
    const auto limited = [&](const FeatureSet& set, std::uint64_t draw) {
      return kind.all_pairs ? drawn(set.features, options.most_rows, options.seed, draw)
                            : set.features;
    };
    const at::Tensor from = limited(real, kLimitDraw), to = limited(synthetic, kLimitDraw + 1);
    const Taken found =
        why_not.empty() ? taken(kind, from, to, real, synthetic, options) : Taken{{}, {}, why_not};
    for (std::size_t i = 0; i < kind.measures.size(); ++i) {
      Measure measure = kind.measures[i];
      measure.features = features;
      measure.real_count = from.size(0), measure.synthetic_count = to.size(0);
      if (found.values.empty()) {
        measure.verdict = Verdict::undefined;
        measure.sentence = found.why_not;
      } else {
        measure.value = found.values[i];
        judge(measure, found.draws, i, kind);
      }
      measures.push_back(std::move(measure));
    }
  }
  return measures;
}

/// The rows that are there.
FeatureSet complete(const FeatureSet& set) {
  FeatureSet rows;
  std::vector<std::int64_t> kept;
  const at::Tensor there = set.features.size(1) == 0 ? at::zeros({set.features.size(0)}, at::kBool)
                                                     : set.features.isnan().any(1).logical_not();
  for (std::int64_t i = 0; i < there.size(0); ++i) {
    if (!there.const_data_ptr<bool>()[i]) continue;
    kept.push_back(i);
    rows.groups.push_back(set.groups[static_cast<std::size_t>(i)]);
  }
  rows.features = rows_of(set.features, kept);
  return rows;
}

}  // namespace

std::vector<Measure> set_measures(const FeatureSet& real, const FeatureSet& synthetic,
                                  const std::string& features, const SetMeasureOptions& options) {
  check(real, synthetic, options);
  return measures_of(kinds_of(options), real, synthetic, features, options);
}

Measure radiomics_measure(const FeatureSet& real, const FeatureSet& synthetic,
                          const std::string& features, const SetMeasureOptions& options) {
  const Kind kind{.measures = {named("frd", "FRD (d²)", Better::lower, 1)},
                  .compute =
                      [](const at::Tensor& one, const at::Tensor& other) {
                        return std::vector{frechet_radiomics_distance(one, other).squared};
                      },
                  .good = {"Grey values and textures are those of real images."},
                  .weak = {"Grey values or textures differ from those of real images."}};
  const FeatureSet from = complete(real), to = complete(synthetic);
  check_options(options);
  Measure measure = measures_of({kind}, from, to, features, options).front();
  const std::size_t left_out[] = {real.groups.size() - from.groups.size(),
                                  synthetic.groups.size() - to.groups.size()};
  if (measure.value.value_or(0) > 0)
    measure.sentence +=
        formatted(" frd-score prints the logarithm, {:.3f}.", std::log(*measure.value));
  if (left_out[0] + left_out[1] > 0)
    measure.sentence += formatted(
        " {} real and {} synthetic images were left out, because an image of one grey value, or of "
        "less than 4 × 4 pixels, has no radiomics.",
        left_out[0], left_out[1]);
  return measure;
}

}  // namespace raygen::engine
