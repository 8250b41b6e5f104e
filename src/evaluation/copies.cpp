#include "evaluation/copies.hpp"

#include "error.hpp"
#include "evaluation/features.hpp"
#include "evaluation/prompt_cliques.hpp"
#include "evaluation/resampling.hpp"
#include "evaluation/set_measures.hpp"
#include "memorisation/copy_scores.hpp"
#include "memorisation/index_builder.hpp"
#include "memorisation/thumbnail.hpp"
#include "memorisation/training_index.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

/// One set among the training images.
struct Searched {
  std::vector<std::size_t> images;       // which of the set's: all, drawn evenly, or less
  std::vector<NearestTraining> nearest;  // of each
  at::Tensor thumbnails;                 // float64 [N,256]
  std::int64_t flat = 0;                 // images of one grey value, which are left out
};

at::Tensor thumbnail_of(const Image& image) {
  return thumbnails(grey_pixels(image)).to(at::kDouble);
}

Searched search(const TokenisedImages& set, std::size_t most, const TrainingIndex& index,
                const char* stage, const CopiesOptions& options) {
  const std::size_t size = set.images.size(), count = std::min(size, most);
  const at::Tensor tokens = set.tokens.contiguous();
  const auto width = static_cast<std::size_t>(tokens.size(1));
  Searched found;
  std::vector<at::Tensor> small;
  for (std::size_t i = 0; i < count; ++i) {
    check_cancelled(options.job);
    const std::size_t which = i * size / count;
    const Image image = set.images.image(which);
    const at::Tensor thumbnail = thumbnail_of(image);
    if (options.progress)
      options.progress(stage, static_cast<std::int64_t>(i) + 1, static_cast<std::int64_t>(count));
    if (!thumbnail.any().item<bool>()) {
      ++found.flat;
      continue;
    }
    found.images.push_back(which);
    found.nearest.push_back(index.nearest_training(
        {tokens.const_data_ptr<std::int32_t>() + which * width, width}, image));
    small.push_back(thumbnail);
  }
  found.thumbnails = small.empty() ? at::empty({0, kThumbnailSize}, at::kDouble) : at::cat(small);
  return found;
}

std::shared_ptr<const TrainingIndex> index_of(const Model& model, const Dataset& dataset,
                                              const CopiesOptions& options) {
  if (!std::filesystem::exists(options.index)) {
    IndexOptions how;
    how.job = options.job;
    how.progress = [&](std::int64_t done, std::int64_t total) {
      if (options.progress) options.progress("training images", done, total);
      return true;
    };
    build_index(model, dataset, options.index, how);
  }
  std::shared_ptr<const TrainingIndex> index = TrainingIndex::open(options.index, options.limits);
  index->check_model(model);
  if (static_cast<std::size_t>(index->manifest().images) != dataset.indices(Split::train).size())
    fail(Status::invalid_argument,
         "{} is of {} training images; dataset {} has {}: remove it, so that it is made anew",
         options.index.string(), index->manifest().images, dataset.folder().string(),
         dataset.indices(Split::train).size());
  return index;
}

/// Thumbnails of as many training images as `count`, drawn.
at::Tensor training_thumbnails(const ImageSet& training, std::int64_t count, std::uint64_t seed) {
  std::vector<at::Tensor> small;
  for (const std::int64_t row : subset(seed, 0, count, static_cast<std::int64_t>(training.size())))
    small.push_back(thumbnail_of(training.image(static_cast<std::size_t>(row))));
  return at::cat(small);
}

std::vector<double> distances_of(const Searched& searched) {
  std::vector<double> distances;
  for (const NearestTraining& each : searched.nearest) distances.push_back(each.distance);
  return distances;
}

double too_near_share(const Searched& searched) {
  const auto count = std::count_if(searched.nearest.begin(), searched.nearest.end(),
                                   [](const NearestTraining& each) { return each.too_near; });
  return static_cast<double>(count) / static_cast<double>(searched.nearest.size());
}

Measure measure_of(const char* key, const char* name, Better better, std::optional<double> value,
                   std::size_t training, std::size_t synthetic) {
  Measure measure;
  measure.key = key, measure.name = name, measure.better = better, measure.value = value;
  measure.real_count = static_cast<std::int64_t>(training);
  measure.synthetic_count = static_cast<std::int64_t>(synthetic);
  return measure;
}

/// Of a share of n that is `expected`.
double standard_error(double expected, double n) {
  return std::sqrt(std::max(expected * (1 - expected), 1 / n) / n);
}

/// P(X >= count) of n independent images of which a share p < 1 is expected.
double probability_of_more(std::int64_t count, std::int64_t n, double p) {
  double logarithm = static_cast<double>(n) * std::log1p(-p), fewer = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    fewer += std::exp(logarithm);
    logarithm += std::log(static_cast<double>(n - i) / static_cast<double>(i + 1)) + std::log(p) -
                 std::log1p(-p);
  }
  return std::clamp(1 - fewer, 0.0, 1.0);
}

/// Without a number, for want of images.
bool too_few(Measure& measure, std::int64_t synthetic, std::int64_t real) {
  if (std::min(synthetic, real) >= kFewestImages) return false;
  measure.value.reset();
  measure.verdict = Verdict::undefined;
  measure.sentence = formatted(
      "It needs {} synthetic and {} held-out images that are not of one grey value; there are {} "
      "and {}.",
      kFewestImages, kFewestImages, synthetic, real);
  return true;
}

/// The share of images of others that is too near: a threshold of few held-out images, each score
/// has one, lets more of new ones through than of those that it was set by.
double expected_too_near(const Searched& held_out, const TrainingIndexManifest& index) {
  constexpr double scores = 3;
  const double by_chance = std::max(index.quantile, 1 / (static_cast<double>(index.held_out) + 1));
  return std::min(std::max(too_near_share(held_out), scores * by_chance), 0.99);
}

Measure too_near(const Searched& synthetic, const Searched& held_out, std::size_t training,
                 const TrainingIndexManifest& index) {
  constexpr double certain = 0.00135, leak = 0.05;  // three deviations of a normal number
  const auto n = static_cast<std::int64_t>(synthetic.nearest.size());
  Measure measure = measure_of("too_near", "Too near a training image", Better::lower, {}, training,
                               synthetic.nearest.size());
  measure.features = "tokens and 16 × 16 means, thresholds of held-out patients";
  if (too_few(measure, n, static_cast<std::int64_t>(held_out.nearest.size()))) return measure;
  const double share = too_near_share(synthetic), expected = expected_too_near(held_out, index);
  const auto count = std::llround(share * static_cast<double>(n)),
             leaked = std::llround(std::ceil(leak * static_cast<double>(n)));
  measure.value = share;
  const bool repeats = probability_of_more(count, n, expected) < certain,
             would_be_seen = probability_of_more(leaked, n, expected) < certain;
  measure.verdict = repeats ? Verdict::bad : would_be_seen ? Verdict::good : Verdict::none;
  measure.sentence = formatted(
      "{} of {} synthetic images are nearer to a training image than images of other patients come "
      "({:.1f} %; of images that are no copies, up to {:.1f} % are expected). {}",
      count, n, 100 * share, 100 * expected,
      repeats ? "These may be copies of patients' images: look at the pairs, and do not give the "
                "set away."
      : would_be_seen
          ? "They do not repeat training images."
          : "Chance explains as many, and would explain one copy in twenty, too, so that "
            "there is no verdict: more held-out and more synthetic images would tell.");
  return measure;
}

/// What nearness is measured by: 16 × 16 means of the pixels, or a network's features.
struct Space {
  std::string key, name, description;           // key, name: what ends those of the measures
  at::Tensor synthetic, training, held_out;     // float64 [N,d]; the last two of equal size
  std::vector<double> ratios, held_out_ratios;  // of distances among all training images
};

/// Of dcr_share where nothing was memorised: it is then chance which of all real images are
/// training images, and synthetic images with one nearest real image have that chance in common.
double dcr_standard_error(const at::Tensor& synthetic, const at::Tensor& training,
                          const at::Tensor& held_out) {
  const at::Tensor found =
      nearest(synthetic, at::cat({training, held_out}), 1).indices.select(1, 0);
  const at::Tensor shares =
      at::bincount(found).to(at::kDouble) / static_cast<double>(synthetic.size(0));
  return 0.5 * shares.norm().item<double>();
}

Measure nearer_to_training(const Space& space) {
  const double share = dcr_share(space.synthetic, space.training, space.held_out),
               play = 3 * dcr_standard_error(space.synthetic, space.training, space.held_out);
  Measure measure;
  measure.value = share;
  measure.verdict = play >= 0.5           ? Verdict::none
                    : share <= 0.5 + play ? Verdict::good
                                          : Verdict::weak;
  measure.sentence = formatted(
      "Without memorisation half of the images are ({} training and {} held-out images, ties "
      "half).",
      space.training.size(0), space.held_out.size(0));
  if (measure.verdict == Verdict::none)
    measure.sentence +=
        " Too few real images are the nearest to any, so that chance makes any share.";
  return measure;
}

Measure authenticity(const Space& space) {
  const auto share = [&](const at::Tensor& set) {
    return authentic(set, space.training).to(at::kDouble).mean().item<double>();
  };
  const double value = share(space.synthetic), real = share(space.held_out);
  Measure measure;
  measure.value = value;
  const double play =
      3 * std::hypot(standard_error(real, static_cast<double>(space.synthetic.size(0))),
                     standard_error(real, static_cast<double>(space.held_out.size(0))));
  measure.verdict = value >= real - play ? Verdict::good : Verdict::weak;
  measure.sentence = formatted(
      "The share of images that are farther from the nearest training image than that one is from "
      "its own nearest; of held-out real images: {:.3f}.",
      real);
  return measure;
}

double fifth_percentile(std::vector<double> values) {
  const auto place = static_cast<std::ptrdiff_t>(values.size() / 20);
  std::nth_element(values.begin(), values.begin() + place, values.end());
  return values[static_cast<std::size_t>(place)];
}

Measure distance_ratios(const Space& space) {
  Measure measure;
  measure.value = fifth_percentile(space.ratios);
  measure.sentence = formatted(
      "The distance to the nearest training image over that to the second nearest; near 0 is a "
      "copy. Of held-out real images: {:.3f}.",
      fifth_percentile(space.held_out_ratios));
  return measure;
}

/// The three measures of one space.
std::vector<Measure> measures_of(const Space& space, std::size_t training) {
  std::vector<Measure> measures;
  Measure none;
  const bool few = too_few(none, space.synthetic.size(0), space.held_out.size(0));
  using Take = Measure (*)(const Space&);
  struct Kind {
    const char *key, *name;
    Better better;
    Take take;
  };
  constexpr Kind kinds[] = {{"dcr_share", "Nearer to training than to held-out images",
                             Better::lower, nearer_to_training},
                            {"authenticity", "Authenticity", Better::higher, authenticity},
                            {"nndr_5", "NNDR, 5th percentile", Better::higher, distance_ratios}};
  for (const Kind& kind : kinds) {
    Measure measure = few ? none : kind.take(space);
    measure.key = kind.key + space.key, measure.name = kind.name + space.name;
    measure.better = kind.better, measure.features = space.description;
    measure.real_count = static_cast<std::int64_t>(training);
    measure.synthetic_count = space.synthetic.size(0);
    measures.push_back(std::move(measure));
  }
  return measures;
}

/// In blocks, so that it can be stopped.
std::vector<double> ratios_among(const at::Tensor& training, const at::Tensor& set,
                                 const Job* job) {
  std::vector<double> ratios;
  for (const at::Tensor& some : set.split(kPairRows)) {
    check_cancelled(job);
    if (some.size(0) == 0) break;
    const at::Tensor values = distance_ratio(some.contiguous(), training).contiguous();
    ratios.insert(ratios.end(), values.const_data_ptr<double>(),
                  values.const_data_ptr<double>() + values.numel());
  }
  return ratios;
}

/// A network's: of the images that were searched, and as many training images as held-out ones
/// where that counts.
Space space_of(const NetworkFeatures& network, const Searched& made, const Searched& others,
               const CopiesOptions& options) {
  const auto of = [](const at::Tensor& features, const std::vector<std::size_t>& which) {
    const std::vector<std::int64_t> rows(which.begin(), which.end());
    return features.index_select(0, at::tensor(rows, at::kLong));
  };
  const at::Tensor synthetic = of(network.synthetic, made.images),
                   held_out = of(network.held_out, others.images);
  const std::int64_t training = network.training.size(0),
                     equal = std::min(held_out.size(0), training);
  const std::vector<std::int64_t> some = subset(options.seed, 0, equal, training);
  return {"_" + network.key,
          formatted(" ({})", network.name),
          network.description,
          synthetic,
          network.training.index_select(0, at::tensor(some, at::kLong)),
          held_out.narrow(0, 0, equal),
          ratios_among(network.training, synthetic, options.job),
          ratios_among(network.training, held_out, options.job)};
}

std::vector<double> ratios_of(const Searched& searched) {
  std::vector<double> ratios;
  for (const NearestTraining& each : searched.nearest) ratios.push_back(each.ratio);
  return ratios;
}

/// Grey where both, which are of one size, are equal.
Image difference(const Image& a, const Image& b) {
  Image image{a.width, a.height, 1, {}, {}};
  for (std::size_t i = 0; i < a.pixels.size(); ++i)
    image.pixels.push_back(std::clamp(0.5F + a.pixels[i] - b.pixels[i], 0.0F, 1.0F));
  return image;
}

ReportFigure pairs_figure(const Searched& searched, const ImageSet& synthetic,
                          const ImageSet& training, std::int64_t shown) {
  std::vector<std::size_t> order(searched.nearest.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return searched.nearest[a].distance < searched.nearest[b].distance;
  });
  order.resize(std::min(order.size(), static_cast<std::size_t>(shown)));
  ReportFigure figure;
  figure.key = "nearest_pairs", figure.title = "The nearest pairs";
  figure.note =
      "A copy has the same bones, heart and devices in the same places. These are images "
      "of the training set: treat this page as patient data.";
  figure.pictures.emplace();
  figure.pictures->columns = {"synthetic", "nearest training image"};
  const Image any = training.image(0);  // all have one size
  const bool of_one_size = std::all_of(order.begin(), order.end(), [&](std::size_t i) {
    const Image made = synthetic.image(searched.images[i]);
    return made.width == any.width && made.height == any.height;
  });
  if (of_one_size) figure.pictures->columns.emplace_back("difference");
  for (const std::size_t i : order) {
    const NearestTraining& each = searched.nearest[i];
    const Image made = synthetic.image(searched.images[i]),
                real = training.image(static_cast<std::size_t>(each.nearest));
    PicturePairs::Pair pair;
    pair.caption = formatted("{}: distance {:.3f}, {:.0f} % of the tokens{}",
                             synthetic.name(searched.images[i]), each.distance,
                             100 * each.agreement, each.too_near ? ", too near" : "");
    pair.pngs = {encode_png(made, 8), encode_png(real, 8)};
    if (of_one_size) pair.pngs.push_back(encode_png(difference(made, real), 8));
    figure.pictures->pairs.push_back(std::move(pair));
  }
  return figure;
}

}  // namespace

ReportSection copies_section(const std::shared_ptr<const Model>& model,
                             const std::shared_ptr<const Dataset>& dataset,
                             const TokenisedImages& synthetic, const TokenisedImages& held_out,
                             const std::vector<NetworkFeatures>& networks,
                             const CopiesOptions& options) {
  const std::shared_ptr<const TrainingIndex> index = index_of(*model, *dataset, options);
  const Searched made = search(synthetic, static_cast<std::size_t>(options.most_synthetic), *index,
                               "synthetic among training images", options),
                 others = search(held_out, static_cast<std::size_t>(options.most_held_out), *index,
                                 "held-out among training images", options);
  const auto training_images = images_of_split(dataset, Split::train);
  const std::size_t training = training_images->size();
  const std::int64_t equal =
      std::min(others.thumbnails.size(0), static_cast<std::int64_t>(training));
  const Space pixels{"",
                     "",
                     "16 × 16 means",
                     made.thumbnails,
                     training_thumbnails(*training_images, equal, options.seed),
                     others.thumbnails.narrow(0, 0, equal),
                     ratios_of(made),
                     ratios_of(others)};

  ReportSection section;
  section.key = "memorisation", section.title = "Does the set give away training images?";
  section.introduction = formatted(
      "{} of {} synthetic images were compared with all {} training images, and so were {} "
      "held-out "
      "images of other patients. An index of training images, which was used here, is patient "
      "data.",
      made.nearest.size(), synthetic.images.size(), training, others.nearest.size());
  if (made.flat + others.flat > 0)
    section.introduction +=
        formatted(" {} synthetic and {} held-out images of one grey value were left out.",
                  made.flat, others.flat);
  section.measures = {too_near(made, others, training, index->manifest())};
  const auto add = [&](std::vector<Measure> measures) {
    for (Measure& measure : measures) section.measures.push_back(std::move(measure));
  };
  add(measures_of(pixels, training));
  for (const NetworkFeatures& network : networks)
    add(measures_of(space_of(network, made, others, options), training));
  add({clique_measure(synthetic.images, made.images, made.thumbnails,
                      index->manifest().thresholds.distance)});
  if (made.nearest.empty()) return section;
  ReportFigure histogram;
  histogram.key = "distances", histogram.title = "Distance to the nearest training image";
  histogram.note =
      "Synthetic images should lie where held-out images of other patients lie, or to "
      "their right. A heap at the left is a heap of copies.";
  histogram.x_title = "distance of 16 × 16 means (0: equal, 1.41: nothing alike)";
  histogram.y_title = "share of images";
  histogram.histograms =
      Histograms{{{"synthetic", distances_of(made)}, {"held-out real", distances_of(others)}},
                 index->manifest().thresholds.distance,
                 "too near"};
  section.figures.push_back(std::move(histogram));
  if (options.shown_pairs > 0)
    section.figures.push_back(
        pairs_figure(made, synthetic.images, *training_images, options.shown_pairs));
  return section;
}

}  // namespace raygen::engine
