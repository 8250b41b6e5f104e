#include "evaluation/evaluate.hpp"

#include "dataset/dataset.hpp"
#include "error.hpp"
#include "evaluation/adherence.hpp"
#include "evaluation/classifier_section.hpp"
#include "evaluation/conclusion.hpp"
#include "evaluation/copies.hpp"
#include "evaluation/fairness_sets.hpp"
#include "evaluation/feature_file.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/membership_measures.hpp"
#include "evaluation/networks.hpp"
#include "evaluation/realism.hpp"
#include "evaluation/variety.hpp"
#include "memorisation/training_index.hpp"
#include "storage/atomic_file.hpp"
#include "storage/mapped_file.hpp"
#include "storage/sha256.hpp"
#include "vqgan/architecture.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

/// What one call works with.
struct Work {
  const EvaluationConfig& config;
  const Limits& limits;
  const Job* job;
  Teller teller;
};

/// The two sets of images, and what the networks make of them.
struct Sets {
  std::shared_ptr<const Dataset> dataset;
  Split split = Split::test;
  std::unique_ptr<ImageSet> real, synthetic;
  ExtractedSet of_real, of_synthetic, of_training;  // the last one empty unless it is looked into
};

/// Features that another program has made of the same sets.
struct GivenFeatures {
  FeatureSet real, synthetic;
  std::string description;
};

/// images: of the rows; null: each row is nobody's.
FeatureSet given_set(const FeatureFile& file, const char* key, const ImageSet* images) {
  FeatureSet set{file.features, {}};
  const std::int64_t rows = file.features.size(0);
  if (images != nullptr && static_cast<std::int64_t>(images->size()) != rows)
    fail(Status::invalid_argument, "{} ({}) has {} rows; {}, one an image, were expected", key,
         file.description, rows, images->size());
  for (std::int64_t i = 0; i < rows; ++i)
    set.groups.push_back(images == nullptr ? formatted("{}", i)
                                           : images->group(static_cast<std::size_t>(i)));
  return set;
}

std::optional<GivenFeatures> given_features(const Work& work, const Sets* sets) {
  const EvaluationConfig& config = work.config;
  if (config.real_features.empty()) return std::nullopt;
  const FeatureFile real = read_feature_file(config.real_features, work.limits),
                    synthetic = read_feature_file(config.synthetic_features, work.limits);
  return GivenFeatures{
      given_set(real, "real_features", sets == nullptr ? nullptr : sets->real.get()),
      given_set(synthetic, "synthetic_features", sets == nullptr ? nullptr : sets->synthetic.get()),
      formatted("{} and {}, {} numbers an image", real.description, synthetic.description,
                real.features.size(1))};
}

Measure radiomics_of(const Sets& sets, const Networks& networks, const EvaluationConfig& config) {
  const std::size_t e = *networks.radiomics;
  const FeatureSet &real = sets.of_real.features[e], &synthetic = sets.of_synthetic.features[e];
  if (sets.of_real.sizes.size() == 1 && sets.of_real.sizes == sets.of_synthetic.sizes)
    return radiomics_measure(real, synthetic, networks.extractors[e]->description(),
                             set_measure_options(config));
  Measure measure;
  measure.key = "frd", measure.name = "FRD (d²)", measure.better = Better::lower;
  measure.verdict = Verdict::undefined;
  measure.features = networks.extractors[e]->description();
  measure.sentence =
      "It needs images of one size, because textures are counted in pixels. The sizes differ.";
  return measure;
}

/// sets, networks: null if only features were given.
ReportSection realism_of(Work& work, const Sets* sets, const Networks* networks,
                         const std::optional<GivenFeatures>& given) {
  std::vector<ComparedSets> compared;
  for (std::size_t e = 0; sets != nullptr && e < networks->extractors.size(); ++e) {
    if (e == networks->radiomics) continue;
    const Extractor& extractor = *networks->extractors[e];
    compared.push_back({extractor.name(), e == networks->vqgan ? "VQ-GAN" : extractor.name(),
                        extractor.description(), &sets->of_real.features[e],
                        &sets->of_synthetic.features[e]});
  }
  if (given)
    compared.push_back({"file", "files", given->description, &given->real, &given->synthetic});
  const auto total = static_cast<std::int64_t>(compared.size());
  ReportSection section =
      realism_section(compared, set_measure_options(work.config), [&](std::size_t done) {
        work.teller.tell("measures", static_cast<std::int64_t>(done), total);
      });
  if (sets != nullptr && networks->radiomics)
    section.measures.push_back(radiomics_of(*sets, *networks, work.config));
  return section;
}

/// Whether the classifier serves all groups of patients alike.
ReportSection fairness_of(const Sets& sets, const std::vector<JudgedClass>& classes,
                          const EvaluationConfig& config) {
  const FairnessOptions options{config.bootstrap_draws, config.seed, config.group_patients};
  FairnessOfSet there =
                    fairness_of_set("real", "real images", *sets.real, sets.of_real.judged.whole,
                                    classes, sets.dataset->labels(), options),
                made = fairness_of_set("synthetic", "synthetic images", *sets.synthetic,
                                       sets.of_synthetic.judged.whole, classes, {}, options);
  there.real_count = static_cast<std::int64_t>(sets.real->size());
  made.synthetic_count = static_cast<std::int64_t>(sets.synthetic->size());
  return fairness_section({std::move(there), std::move(made)});
}

/// What was asked and what the classifier sees; the sections that need one.
std::vector<ReportSection> classifier_sections(Work& work, const Sets& sets,
                                               const Networks& networks) {
  const Labeller labeller = Labeller::chexpert();
  const AskedSet made = asked_set(*sets.synthetic, sets.of_synthetic.judged, labeller),
                 there =
                     asked_set(*sets.real, sets.of_real.judged, labeller, sets.dataset->labels());
  const std::vector<JudgedClass> classes = networks.extractors[*networks.classifier]->classes();
  std::vector<JudgedClass> with_all_thresholds = classes;
  const bool needs_thresholds =
      std::any_of(classes.begin(), classes.end(), [](const auto& each) { return !each.threshold; });
  AskedSet calibration;  // thresholds are not fitted to the images that they are tried on
  if (needs_thresholds && sets.split != Split::val && !sets.dataset->indices(Split::val).empty()) {
    const auto images = images_of_split(sets.dataset, Split::val);
    const ExtractedSet extracted = networks.extract_from(*images, "validation images", work.teller);
    calibration = asked_set(*images, extracted.judged, labeller, sets.dataset->labels());
    with_all_thresholds =
        with_thresholds(classes, *images, extracted.judged.whole, sets.dataset->labels());
  }
  const AdherenceOptions options{work.config.bootstrap_draws, work.config.seed, work.job,
                                 networks.extractors[*networks.classifier]->description()};
  return {adherence_section(made, there, calibration, classes, options),
          classifier_section(made, there, findings_of(classes, calibration), options),
          fairness_of(sets, with_all_thresholds, work.config)};
}

/// MS-SSIM of pairs, and LPIPS if the config names its network.
ReportSection variety_of(const Work& work, const Sets& sets) {
  const EvaluationConfig& config = work.config;
  const auto section = [&](const VarietyLpips* lpips) {
    return variety_section(*sets.synthetic, *sets.real, config.prompt_pairs, config.seed, work.job,
                           lpips);
  };
  if (config.lpips.empty()) return section(nullptr);
  Sha256 sum;
  std::vector<fs::path> files;
  for (std::size_t at = 0; at <= config.lpips_weights.size();) {
    const std::size_t end =
        std::min(config.lpips_weights.find(',', at), config.lpips_weights.size());
    files.emplace_back(config.lpips_weights.substr(at, end - at));
    const auto bytes = MappedFile::open(files.back(), work.limits.max_file_bytes);
    sum.update(bytes->text().data(), bytes->text().size());
    at = end + 1;
  }
  const Lpips network(lpips_network(config.lpips), files, at::kCPU, work.limits);
  const VarietyLpips lpips{
      network, formatted("{}, {}…; as the images are", config.lpips, sum.hex().substr(0, 8))};
  return section(&lpips);
}

/// Why nothing can be said of memorisation; empty if something can.
std::string no_memorisation(const EvaluationConfig& config, const Networks& networks,
                            const Sets& sets) {
  const Model* model = networks.model.get();
  const Dataset& dataset = *sets.dataset;
  if (!config.memorisation) return "memorisation is false";
  if (sets.split == Split::train) return "the training images themselves are the real ones here";
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
fs::path index_file(const fs::path& out, const Model& model, const Dataset& dataset) {
  Sha256 sum;
  const auto add = [&](const std::string& text) { sum.update(text.data(), text.size()); };
  for (const auto& [name, of_dataset] : dataset.sums()) add(of_dataset);
  add(tokenizer_sha256(model));
  return out / "features" / ("training_index_" + sum.hex().substr(0, 16) + ".safetensors");
}

ReportSection memorisation_section(Work& work, const Sets& sets, const Networks& networks) {
  const EvaluationConfig& config = work.config;
  const std::shared_ptr<const Model>& model = networks.model;
  CopiesOptions options;
  options.index = index_file(config.out, *model, *sets.dataset);
  options.shown_pairs = config.shown_pairs, options.seed = config.seed;
  options.limits = work.limits, options.job = work.job;
  options.progress = [&](const char* stage, std::int64_t done, std::int64_t total) {
    work.teller.tell(stage, done, total);
  };
  options.most_synthetic = config.most_rows;
  std::vector<NetworkFeatures> features;
  for (std::size_t e = 0; e < networks.extractors.size(); ++e) {
    if (e == networks.radiomics) continue;
    const Extractor& extractor = *networks.extractors[e];
    features.push_back({extractor.name(), e == networks.vqgan ? "VQ-GAN" : extractor.name(),
                        extractor.description(), sets.of_synthetic.features[e].features,
                        sets.of_training.features[e].features, sets.of_real.features[e].features});
  }
  ReportSection section =
      copies_section(model, sets.dataset, {*sets.synthetic, sets.of_synthetic.tokens},
                     {*sets.real, sets.of_real.tokens}, features, options);
  constexpr unsigned needed = text_encoder_part | masked_decoder_part;
  if (config.membership_images == 0) return section;
  if ((model->parts() & needed) != needed) {
    section.introduction +=
        " Nothing is said of membership inference, because the model has no text encoder or no "
        "masked decoder.";
    return section;
  }
  MembershipMeasureOptions attack;
  attack.images = config.membership_images, attack.held_out = sets.split, attack.seed = config.seed;
  attack.job = work.job;
  attack.progress = [&](std::int64_t done, std::int64_t total) {
    work.teller.tell("membership inference", done, total);
  };
  for (Measure& measure : membership_measures(model, sets.dataset, attack))
    section.measures.push_back(std::move(measure));
  return section;
}

Sets sets_of(Work& work) {
  Sets sets;
  sets.dataset = std::make_shared<const Dataset>(Dataset::open(work.config.real, work.limits));
  sets.split = split_of(work.config.split, "split");
  sets.real = images_of_split(sets.dataset, sets.split);
  sets.synthetic = images_of_list(list_images(work.config.synthetic, work.limits), work.limits);
  return sets;
}

/// Everything that is said of images, in the order of the page. Who adds a section adds it here.
void report_images(Work& work, Report& report) {
  const EvaluationConfig& config = work.config;
  Sets sets = sets_of(work);
  make_folder(fs::path(config.out) / "features");
  const Networks networks = networks_of(config, work.limits);
  const std::optional<GivenFeatures> given = given_features(work, &sets);
  if (!networks.classifier && !networks.vqgan && !given)
    report.warnings.emplace_back(
        networks.radiomics
            ? "No network was named (keys model and classifier) and no file of features, so that "
              "images are compared by radiomics alone."
            : "No network was named (keys model and classifier), no file of features and no "
              "radiomics, so that nothing is said of whether the images look like real ones.");
  report.facts.emplace_back(
      "Real images", formatted("{}, split {}: {}", config.real, config.split, sets.real->size()));
  report.facts.emplace_back("Synthetic images",
                            formatted("{}: {}", config.synthetic, sets.synthetic->size()));
  for (std::size_t e = 0; e < networks.extractors.size(); ++e)
    report.facts.emplace_back(e == networks.classifier  ? "Classifier"
                              : e == networks.radiomics ? "Radiomics"
                                                        : "Features",
                              networks.extractors[e]->description());
  if (given) report.facts.emplace_back("Features of files", given->description);

  sets.of_real = networks.extract_from(*sets.real, "real images", work.teller);
  sets.of_synthetic = networks.extract_from(*sets.synthetic, "synthetic images", work.teller);
  const std::string why_no_memorisation = no_memorisation(work.config, networks, sets);
  if (sets.split != Split::train && !sets.dataset->indices(Split::train).empty()) {
    const auto training = images_of_split(sets.dataset, Split::train);
    sets.of_training = why_no_memorisation.empty()
                           ? networks.extract_by_networks(*training, "training images", work.teller)
                           : networks.sums_of(*training, "training images", work.teller);
  }
  warn_of_sets(sets.of_real, sets.of_synthetic, *sets.synthetic, sets.of_training.sha256, report);

  std::vector<ReportSection> seen;
  if (networks.classifier)
    seen = classifier_sections(work, sets, networks);
  else
    report.warnings.emplace_back(
        "No classifier was named, so that nothing is said of whether pictures show what was "
        "asked.");
  report.sections.push_back(realism_of(work, &sets, &networks, given));
  for (ReportSection& section : seen) report.sections.push_back(std::move(section));
  if (config.prompt_pairs > 0) report.sections.push_back(variety_of(work, sets));
  if (why_no_memorisation.empty())
    report.sections.push_back(memorisation_section(work, sets, networks));
  else
    report.warnings.push_back(
        formatted("Nothing is said of whether training images are repeated, because {}.",
                  why_no_memorisation));
}

/// What features alone say.
void report_features(Work& work, Report& report) {
  const std::optional<GivenFeatures> given = given_features(work, nullptr);
  report.facts.emplace_back("Features of files", given->description);
  report.warnings.emplace_back(
      "Only features were given, and no images: a row counts as a patient of its own in the "
      "floors, and nothing is said of what pictures show, or of copies.");
  report.sections.push_back(realism_of(work, nullptr, nullptr, given));
}

bool has_images(const EvaluationConfig& config) {
  return !config.real.empty() || !config.synthetic.empty() || config.real_features.empty();
}

void check(const EvaluationConfig& config) {
  const auto need = [](const char* name, const std::string& value) {
    if (value.empty()) fail(Status::invalid_argument, "{} is empty; a path was expected", name);
  };
  if (has_images(config)) need("real", config.real), need("synthetic", config.synthetic);
  if (config.real_features.empty() != config.synthetic_features.empty())
    fail(Status::invalid_argument,
         "one of real_features and synthetic_features is empty; both, or none, were expected");
  if (config.lpips.empty() != config.lpips_weights.empty())
    fail(Status::invalid_argument,
         "one of lpips and lpips_weights is empty; both, or none, were expected");
  need("out", config.out);
}

}  // namespace

Report evaluate(const EvaluationConfig& config, const Limits& limits,
                const EvaluationCallback& callback, const Job* job) {
  check(config);
  Work work{config, limits, job, Teller(callback, job)};
  Report report;
  report.title = "Is this synthetic set any good?";
  if (has_images(config)) {
    report_images(work, report);
  } else {
    make_folder(config.out);
    report_features(work, report);
  }
  report.facts.emplace_back("Seed", formatted("{}", config.seed));
  report.facts.emplace_back("Version", "libraygen " RAYGEN_VERSION_STRING);
  conclude(report);
  work.teller.tell("report", 0, 1);
  write_report(report, config.out);
  work.teller.tell("report", 1, 1);
  return report;
}

}  // namespace raygen::engine
