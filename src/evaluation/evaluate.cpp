#include "evaluation/evaluate.hpp"

#include "classifier/architecture.hpp"
#include "dataset/dataset.hpp"
#include "dataset/format.hpp"
#include "error.hpp"
#include "evaluation/adherence.hpp"
#include "evaluation/copies.hpp"
#include "evaluation/extracted_set.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/membership_measures.hpp"
#include "evaluation/set_measures.hpp"
#include "evaluation/variety.hpp"
#include "memorisation/training_index.hpp"
#include "model/model.hpp"
#include "storage/atomic_file.hpp"
#include "storage/mapped_file.hpp"
#include "storage/sha256.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

/// Tells the caller where the evaluation is, and stops it when that is asked for.
class Teller {
 public:
  Teller(const EvaluationCallback& callback, const Job* job) : callback_(callback), job_(job) {}

  void tell(const std::string& stage, std::int64_t done, std::int64_t total) {
    check_cancelled(job_);
    if (!callback_) return;
    const auto now = std::chrono::steady_clock::now();
    if (stage != stage_) stage_ = stage, begun_ = now;
    const double seconds = std::chrono::duration<double>(now - begun_).count();
    EvaluationProgress progress{stage, done, total, 0};
    if (done > 0)
      progress.seconds_left =
          seconds * static_cast<double>(total - done) / static_cast<double>(done);
    if (!callback_(progress)) fail(Status::cancelled, "the evaluation was stopped");
  }

 private:
  const EvaluationCallback& callback_;
  const Job* job_;
  std::string stage_;
  std::chrono::steady_clock::time_point begun_;
};

/// What a set is looked at with.
struct Networks {
  std::shared_ptr<const Model> model;  // null: none was named
  std::vector<std::unique_ptr<Extractor>> extractors;
  std::vector<std::unique_ptr<FeatureCache>> caches;
  std::optional<std::size_t> classifier;  // which extractor judges

  ExtractedSet extract_from(const ImageSet& images, const char* stage, Teller& teller) const {
    std::vector<Extractor*> each;
    std::vector<FeatureCache*> kept;
    for (const auto& extractor : extractors) each.push_back(extractor.get());
    for (const auto& cache : caches) kept.push_back(cache.get());
    return extract(images, each, kept, [&](std::size_t done) {
      teller.tell(stage, static_cast<std::int64_t>(done), static_cast<std::int64_t>(images.size()));
    });
  }
};

std::shared_ptr<const Model> open_model(const std::string& path, const Limits& limits) {
  ModelOptions options;
  options.limits = limits;
  return Model::open(path, options);
}

Networks networks_of(const EvaluationConfig& config, const Limits& limits) {
  Networks networks;
  const auto add = [&](std::unique_ptr<Extractor> extractor) {
    const fs::path file =
        fs::path(config.out) / "features" / (extractor->digest().substr(0, 16) + ".safetensors");
    networks.caches.push_back(std::make_unique<FeatureCache>(file, extractor->digest(), limits));
    networks.extractors.push_back(std::move(extractor));
  };
  if (!config.model.empty()) networks.model = open_model(config.model, limits);
  const std::shared_ptr<const Model> judge =
      config.classifier.empty() ? networks.model : open_model(config.classifier, limits);
  if (judge != nullptr && judge->bundle().find<ClassifierArchitecture>() != nullptr) {
    networks.classifier = networks.extractors.size();
    add(classifier_extractor(judge));
  } else if (!config.classifier.empty()) {
    fail(Status::unsupported, "model {} has no classifier", config.classifier);
  }
  if (networks.model != nullptr && (networks.model->parts() & image_encoder_part) != 0)
    add(vqgan_extractor(networks.model));
  if (networks.extractors.empty())
    fail(Status::invalid_argument,
         "images are compared by the features of a network; a model with an image encoder, or a "
         "classifier, was expected (keys model and classifier)");
  return networks;
}

ReportLabels labels_of_findings(const std::vector<std::string>& findings) {
  ReportLabels labels;
  for (const std::string& finding : findings)
    if (const std::optional<Observation> observation = observation_of(finding))
      labels.labels[static_cast<std::size_t>(*observation)].state = Mentioned::positive;
  return labels;
}

/// The images that have a text, with what it asks for; without a text, with their findings.
AskedSet asked_set(const ImageSet& images, const Judgements& judged, const Labeller& labeller) {
  AskedSet set;
  std::vector<std::int64_t> rows;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const std::optional<std::string> text = images.text(i);
    if (text && !text->empty())
      set.asked.push_back(labeller.label(*text));
    else if (images.findings(i))
      set.asked.push_back(labels_of_findings(*images.findings(i)));
    else
      continue;
    set.groups.push_back(images.group(i));
    rows.push_back(static_cast<std::int64_t>(i));
  }
  const at::Tensor which = at::tensor(rows, at::kLong);
  set.judged = {judged.whole.index_select(0, which), judged.left.index_select(0, which),
                judged.right.index_select(0, which)};
  return set;
}

/// Splits the judgements off the classifier's numbers.
Judgements judgements_of(ExtractedSet& set, const Networks& networks) {
  Judgements judged;
  at::Tensor& numbers = set.features[*networks.classifier].features;
  numbers = split_judgements(numbers, networks.extractors[*networks.classifier]->classes().size(),
                             judged);
  return judged;
}

ReportSection realism_section(const ExtractedSet& real, const ExtractedSet& synthetic,
                              const Networks& networks, const EvaluationConfig& config,
                              Teller& teller) {
  ReportSection section;
  section.key = "realism", section.title = "Do the images look like real ones?";
  section.introduction =
      "Networks turn each image into numbers, and the two sets are compared by them. Next to each "
      "value stands its floor: one half of the real patients compared with the other half in the "
      "same way. A value at its floor cannot be better. Values of other networks or other numbers "
      "of images are not comparable.";
  const SetMeasureOptions options = set_measure_options(config);
  for (std::size_t e = 0; e < networks.extractors.size(); ++e) {
    teller.tell("measures", static_cast<std::int64_t>(e),
                static_cast<std::int64_t>(networks.extractors.size()));
    const std::string name = e == networks.classifier ? "classifier" : "vqgan";
    for (Measure& measure : set_measures(real.features[e], synthetic.features[e],
                                         networks.extractors[e]->description(), options)) {
      measure.key += "_" + name;
      section.measures.push_back(std::move(measure));
    }
  }
  return section;
}

ReportSection adherence_of(const ImageSet& synthetic, ExtractedSet& of_synthetic,
                           const ImageSet& real, ExtractedSet& of_real,
                           const std::shared_ptr<const Dataset>& dataset, const Networks& networks,
                           const EvaluationConfig& config, Teller& teller) {
  const Labeller labeller = Labeller::chexpert();
  const AskedSet made = asked_set(synthetic, judgements_of(of_synthetic, networks), labeller),
                 there = asked_set(real, judgements_of(of_real, networks), labeller);
  const std::vector<JudgedClass> classes = networks.extractors[*networks.classifier]->classes();
  const bool needs_thresholds =
      std::any_of(classes.begin(), classes.end(), [](const auto& each) { return !each.threshold; });
  AskedSet calibration = there;
  if (needs_thresholds && config.split != "val" && !dataset->indices(Split::val).empty()) {
    const auto images = images_of_split(dataset, Split::val);
    ExtractedSet extracted = networks.extract_from(*images, "validation images", teller);
    calibration = asked_set(*images, judgements_of(extracted, networks), labeller);
  }
  return adherence_section(made, there, calibration, classes,
                           {config.bootstrap_draws, config.seed});
}

/// Why nothing can be said of memorisation; empty if something can.
std::string no_memorisation(const Model* model, const Dataset& dataset) {
  if (model == nullptr || (model->parts() & image_encoder_part) == 0)
    return "no model with an image encoder was named";
  const std::int64_t side = model->architecture<VqganArchitecture>().resolution;
  if (side != dataset.resolution())
    return formatted("the model's images are {0} × {0} pixels, and those of the dataset {1} × {1}",
                     side, dataset.resolution());
  if (dataset.indices(Split::train).size() < 2)
    return "the dataset has fewer than two training images";
  return {};
}

/// Its name tells the training images and the tokens, so that another's is not taken for it.
fs::path index_file(const fs::path& out, const Model& model, const Dataset& dataset,
                    const Limits& limits) {
  Sha256 sum;
  for (const std::string_view file : {format::manifest_file, format::records_file}) {
    const auto bytes = MappedFile::open(dataset.folder() / file, limits.max_file_bytes);
    sum.update(bytes->text().data(), bytes->text().size());
  }
  const std::string tokenizer = tokenizer_sha256(model);
  sum.update(tokenizer.data(), tokenizer.size());
  return out / "features" / ("training_index_" + sum.hex().substr(0, 16) + ".safetensors");
}

ReportSection memorisation_section(const std::shared_ptr<const Model>& model,
                                   const std::shared_ptr<const Dataset>& dataset,
                                   const ImageSet& synthetic, const ImageSet& held_out, Split split,
                                   const EvaluationConfig& config, const Limits& limits,
                                   Teller& teller, const Job* job) {
  CopiesOptions options;
  options.index = index_file(config.out, *model, *dataset, limits);
  options.shown_pairs = config.shown_pairs, options.seed = config.seed;
  options.limits = limits, options.job = job;
  options.progress = [&](const char* stage, std::int64_t done, std::int64_t total) {
    teller.tell(stage, done, total);
  };
  ReportSection section = copies_section(model, dataset, synthetic, held_out, options);
  constexpr unsigned needed = text_encoder_part | masked_decoder_part;
  if (config.membership_images == 0 || (model->parts() & needed) != needed) return section;
  MembershipMeasureOptions attack;
  attack.images = config.membership_images, attack.held_out = split, attack.seed = config.seed;
  attack.job = job;
  attack.progress = [&](std::int64_t done, std::int64_t total) {
    teller.tell("membership inference", done, total);
  };
  for (Measure& measure : membership_measures(model, dataset, attack))
    section.measures.push_back(std::move(measure));
  return section;
}

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

void look_at_sizes(const ImageSet& real, const ImageSet& synthetic, Report& report) {
  const Image one = real.image(0), other = synthetic.image(0);
  if (one.width != other.width || one.height != other.height)
    report.warnings.push_back(formatted(
        "Real images have {} × {} pixels, synthetic ones {} × {}. Sharpness differs for that "
        "reason alone.",
        one.width, one.height, other.width, other.height));
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

void check(const EvaluationConfig& config) {
  const std::pair<const char*, const std::string&> needed[] = {
      {"real", config.real}, {"synthetic", config.synthetic}, {"out", config.out}};
  for (const auto& [name, value] : needed)
    if (value.empty()) fail(Status::invalid_argument, "{} is empty; a path was expected", name);
}

}  // namespace

Report evaluate(const EvaluationConfig& config, const Limits& limits,
                const EvaluationCallback& callback, const Job* job) {
  check(config);
  Teller teller(callback, job);
  const auto dataset = std::make_shared<const Dataset>(Dataset::open(config.real, limits));
  const Split split = split_of(config.split, "split");
  const auto real = images_of_split(dataset, split);
  const auto synthetic = images_of_list(list_images(config.synthetic, limits), limits);
  make_folder(fs::path(config.out) / "features");
  const Networks networks = networks_of(config, limits);

  Report report;
  report.title = "Is this synthetic set any good?";
  report.facts = {
      {"Real images", formatted("{}, split {}: {}", config.real, config.split, real->size())},
      {"Synthetic images", formatted("{}: {}", config.synthetic, synthetic->size())},
      {"Seed", formatted("{}", config.seed)},
      {"Version", "libraygen " RAYGEN_VERSION_STRING}};
  for (std::size_t e = 0; e < networks.extractors.size(); ++e)
    report.facts.emplace_back(e == networks.classifier ? "Classifier" : "Features",
                              networks.extractors[e]->description());
  look_at_sizes(*real, *synthetic, report);

  ExtractedSet of_real = networks.extract_from(*real, "real images", teller),
               of_synthetic = networks.extract_from(*synthetic, "synthetic images", teller);
  look_for_equal_images(of_real, of_synthetic, *synthetic, report);
  std::optional<ReportSection> adherence;
  if (networks.classifier)
    adherence =
        adherence_of(*synthetic, of_synthetic, *real, of_real, dataset, networks, config, teller);
  else
    report.warnings.emplace_back(
        "No classifier was named, so that nothing is said of whether pictures show what was "
        "asked.");
  report.sections.push_back(realism_section(of_real, of_synthetic, networks, config, teller));
  if (adherence) report.sections.push_back(std::move(*adherence));
  if (config.prompt_pairs > 0)
    report.sections.push_back(
        variety_section(*synthetic, *real, config.prompt_pairs, config.seed, job));
  if (config.memorisation && split != Split::train) {
    const std::string why = no_memorisation(networks.model.get(), *dataset);
    if (why.empty())
      report.sections.push_back(memorisation_section(networks.model, dataset, *synthetic, *real,
                                                     split, config, limits, teller, job));
    else
      report.warnings.push_back(
          formatted("Nothing is said of whether training images are repeated, because {}.", why));
  }
  conclude(report);
  teller.tell("report", 0, 1);
  write_report(report, config.out);
  teller.tell("report", 1, 1);
  return report;
}

}  // namespace raygen::engine
