#include "experiment/experiment.hpp"

#include "error.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/teller.hpp"
#include "experiment/arms_fairness.hpp"
#include "experiment/arms_section.hpp"
#include "experiment/runs.hpp"
#include "experiment/synthetic_dataset.hpp"
#include "image/image.hpp"
#include "storage/atomic_file.hpp"
#include "storage/folder_lock.hpp"
#include "storage/json.hpp"
#include "storage/mapped_file.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

void check_paths(const ExperimentConfig& config) {
  for (const auto& [name, value] : {std::pair{"real", config.real}, std::pair{"out", config.out}})
    if (value.empty()) fail(Status::invalid_argument, "{} is empty; a path was expected", name);
}

/// Before hours are spent.
void check_dataset(const Dataset& real, const std::vector<Arm>& arms,
                   const ExperimentConfig& config) {
  for (const Split split : {Split::train, Split::val, Split::test})
    if (real.indices(split).empty())
      fail(Status::invalid_argument, "dataset {} has no images in its split {}",
           real.folder().string(), split_name(split));
  if (real.labels().empty())
    fail(Status::invalid_argument, "{} has no labels; a dataset with findings was expected",
         real.folder().string());
  const auto train = static_cast<std::int64_t>(real.indices(Split::train).size());
  for (const Arm& arm : arms) {
    if (arm.kind != ArmKind::real && arm.synthetic_images(train) == 0)
      fail(Status::invalid_argument, "arm {} would have no synthetic image, of {} real ones",
           arm.name, train);
    if (arm.kind == ArmKind::pretrain && config.classifier.loop.steps < 2)
      fail(Status::invalid_argument, "classifier.loop.steps is {}; pretrain needs 2 or more",
           config.classifier.loop.steps);
  }
}

/// What the runs in a folder depend on, beside the synthetic images, whose folder says it itself.
void check_same_experiment(const ExperimentConfig& config, const Dataset& real) {
  Json now = settings_of(config);
  for (const auto& [name, sum] : real.sums()) now["images"][name] = sum;
  const fs::path file = fs::path(config.out) / "experiment.json";
  if (!fs::exists(file)) return write_whole_file(file, json_text(now, 2) + "\n");
  const Json then =
      parse_json(MappedFile::open(file, Limits{}.max_file_bytes)->text(), file.string());
  if (!then.is_object()) fail(Status::format, "{}: not an experiment's settings", file.string());
  const std::string changes = differences(then, now, settings_of(ExperimentConfig{}));
  if (!changes.empty())
    fail(Status::invalid_argument, "{}: the folder was begun otherwise: {}. Choose another folder",
         config.out, changes);
}

/// Real images beside the synthetic ones of their reports.
ReportSection pictures_section(const ExperimentConfig& config, const Dataset& real,
                               const Dataset& synthetic) {
  constexpr std::size_t longest = 160;
  ReportSection section;
  section.key = "pictures", section.title = "What was made";
  ReportFigure figure;
  figure.key = "pairs", figure.title = "Images of one report";
  figure.note =
      "Left, the real image; right, what the model made of its report. Real images are "
      "patient data: keep this page as you keep them.";
  PicturePairs pictures;
  pictures.columns = {"Real", "Synthetic"};
  PromptOrder prompts(real, config.seed);
  const auto count =
      std::min<std::size_t>(static_cast<std::size_t>(config.shown_pairs), synthetic.size());
  for (std::size_t i = 0; i < count; ++i) {
    std::string caption = synthetic.record(i).text;
    if (caption.size() > longest) caption = caption.substr(0, longest) + " …";
    pictures.pairs.push_back(
        {caption,
         {encode_png(dataset_image(real, prompts.at(static_cast<std::int64_t>(i))), 8),
          encode_png(dataset_image(synthetic, i), 8)}});
  }
  figure.pictures = std::move(pictures);
  section.figures.push_back(std::move(figure));
  return section;
}

std::vector<std::string> warnings_of(const ExperimentConfig& config, const TestTruth& truth) {
  std::vector<std::string> warnings;
  if (config.seeds < 5)
    warnings.push_back(
        formatted("{} runs an arm: five are the least from which an interval over runs says much.",
                  config.seeds));
  if (config.original.batch_statistics)
    warnings.emplace_back(
        "original.batch_statistics: test images were normalised by their own batch, so that an "
        "image's score depends on its neighbours. These numbers serve to reproduce the published "
        "ones, and nothing else.");
  if (config.original.pneumothorax_as_pneumonia)
    warnings.emplace_back(
        "original.pneumothorax_as_pneumonia: synthetic images of a pneumothorax were labelled "
        "Pneumonia, as in the published experiment.");
  if (config.classifier.loop.result == "best")
    warnings.emplace_back(
        "classifier.loop.result is best: the real split val chooses the weights in every arm, also "
        "in those that train on synthetic images only.");
  constexpr std::size_t few = 100;
  if (truth.groups.size() < few)
    warnings.push_back(formatted(
        "{} test images: the intervals are wide, and no table can mend it.", truth.groups.size()));
  return warnings;
}

}  // namespace

Report experiment(const ExperimentConfig& config, const Limits& limits,
                  const EvaluationCallback& callback, const Job* job) {
  check_paths(config);
  const std::vector<Arm> arms = arms_of(config.arms);
  const auto opened = std::make_shared<const Dataset>(Dataset::open(config.real, limits));
  const Dataset& real = *opened;
  check_dataset(real, arms, config);
  const fs::path out = config.out;
  make_folder(out);
  const FolderLock lock(out);
  check_same_experiment(config, real);
  Teller teller(callback, job);

  std::int64_t needed = 0;
  for (const Arm& arm : arms)
    needed = std::max(
        needed, arm.synthetic_images(static_cast<std::int64_t>(real.indices(Split::train).size())));
  std::optional<Dataset> synthetic;
  if (needed > 0)
    synthetic = synthetic_dataset(config, real, needed, out / "synthetic", limits, teller, job);
  const std::vector<ArmRuns> runs =
      run_arms(config, arms, real, synthetic ? &*synthetic : nullptr, limits, teller, job);

  teller.tell("report", 0, 1);
  const TestTruth truth = test_truth(real, config.classifier);
  Report report;
  report.title = "Do synthetic images help a classifier?";
  report.facts = {
      {"Real images", formatted("{}: {} to train, {} to validate, {} to test", config.real,
                                real.indices(Split::train).size(), real.indices(Split::val).size(),
                                real.indices(Split::test).size())},
      {"Synthetic images", needed == 0
                               ? "none"
                               : formatted("{}, from {}", needed,
                                           config.model.empty() ? config.synthetic : config.model)},
      {"Classifier", formatted("{}, {} × {} pixels, {} updates of {} images",
                               config.classifier.network, real.resolution(), real.resolution(),
                               config.classifier.loop.steps, config.classifier.loop.batch_size)},
      {"Uncertain labels", config.classifier.mask_uncertain
                               ? "left out, in training and test"
                               : "count as absent, in training and test"},
      {"Seeds", formatted("{} to {}", config.seed,
                          config.seed + static_cast<std::uint64_t>(config.seeds) - 1)},
      {"Version", "libraygen " RAYGEN_VERSION_STRING}};
  report.warnings = warnings_of(config, truth);
  ReportSection section = arms_section(
      runs, truth,
      {real.labels(), config.classifier.loop.steps, config.bootstrap_draws, config.seed});
  conclude_arms(report, section, runs);
  report.sections.push_back(std::move(section));
  report.sections.push_back(
      arms_fairness(runs, opened, {config.bootstrap_draws, config.seed, config.group_patients}));
  if (synthetic && !config.model.empty() && config.shown_pairs > 0)
    report.sections.push_back(pictures_section(config, real, *synthetic));
  write_report(report, out);
  teller.tell("report", 1, 1);
  return report;
}

}  // namespace raygen::engine
