// Ten steps of a classifier's training against PyTorch's: the loss of known labels, BatchNorm in
// training, AdamW. RAYGEN_CLASSIFIER_TRAINING names the folder of cases, as
// write_classifier_training.py lays them out.

#include "error.hpp"
#include "model/parts.hpp"
#include "training/classifier_network.hpp"
#include "training/classifier_stage.hpp"
#include "training/optimizer.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <vector>

using namespace raygen::engine;

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> training_cases() {
  std::vector<fs::path> folders;
  const char* root = std::getenv("RAYGEN_CLASSIFIER_TRAINING");
  REQUIRE(root != nullptr);
  for (const auto& entry : fs::directory_iterator(root)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

/// One case: what PyTorch began with, saw and ended at.
struct TrainingCase {
  explicit TrainingCase(const fs::path& folder)
      : about(nlohmann::json::parse(std::ifstream(folder / "case.json"))),
        begin(SafetensorsFile::open(folder / "begin.safetensors")->tensors()),
        batches(SafetensorsFile::open(folder / "batches.safetensors")->tensors()),
        trained(SafetensorsFile::open(folder / "trained.safetensors")->tensors()) {
    architecture.read_json(about.at("classifier"), "classifier", folder.string());
    architecture.validate(folder.string());
  }

  nlohmann::json about;
  ClassifierArchitecture architecture;
  TensorMap begin, batches, trained;
};

Parameters parameters_of(const TrainingCase& from, at::ScalarType type) {
  Parameters parameters(at::kCPU, type);
  for (const TensorSpec& spec : from.architecture.tensor_specs())
    parameters.add(spec.name, from.begin.at(spec.name), !is_running_statistic(spec.name));
  REQUIRE(parameters.all().size() == from.trained.size());
  return parameters;
}

OptimizerConfig optimizer_config(const nlohmann::json& about) {
  OptimizerConfig config;
  config.algorithm = "adamw";
  config.learning_rate = about.at("learning_rate").get<double>();
  config.beta2 = 0.99;
  config.weight_decay = about.at("weight_decay").get<double>();
  config.warmup_steps = 0;
  config.schedule = "constant";
  config.gradient_clip = 0;
  config.ema_decay = 0;
  return config;
}

/// Trains as PyTorch did; the losses on the way are checked.
void train_through(const TrainingCase& from, const Parameters& parameters, at::ScalarType type,
                   double tolerance) {
  const ClassifierNetwork network(from.architecture, parameters, /*training=*/true);
  const at::Tensor images = from.batches.at("images").to(type),
                   targets = from.batches.at("targets").to(type),
                   label_weights = from.batches.at("label_weights").to(type);
  Optimizer optimizer("classifier", parameters, optimizer_config(from.about), images.size(0));
  for (std::int64_t step = 0; step < images.size(0); ++step) {
    const at::Tensor loss =
        known_label_loss(network.logits(images[step]), targets[step], label_weights) /
        static_cast<double>(targets[step].numel());
    CHECK(loss.item<double>() ==
          Approx(from.batches.at("losses")[step].item<double>()).margin(tolerance).epsilon(0));
    loss.backward();
    optimizer.step(step);
  }
}

}  // namespace

// In float64, which is the reference's type, all must be PyTorch's. In float32, Adam makes steps of
// full length out of a gradient that is rounding, as that of a bias before a norm is: such weights,
// which change nothing, and the running means behind them may end elsewhere.
TEST_CASE("ten steps of a classifier's training end at PyTorch's weights and statistics") {
  struct Run {
    at::ScalarType type;
    double tolerance, share_beyond;
  };
  std::size_t cases = 0;
  for (const fs::path& folder : training_cases()) {
    const TrainingCase from(folder);
    for (const Run& run : {Run{at::kDouble, 1e-9, 0}, Run{at::kFloat, 1e-5, 0.02}}) {
      INFO(folder.filename() << (run.type == at::kDouble ? ", float64" : ", float32"));
      const Parameters parameters = parameters_of(from, run.type);
      train_through(from, parameters, run.type, run.tolerance);
      std::int64_t numbers = 0, beyond = 0;
      double largest = 0, moved = 0;
      for (const auto& [name, tensor] : parameters.all()) {
        INFO(name);
        const at::Tensor& expected = from.trained.at(name);
        const at::Tensor difference = (tensor.detach().to(at::kDouble) - expected).abs();
        numbers += tensor.numel();
        beyond += (difference > run.tolerance).sum().item<std::int64_t>();
        largest = std::max(largest, difference.max().item<double>());
        moved = std::max(moved, (expected - from.begin.at(name)).abs().max().item<double>());
      }
      std::cout << folder.filename().string() << ' ' << toString(run.type) << ": " << beyond
                << " of " << numbers << " numbers differ by more than " << run.tolerance
                << ", the most by " << largest << "; training moved them by up to " << moved
                << '\n';
      CHECK(static_cast<double>(beyond) <= run.share_beyond * static_cast<double>(numbers));
      CHECK(largest <= 1e-3);  // ten steps of full length
      CHECK(moved > 1e-4);
    }
    ++cases;
  }
  CHECK(cases == 2);
}
