#include "experiment/config.hpp"

#include "config/print.hpp"
#include "config/read.hpp"
#include "error.hpp"
#include "experiment/arm.hpp"
#include "storage/json.hpp"
#include "training/config_keys.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace raygen::engine {

namespace {

constexpr const char* kExperimentTitle = "Settings of `raygen experiment`";

/// The classifier's keys as `raygen train` has them. `training` is where their values live.
ConfigKeys classifier_keys(TrainingConfig& training) {
  ConfigKeys keys;
  for (ConfigKey& key : keys_of(training)) {
    const bool inside = key.path == "classifier" || key.path.starts_with("classifier.");
    if (inside && key.path != "classifier.enabled") keys.push_back(std::move(key));
  }
  return keys;
}

ConfigKeys keys_of(ExperimentConfig& c, TrainingConfig& training) {
  ConfigKeys keys = {
      {"real", &c.real, "folder of a prepared dataset: real images with findings, in three splits"},
      {"model", &c.model,
       "model that makes the synthetic images, from the reports of the split train"},
      {"synthetic", &c.synthetic,
       "in place of model: folder that `raygen generate` made, folder of images, or CSV with "
       "prompt "
       "and img_savename; what prompts ask for is read by the rules of `raygen label`"},
      {"out", &c.out, "folder of the runs and of the report"},
      {"arms", &c.arms,
       "what classifiers are trained on, the first one is compared with: real | mix:R (real images "
       "and R times as many synthetic ones) | replace:R (a share R of the real images replaced) | "
       "synthetic:R (R times as many synthetic ones as there are real ones) | pretrain:R (on the "
       "synthetic ones first, then on the real ones)"},
      {"seeds", &c.seeds, "classifiers of each arm", between(1, 100)},
      {"seed", &c.seed, "of the first classifier of each arm, and of whatever is drawn"},
      {"pretrain_share",
       &c.pretrain_share,
       "of the updates of pretrain that are made on synthetic images",
       {.least = 0.01, .most = 0.99}},
      {"sampling", &c.sampling,
       "how the model makes images: name of a preset, or JSON of sampling options; empty: as the "
       "model wants"},
      {"batch_size", &c.batch_size, "images that are made together", between(1, 4096)},
      {"bootstrap_draws", &c.bootstrap_draws, "draws of patients for an interval",
       between(100, 100'000)},
      {"group_patients", &c.group_patients,
       "fewest patients of a group by sex, age or view whose fairness is looked at",
       between(2, 100'000)},
      {"shown_pairs", &c.shown_pairs, "synthetic images shown beside the real one of their report",
       between(0, 100)},
      {"threads", &c.threads, "of the CPU; 0: one a core", between(0, 1024)},
      {"device", &c.device, "auto | cpu | cuda | cuda:INDEX"},
      {"original", Section{},
       "habits of the published experiment that make its numbers what they are; leave them off "
       "unless these are to be reproduced"},
      {"original.batch_statistics", &c.original.batch_statistics,
       "test images are normalised by their own batch of 16, in the order of the dataset: the "
       "published evaluation never calls eval()"},
      {"original.pneumothorax_as_pneumonia", &c.original.pneumothorax_as_pneumonia,
       "synthetic images of a pneumothorax are labelled Pneumonia, as in the published experiment"},
  };
  for (ConfigKey& key : classifier_keys(training)) keys.push_back(std::move(key));
  return keys;
}

/// Keys that may change between the calls that make one experiment.
constexpr std::string_view kFree[] = {"real",
                                      "model",
                                      "synthetic",
                                      "out",
                                      "arms",
                                      "seeds",
                                      "sampling",
                                      "batch_size",
                                      "bootstrap_draws",
                                      "group_patients",
                                      "shown_pairs",
                                      "threads",
                                      "device",
                                      "original.pneumothorax_as_pneumonia",
                                      "classifier.loop.log_every",
                                      "classifier.loop.checkpoint_every",
                                      "classifier.loop.sample_every"};

}  // namespace

ExperimentConfig experiment_config_from_yaml(const std::string& yaml,
                                             const std::vector<std::string>& overrides,
                                             const std::string& where) {
  ExperimentConfig config;
  TrainingConfig training;
  const ConfigKeys keys = keys_of(config, training);
  read_config(keys, yaml, where);
  for (const std::string& assignment : overrides) override_config(keys, assignment);
  config.classifier = training.classifier;
  arms_of(config.arms);
  if (config.classifier.patience > 0)
    fail(Status::invalid_argument,
         "{}: classifier.patience is {}; 0 was expected, since every arm is given as many updates",
         where, config.classifier.patience);
  return config;
}

std::string to_yaml(const ExperimentConfig& config) {
  ExperimentConfig copy = config;
  TrainingConfig training;
  training.classifier = config.classifier;
  return to_yaml(keys_of(copy, training),
                 std::string(kExperimentTitle) + ": every key with its value and what it means.");
}

std::string experiment_schema() {
  ExperimentConfig defaults;
  TrainingConfig training;
  return json_text(to_schema(keys_of(defaults, training), kExperimentTitle), 2) + "\n";
}

Json settings_of(const ExperimentConfig& config) {
  ExperimentConfig copy = config;
  TrainingConfig training;
  training.classifier = config.classifier;
  ConfigKeys keys = keys_of(copy, training);
  std::erase_if(keys, [](const ConfigKey& key) {
    return std::find(std::begin(kFree), std::end(kFree), key.path) != std::end(kFree);
  });
  return Json(to_json(keys));
}

TrainingConfig training_of(const ExperimentConfig& config) {
  TrainingConfig training;
  training.vqgan.enabled = training.text_encoder.enabled = training.masked_decoder.enabled = false;
  training.classifier = config.classifier;
  training.classifier.enabled = true;
  training.threads = config.threads, training.device = config.device;
  return training;
}

}  // namespace raygen::engine
