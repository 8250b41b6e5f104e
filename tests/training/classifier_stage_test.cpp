#include "training/classifier_stage.hpp"

#include "bundle/bundle.hpp"
#include "dataset/writer.hpp"
#include "error.hpp"
#include "formatted.hpp"
#include "model/parts.hpp"
#include "small_training.hpp"
#include "training/augmentation.hpp"
#include "training/stage_parts.hpp"
#include "two_processes.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <map>
#include <numbers>
#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

constexpr int kSide = 64;

/// Phantoms with a large effusion on one side or none, three of four of them training images.
fs::path effusion_dataset(const fs::path& folder, std::uint64_t count) {
  const fs::path out = folder / "effusions";
  if (fs::exists(out / "dataset.json")) return out;
  DatasetWriter writer(out, {kSide, {"Edema", "Pleural Effusion"}, 100, {{"source", "test"}}});
  for (std::uint64_t i = 0; i < count; ++i) {
    std::vector<PhantomFinding> findings;
    std::vector<std::string> names;
    if (i % 2 == 0) {
      findings.push_back({Finding::pleural_effusion, i % 4 == 0 ? Side::left : Side::right,
                          Severity::severe, Zone::none});
      names.emplace_back("Pleural Effusion");
    }
    const Phantom phantom = draw_phantom(7, i, kSide, findings);
    std::vector<std::uint8_t> pixels;
    for (const float value : phantom.pixels)
      pixels.push_back(static_cast<std::uint8_t>(std::lround(value * 255)));
    const Split split = i % 8 < 6 ? Split::train : Split::val;
    writer.add({formatted("image {}", i), formatted("patient {}", i), split, "PA", names,
                i % 2 == 0 ? "Large pleural effusion." : "No pleural effusion."},
               pixels);
  }
  writer.finish();
  return out;
}

/// The classifier alone, of a few thousand weights.
TrainingConfig classifier_config(const fs::path& dataset, const fs::path& out) {
  TrainingConfig config = small_config(dataset, out);
  config.vqgan.enabled = config.text_encoder.enabled = config.masked_decoder.enabled = false;
  config.classifier.enabled = true;
  config.classifier.initial_channels = 8;
  config.classifier.growth = 4;
  config.classifier.blocks = {2, 2};
  LoopConfig& loop = config.classifier.loop;
  loop = config.vqgan.loop;
  loop.steps = 6;
  return config;
}

Bundle classifier_bundle(const fs::path& out) {
  return open_bundle(out / "classifier" / "model", part_types(), {}, /*verify=*/true);
}

TensorMap weights_of(const fs::path& out) {
  return classifier_bundle(out).part(ClassifierArchitecture::kPart).weights->tensors();
}

bool same_weights(const fs::path& one, const fs::path& other) {
  const TensorMap first = weights_of(one), second = weights_of(other);
  return first.size() == second.size() &&
         std::all_of(first.begin(), first.end(), [&](const auto& each) {
           return at::equal(each.second, second.at(each.first));
         });
}

/// What is done for each event, counted.
TrainingCallback counting(std::map<std::string, int>& events) {
  return [&](const TrainingProgress& now) { return ++events[now.event], true; };
}

/// The weights that a tiny classifier of three channels begins a grey one's training with.
struct OfThreeChannels {
  ClassifierArchitecture architecture;
  TensorMap weights;

  OfThreeChannels() {
    architecture.channels = 3;
    architecture.classes = {"Edema", "Pleural Effusion"};
    architecture.resolution = kSide;
    architecture.scale = {2, 3, 4}, architecture.shift = {-1, -1.5, -2};
    architecture.densenet = {8, 4, 4, {2, 2}};
    at::Generator generator = weight_generator(17);
    weights = initial_classifier_weights(architecture, generator);
    for (auto& [name, tensor] : weights)
      if (name.ends_with(".running_mean")) tensor.normal_(0, 0.2, generator);
  }
  void write(const fs::path& path) const {
    BundleContents contents;
    contents.parts = {{std::make_shared<ClassifierArchitecture>(architecture), weights, {}}};
    contents.licence = "none";
    write_bundle(path, contents, false);
  }
};

at::Tensor logits_of(const ClassifierArchitecture& architecture, const TensorMap& weights,
                     const at::Tensor& pixels) {
  Parameters parameters(at::kCPU);
  for (const auto& [name, tensor] : weights) parameters.add(name, tensor, false);
  const auto by_channel = [](const std::vector<double>& values) {
    return at::tensor(values, at::kFloat).view({1, -1, 1, 1});
  };
  return ClassifierNetwork(architecture, parameters, /*training=*/false)
      .logits(pixels.expand({-1, architecture.channels, -1, -1}) * by_channel(architecture.scale) +
              by_channel(architecture.shift));
}

}  // namespace

TEST_CASE("a classifier learns what can be seen, and its thresholds are in its bundle") {
  const TemporaryFolder folder;
  TrainingConfig config =
      classifier_config(effusion_dataset(folder.path(), 64), folder.path() / "run");
  LoopConfig& loop = config.classifier.loop;
  loop.steps = 40, loop.batch_size = 8, loop.validate_every = 40, loop.checkpoint_every = 40;
  loop.optimizer.learning_rate = 0.01;
  std::map<std::string, double> metrics;
  train(
      config, {},
      [&](const TrainingProgress& now) {
        if (now.event == "validation") metrics = now.metrics;
        return true;
      },
      nullptr);
  INFO("AUROC " << metrics.at("validation/auroc"));
  CHECK(metrics.at("validation/auroc") > 0.9);  // of 8 images with it and 8 without
  const Bundle bundle = classifier_bundle(folder.path() / "run");
  const auto& architecture = bundle.architecture<ClassifierArchitecture>();
  CHECK(architecture.classes == std::vector<std::string>{"Edema", "Pleural Effusion"});
  CHECK(architecture.channels == 1);
  CHECK(architecture.resolution == kSide);
  REQUIRE(architecture.thresholds.size() == 2);
  CHECK(std::isnan(architecture.thresholds[0]));  // nobody has one
  CHECK(architecture.thresholds[1] > 0);
  CHECK(architecture.thresholds[1] < 1);
  CHECK_THAT(bundle.manifest, Contains("dataset_sha256"));

  // No other threshold parts the validation images better, of which half have the finding.
  const Dataset dataset = Dataset::open(config.data.dataset);
  const TensorMap weights = weights_of(folder.path() / "run");
  std::vector<std::pair<double, bool>> seen;  // probability, whether it is there
  for (const std::size_t i : dataset.indices(Split::val)) {
    const auto bytes = dataset.pixels(i);
    const at::Tensor pixels = at::empty({1, 1, kSide, kSide}, at::kFloat);
    std::copy(bytes.begin(), bytes.end(), pixels.mutable_data_ptr<float>());
    const double probability =
        logits_of(architecture, weights, pixels / 255)[0][1].sigmoid().item<double>();
    seen.emplace_back(probability, !dataset.record(i).findings.empty());
  }
  const auto right_at = [&seen](double threshold) {
    constexpr double rounding = 1e-6;  // of a probability that is the threshold itself
    return std::count_if(seen.begin(), seen.end(), [threshold](const auto& each) {
      return (each.first >= threshold - rounding) == each.second;
    });
  };
  std::ptrdiff_t most = 0;
  for (const auto& [probability, there] : seen) most = std::max(most, right_at(probability));
  CHECK(right_at(architecture.thresholds[1]) == most);
}

TEST_CASE("a classifier's training that is stopped ends with the same bits") {
  const TemporaryFolder folder;
  const fs::path dataset = effusion_dataset(folder.path(), 32);
  const auto config_in = [&](const char* out) {
    TrainingConfig config = classifier_config(dataset, folder.path() / out);
    config.classifier.loop.micro_batch = 2;
    config.classifier.loop.optimizer.schedule = "plateau";
    config.classifier.loop.optimizer.plateau_patience = 0;
    config.classifier.label_weights = "rare";
    return config;
  };
  train(config_in("whole"), {}, {}, nullptr);
  for (const std::int64_t stop : {1, 4, 5}) {
    const auto until = [&](const TrainingProgress& now) {
      return !(now.event == "step" && now.step == stop);
    };
    CHECK_THROWS_WITH(train(config_in("parts"), {}, until, nullptr),
                      Contains("goes on from there"));
  }
  train(config_in("parts"), {}, {}, nullptr);
  CHECK(same_weights(folder.path() / "whole", folder.path() / "parts"));
  CHECK(classifier_bundle(folder.path() / "whole")
            .architecture<ClassifierArchitecture>()
            .thresholds.at(1) == classifier_bundle(folder.path() / "parts")
                                     .architecture<ClassifierArchitecture>()
                                     .thresholds.at(1));
}

TEST_CASE("a classifier's training ends when validations no longer become better") {
  const TemporaryFolder folder;
  TrainingConfig config =
      classifier_config(effusion_dataset(folder.path(), 32), folder.path() / "run");
  config.classifier.patience = 2;
  config.classifier.loop.steps = 50;
  config.classifier.loop.validate_every = 1;
  std::vector<double> areas;
  std::map<std::string, int> events;
  const auto look = [&](const TrainingProgress& now) {
    if (now.event == "validation") areas.push_back(now.metrics.at("validation/auroc"));
    ++events[now.event];
    return true;
  };
  train(config, {}, look, nullptr);
  std::size_t best = 0;  // 1 at most, so that it is not passed for ever
  for (std::size_t i = 1; i < areas.size(); ++i)
    if (areas[i] > areas[best]) best = i;
  REQUIRE(areas.size() < 50);
  CHECK(areas.size() == best + 3);
  CHECK(events["step"] == static_cast<int>(areas.size()));
  CHECK(events["stage finished"] == 1);
  CHECK(fs::exists(folder.path() / "run" / "classifier" / "model" / "raygen.json"));
  const TensorMap ended = weights_of(folder.path() / "run");

  events.clear();
  train(config, {}, look, nullptr);
  CHECK(events["step"] == 0);
  CHECK(events["resumed"] == 1);
  for (const auto& [name, tensor] : weights_of(folder.path() / "run"))
    CHECK(at::equal(tensor, ended.at(name)));
}

TEST_CASE("One of two that train a classifier", "[.][classifier-peer]") {
  const fs::path folder = std::getenv("RAYGEN_TEST_FOLDER");
  TrainingConfig config = classifier_config(folder / "effusions", folder / "two");
  config.classifier.loop.optimizer.learning_rate = 1e-4;
  train(config, {}, {}, nullptr);
}

// BatchNorm's statistics are each process's own, so that two processes are no bigger batch.
TEST_CASE("two processes train one classifier") {
  const TemporaryFolder folder;
  const fs::path dataset = effusion_dataset(folder.path(), 32);
  ::setenv("RAYGEN_TEST_FOLDER", folder.path().c_str(), 1);
  const auto [first, second] = run_two("[classifier-peer]");
  CHECK(first == 0);
  CHECK(second == 0);
  TrainingConfig config = classifier_config(dataset, folder.path() / "one");
  config.classifier.loop.optimizer.learning_rate = 1e-4;
  config.classifier.loop.micro_batch = 2;  // what each of the two sees
  train(config, {}, {}, nullptr);
  const TensorMap alone = weights_of(folder.path() / "one");
  std::int64_t numbers = 0, beyond = 0;
  for (const auto& [name, tensor] : weights_of(folder.path() / "two")) {
    // The mean of both moves by a tenth of both; one after the other, by a little more.
    if (is_running_statistic(name)) continue;
    numbers += tensor.numel();
    beyond += ((tensor - alone.at(name)).abs() > 1e-5).sum().item<std::int64_t>();
  }
  INFO(beyond << " of " << numbers);
  CHECK(static_cast<double>(beyond) < 0.01 * static_cast<double>(numbers));
}

TEST_CASE("a classifier begins with one of other classes and of three channels") {
  const TemporaryFolder folder;
  const OfThreeChannels from;
  from.write(folder.path() / "from");
  TrainingConfig config =
      classifier_config(effusion_dataset(folder.path(), 32), folder.path() / "run");
  config.classifier.blocks = {2, 2};
  const Dataset dataset = Dataset::open(config.data.dataset);
  const ClassifierArchitecture grey = classifier_architecture(config.classifier, dataset);
  const TensorMap begin = classifier_from(folder.path() / "from", grey, 1, {});

  SECTION("which sees the same in a grey image") {
    const at::Tensor pixels = at::empty({2, 1, kSide, kSide}).uniform_(0, 1, weight_generator(5));
    const at::Tensor expected = logits_of(from.architecture, from.weights, pixels);
    const at::Tensor difference = logits_of(grey, begin, pixels) - expected;
    INFO(difference << expected);
    // Beyond its border, an image is 0 to a network; that is another grey after another shift.
    CHECK(expected.abs().max().item<float>() > 0.01F);
    CHECK(difference.abs().max().item<float>() < 1e-4F);
  }
  SECTION("and of which a head of other classes is not taken") {
    OfThreeChannels other;
    other.architecture.classes = {"Fracture", "Mass", "Nodule"};
    other.weights["classifier.weight"] = at::ones({3, 24});
    other.weights["classifier.bias"] = at::ones({3});
    at::Generator generator = weight_generator(17);
    TensorMap drawn = initial_classifier_weights(other.architecture, generator);
    other.weights["classifier.weight"] = at::ones_like(drawn.at("classifier.weight"));
    other.write(folder.path() / "other");
    const TensorMap taken = classifier_from(folder.path() / "other", grey, 1, {});
    CHECK(taken.at("classifier.weight").size(0) == 2);
    CHECK_FALSE(
        at::equal(taken.at("classifier.weight"), at::ones_like(taken.at("classifier.weight"))));
    CHECK(at::equal(taken.at("features.norm5.running_mean"),
                    other.weights.at("features.norm5.running_mean")));
    config.classifier.from = (folder.path() / "other").string();
    train(config, {}, {}, nullptr);
    CHECK(classifier_bundle(folder.path() / "run").architecture<ClassifierArchitecture>().classes ==
          grey.classes);
  }
  SECTION("but not with a network of other sizes") {
    config.classifier.growth = 6;
    config.classifier.from = (folder.path() / "from").string();
    CHECK_THROWS_WITH(train(config, {}, {}, nullptr),
                      Contains("classifier.from: ") && Contains("another network"));
  }
}

TEST_CASE("a dataset without labels is refused before anything is trained") {
  const TemporaryFolder folder;
  const fs::path data = folder.path() / "data";
  DatasetWriter writer(data, {kSide, {}, 100, {{"source", "test"}}});
  const std::vector<std::uint8_t> pixels(kSide * kSide, 9);
  for (const Split split : {Split::train, Split::val})
    writer.add({std::string(split_name(split)),
                std::string(split_name(split)),
                split,
                "PA",
                {},
                "Effusion."},
               pixels);
  writer.finish();
  TrainingConfig config = classifier_config(data, folder.path() / "run");
  config.text_encoder.enabled = true;
  std::map<std::string, int> events;
  CHECK_THROWS_WITH(train(config, {}, counting(events), nullptr), Contains("has no labels"));
  CHECK(events.empty());
}

TEST_CASE("augmentation moves an image at most as far as it is told, and never mirrors it") {
  constexpr std::int64_t side = 65, images = 200, centre = side / 2, away = 20;
  // A mark on the image's right, at half height: where an image's mark is, is how it was moved.
  at::Tensor marked = at::zeros({images, 1, side, side});
  marked.narrow(2, centre - 1, 3).narrow(3, centre + away - 1, 3).fill_(1);
  const auto place = [&](const at::Tensor& moved, std::int64_t axis) {
    const at::Tensor along = moved.sum(axis == 3 ? 2 : 3).squeeze(1);  // [B,R]
    return (along * at::arange(side)).sum(1) / along.sum(1) - static_cast<double>(centre);
  };
  ClassifierTrainingConfig config;
  config.rotation = config.shift = config.scaling = 0;
  CHECK(at::equal(augmented(marked, config, 1, 0), marked));
  const auto largest = [](const at::Tensor& values) { return values.abs().max().item<double>(); };

  SECTION("shifts") {
    config.shift = 0.05;
    const at::Tensor moved = augmented(marked, config, 1, 0);
    for (const at::Tensor& by : {place(moved, 3) - static_cast<double>(away), place(moved, 2)}) {
      CHECK(largest(by) <= 0.05 * side + 0.01);
      CHECK(largest(by) > 0.045 * side);
      CHECK(by.mean().abs().item<double>() < 0.5);
    }
  }
  SECTION("turns") {
    config.rotation = 5;
    const at::Tensor moved = augmented(marked, config, 1, 0);
    const at::Tensor degrees =
        at::atan2(place(moved, 2), place(moved, 3)) * (180 / std::numbers::pi);
    CHECK(largest(degrees) <= 5.05);
    CHECK(largest(degrees) > 4.5);
    CHECK(largest(at::hypot(place(moved, 2), place(moved, 3)) - static_cast<double>(away)) < 0.1);
  }
  SECTION("scales") {
    config.scaling = 0.05;
    const at::Tensor factor =
        place(augmented(marked, config, 1, 0), 3) / static_cast<double>(away) - 1;
    CHECK(largest(factor) <= 0.0505);
    CHECK(largest(factor) > 0.045);
  }
  SECTION("all together, and every image by itself") {
    const ClassifierTrainingConfig usual;
    const at::Tensor moved = augmented(marked, usual, 1, 0);
    CHECK(place(moved, 3).min().item<double>() > 0);  // no mark has changed its side
    CHECK(at::allclose(augmented(marked.narrow(0, 0, 3), usual, 1, 7), moved.narrow(0, 7, 3)));
    CHECK_FALSE(at::allclose(augmented(marked, usual, 2, 0), moved));
    CHECK_FALSE(at::allclose(moved[0], moved[1]));
  }
}

TEST_CASE("rare labels weigh more, as torchxrayvision weighs them") {
  const float unknown = std::nanf("");
  // Positives: 3, 1, 0; mean 4/3. (3 - n + 4/3) / (3 - 0 + 4/3).
  const at::Tensor targets =
      at::tensor({1.F, 0.F, 0.F, 1.F, 1.F, unknown, 1.F, unknown, 0.F, 0.F, 0.F, 0.F}).view({4, 3});
  const at::Tensor weights = rare_label_weights(targets);
  CHECK(weights[0].item<float>() == Approx(4.0 / 13));
  CHECK(weights[1].item<float>() == Approx(10.0 / 13));
  CHECK(weights[2].item<float>() == 1);
  CHECK(at::equal(rare_label_weights(at::ones({5, 2})), at::ones({2})));  // as often as each other
}

TEST_CASE("what a report leaves open is no target") {
  const TemporaryFolder folder;
  const std::vector<std::string> labels = {"Edema", "Pleural Effusion", "Lesion of our own"};
  DatasetWriter writer(folder.path() / "data", {kSide, labels, 100, {{"source", "test"}}});
  const std::vector<std::uint8_t> pixels(kSide * kSide, 9);
  const auto add = [&](const char* id, const std::vector<std::string>& findings, const char* text) {
    writer.add({id, id, Split::train, "PA", findings, text}, pixels);
  };
  add("a", {"Pleural Effusion"}, "Possible edema. Left pleural effusion.");
  add("b", {}, "No edema. Pleural effusion cannot be excluded.");
  add("c", {"Lesion of our own"}, "");
  writer.finish();
  const Dataset dataset = Dataset::open(folder.path() / "data");
  const float open = std::nanf("");
  const auto same = [](const at::Tensor& targets, const std::vector<float>& expected) {
    return at::allclose(targets.flatten(), at::tensor(expected), 0, 0, /*equal_nan=*/true);
  };
  CHECK(same(label_targets(dataset, {0, 1, 2}, true), {open, 1, 0, 0, open, 0, 0, 0, 1}));
  CHECK(same(label_targets(dataset, {2, 0}, true), {0, 0, 1, open, 1, 0}));
  CHECK(same(label_targets(dataset, {0, 1, 2}, false), {0, 1, 0, 0, 0, 0, 0, 0, 1}));
}

TEST_CASE("a target that is not known has no part in the loss, nor in its gradient") {
  const float unknown = std::nanf("");
  const at::Tensor logits = at::tensor({0.F, 2.F, -1.F, 5.F}).view({2, 2}).requires_grad_();
  const at::Tensor targets = at::tensor({1.F, unknown, 0.F, 1.F}).view({2, 2});
  const at::Tensor loss = known_label_loss(logits, targets, at::tensor({2.F, 0.5F}));
  // log 2 · 2, log(1 + e^-1) · 2, log(1 + e^-5) / 2.
  CHECK(loss.item<double>() == Approx(2 * std::log(2.0) + 2 * std::log1p(std::exp(-1.0)) +
                                      0.5 * std::log1p(std::exp(-5.0))));
  loss.backward();
  CHECK(logits.grad()[0][1].item<float>() == 0);
  CHECK(logits.grad()[0][0].item<float>() == Approx(-1));
}
