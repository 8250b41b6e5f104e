#include "experiment/runs.hpp"

#include "bundle/bundle.hpp"
#include "classifier/classifier.hpp"
#include "compute/host_guard.hpp"
#include "dataset/batch.hpp"
#include "error.hpp"
#include "experiment/synthetic_dataset.hpp"
#include "model/model.hpp"
#include "model/parts.hpp"
#include "storage/safetensors.hpp"
#include "training/classifier_network.hpp"
#include "training/classifier_stage.hpp"
#include "training/training.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <system_error>
#include <tuple>

namespace raygen::engine {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kTestBatch = 16;  // the published evaluation's
constexpr const char* kLogits = "logits";
constexpr const char* kModel = "classifier/model";  // of a training

/// What a classifier is trained on. synthetic_part: of pretrain, the first one.
Dataset images_of(const Arm& arm, bool synthetic_part, const Dataset& real,
                  const Dataset* synthetic, std::uint64_t seed) {
  const std::vector<std::size_t>& train = real.indices(Split::train);
  const auto count = static_cast<std::int64_t>(train.size());
  std::vector<std::size_t> of_real, of_synthetic;
  const bool takes_synthetic =
                 arm.kind != ArmKind::real && (arm.kind != ArmKind::pretrain || synthetic_part),
             takes_real = arm.kind != ArmKind::synthetic &&
                          !(arm.kind == ArmKind::pretrain && synthetic_part);
  if (takes_synthetic)
    for (std::int64_t i = 0; i < arm.synthetic_images(count); ++i)
      of_synthetic.push_back(static_cast<std::size_t>(i));
  if (takes_real) {
    std::set<std::size_t> replaced;  // by the image that was made from their report
    if (arm.kind == ArmKind::replace) {
      PromptOrder order(real, seed);
      for (std::int64_t i = 0; i < arm.synthetic_images(count); ++i) replaced.insert(order.at(i));
    }
    for (const std::size_t index : train)
      if (!replaced.contains(index)) of_real.push_back(index);
  }
  std::vector<Dataset::Part> parts = {{real, real.indices(Split::val), Split::val},
                                      {real, of_real, Split::train}};
  if (synthetic != nullptr) parts.push_back({*synthetic, of_synthetic, Split::train});
  return Dataset::joined(parts);
}

/// Float32 [N,K] of the images of the split test.
at::Tensor test_logits(const fs::path& path, const ExperimentConfig& config, const Dataset& real,
                       const Limits& limits) {
  ModelOptions options;
  std::tie(options.device, options.device_index) = device_choice(config.device, 0);
  options.limits = limits;
  const auto model = Model::open(path, options);
  const Classifier& classifier = model->classifier();
  const ClassifierArchitecture& architecture = classifier.architecture();
  const at::Device device = model->compute().device;
  const HostGuard guard(model->compute(),
                        config.threads > 0 ? static_cast<int>(config.threads) : -1);
  Parameters weights(device);
  if (config.original.batch_statistics)
    for (const auto& [name, tensor] :
         model->bundle().part(ClassifierArchitecture::kPart).weights->tensors())
      weights.add(name, tensor, /*trained=*/false);
  const ClassifierNetwork network(architecture, weights, /*training=*/true);
  const std::vector<std::size_t>& test = real.indices(Split::test);
  std::vector<at::Tensor> logits;
  for (std::size_t at = 0; at < test.size(); at += kTestBatch) {
    const std::size_t end = std::min(at + kTestBatch, test.size());
    const at::Tensor images = unit_batch(real,
                                         {test.begin() + static_cast<std::ptrdiff_t>(at),
                                          test.begin() + static_cast<std::ptrdiff_t>(end)},
                                         device);
    logits.push_back(config.original.batch_statistics
                         ? network.logits(images * architecture.scale[0] + architecture.shift[0])
                               .to(at::kFloat)
                               .cpu()
                         : classifier.logits(images.cpu()));
  }
  return at::cat(logits);
}

class Runs {
 public:
  Runs(const ExperimentConfig& config, const Dataset& real, const Dataset* synthetic,
       const Limits& limits)
      : config_(config), real_(real), synthetic_(synthetic), limits_(limits) {}

  fs::path folder(const Arm& arm, std::int64_t run) const {
    return fs::path(config_.out) / "runs" / arm.folder /
           formatted("{}", config_.seed + static_cast<std::uint64_t>(run));
  }
  bool is_finished(const Arm& arm, std::int64_t run) const { return fs::exists(result(arm, run)); }

  at::Tensor logits(const Arm& arm, std::int64_t run) const {
    const auto file = SafetensorsFile::open(result(arm, run), limits_);
    at::Tensor logits = file->tensor(kLogits).clone();
    const std::vector<std::int64_t> expected = {
        static_cast<std::int64_t>(real_.indices(Split::test).size()),
        static_cast<std::int64_t>(real_.labels().size())};
    if (logits.sizes() != expected || logits.scalar_type() != at::kFloat)
      fail(Status::format, "{}: \"{}\" is not float32 [{},{}]", result(arm, run).string(), kLogits,
           expected[0], expected[1]);
    return logits;
  }

  /// Float64 [K]: the model's, which come from the split val.
  at::Tensor thresholds(const Arm& arm, std::int64_t run) const {
    const Bundle bundle = open_bundle(model(arm, run), part_types(), limits_, /*verify=*/false);
    return at::tensor(bundle.architecture<ClassifierArchitecture>().thresholds, at::kDouble)
        .logit();
  }

  /// step: called with the updates that were made. False stops.
  void run(const Arm& arm, std::int64_t run, const std::function<bool(std::int64_t)>& step,
           const Job* job) const {
    const fs::path here = folder(arm, run);
    TrainingConfig training = training_of(config_);
    training.seed = config_.seed + static_cast<std::uint64_t>(run);
    const std::int64_t steps = training.classifier.loop.steps;
    std::int64_t before = 0;
    const auto train_part = [&](bool synthetic_part, std::int64_t part_steps, const char* name) {
      training.out = (here / name).string();
      training.classifier.loop.steps = part_steps;
      const Dataset dataset = images_of(arm, synthetic_part, real_, synthetic_, config_.seed);
      train(
          training, dataset, limits_,
          [&](const TrainingProgress& now) { return step(before + now.step); }, job);
      before += part_steps;
    };
    if (arm.kind == ArmKind::pretrain) {
      const std::int64_t first = std::clamp<std::int64_t>(
          std::llround(config_.pretrain_share * static_cast<double>(steps)), 1, steps - 1);
      train_part(true, first, "synthetic");
      training.classifier.from = (here / "synthetic" / kModel).string();
      train_part(false, steps - first, last_part(arm));
    } else {
      train_part(true, steps, last_part(arm));
    }
    write_safetensors(result(arm, run),
                      {{kLogits, test_logits(model(arm, run), config_, real_, limits_)}});
    remove_states(here);
  }

 private:
  static const char* last_part(const Arm& arm) {
    return arm.kind == ArmKind::pretrain ? "real" : "training";
  }
  fs::path model(const Arm& arm, std::int64_t run) const {
    return folder(arm, run) / last_part(arm) / kModel;
  }
  fs::path result(const Arm& arm, std::int64_t run) const {
    return folder(arm, run) / "test.safetensors";
  }

  /// What the trainings would be gone on with; the models stay.
  static void remove_states(const fs::path& folder) {
    std::vector<fs::path> states;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (entry.is_regular_file() && name.ends_with(".safetensors") &&
          (name == "last.safetensors" || name == "weights.safetensors" ||
           name.starts_with("best-")))
        states.push_back(entry.path());
    }
    std::error_code ignored;  // they are in nobody's way
    for (const fs::path& path : states) fs::remove(path, ignored);
  }

  const ExperimentConfig& config_;
  const Dataset& real_;
  const Dataset* synthetic_;
  const Limits& limits_;
};

}  // namespace

TestTruth test_truth(const Dataset& real, const ClassifierTrainingConfig& config) {
  const std::vector<std::size_t>& test = real.indices(Split::test);
  TestTruth truth{label_targets(real, test, config.mask_uncertain), {}};
  for (const std::size_t index : test) truth.groups.push_back(real.record(index).patient);
  return truth;
}

std::vector<ArmRuns> run_arms(const ExperimentConfig& config, const std::vector<Arm>& arms,
                              const Dataset& real, const Dataset* synthetic, const Limits& limits,
                              Teller& teller, const Job* job) {
  const Runs runs(config, real, synthetic, limits);
  const std::int64_t steps = config.classifier.loop.steps;
  const auto train_images = static_cast<std::int64_t>(real.indices(Split::train).size());
  std::int64_t done = 0;
  for (const Arm& arm : arms)
    for (std::int64_t run = 0; run < config.seeds; ++run)
      done += runs.is_finished(arm, run) ? steps : 0;
  const std::int64_t total = steps * config.seeds * static_cast<std::int64_t>(arms.size());
  constexpr const char* stage = "training";
  teller.tell(stage, done, total);
  std::vector<ArmRuns> result;
  for (const Arm& arm : arms)
    result.push_back(
        {arm, arm.real_images(train_images), arm.synthetic_images(train_images), {}, {}});
  // A first run of every arm comes before the second of any: what there is by then can be compared.
  for (std::int64_t run = 0; run < config.seeds; ++run) {
    for (ArmRuns& each : result) {
      if (!runs.is_finished(each.arm, run)) {
        runs.run(
            each.arm, run,
            [&](std::int64_t made) { return teller.goes_on(stage, done + made, total); }, job);
        done += steps;
      }
      teller.tell(stage, done, total);
      each.logits.push_back(runs.logits(each.arm, run));
      each.thresholds.push_back(runs.thresholds(each.arm, run));
    }
  }
  return result;
}

}  // namespace raygen::engine
