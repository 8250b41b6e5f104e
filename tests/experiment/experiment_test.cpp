// Whole experiments of phantoms, each run a few steps.

#include "experiment/experiment.hpp"

#include "dataset/prepare.hpp"
#include "error.hpp"
#include "experiment/synthetic_dataset.hpp"
#include "memorisation/phantom_set.hpp"
#include "phantom/phantom.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace raygen::engine;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

/// 60 phantoms at 32 pixels in folder/dataset, half of them to be tested with; made once.
fs::path phantom_dataset(const fs::path& folder) {
  const fs::path out = folder / "dataset";
  if (fs::exists(out / "dataset.json")) return out;
  PhantomFolderOptions phantoms;
  phantoms.seed = 5, phantoms.count = 60, phantoms.size = 64;
  write_phantoms(phantoms, folder / "phantoms", {}, nullptr);
  TableOptions table;
  table.tables.push_back({folder / "phantoms" / "phantoms.csv", std::nullopt});
  table.out = out;
  table.resolution = 32;
  table.val_fraction = 0.1, table.test_fraction = 0.5;
  prepare_table(table);
  return out;
}

ExperimentConfig small_experiment(const fs::path& folder) {
  if (!fs::exists(folder / "model")) write_phantom_model(folder / "model");
  ExperimentConfig config;
  config.real = phantom_dataset(folder).string();
  config.model = (folder / "model").string();
  config.out = (folder / "experiment").string();
  config.arms = "real, mix:0.5, replace:0.5, synthetic, pretrain";
  config.sampling = "{steps: 2}";
  config.seeds = 2, config.bootstrap_draws = 100, config.shown_pairs = 1;
  config.threads = 1, config.device = "cpu";
  config.classifier.initial_channels = 8, config.classifier.growth = 4;
  config.classifier.blocks = {2, 2};
  LoopConfig& loop = config.classifier.loop;
  loop.steps = 4, loop.batch_size = 4, loop.validate_every = 4, loop.checkpoint_every = 2;
  loop.optimizer.warmup_steps = 1;
  return config;
}

const EvaluationCallback untold;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string metrics_of(const ExperimentConfig& config) {
  return bytes_of(fs::path(config.out) / "metrics.json");
}

double auroc_of(const Report& report, const std::string& key) {
  for (const Measure& each : report.sections.at(0).measures)
    if (each.key == key) return each.value.value();
  FAIL("no measure " << key);
  return 0;
}

/// Images in folder/made with a prompt each, as another program lists them.
fs::path listed_images(const fs::path& folder, std::size_t count, const std::string& prompt) {
  const fs::path made = folder / "made";
  fs::create_directories(made);
  std::ofstream table(made / "images.csv");
  table << "prompt,img_savename\n";
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = formatted("{:03}.png", i);
    write_png(picture_of(phantom_pixels(i)), made / name, 8);
    table << '"' << prompt << "\"," << name << '\n';
  }
  return made;
}

}  // namespace

TEST_CASE("an experiment is reported, can be stopped anywhere, and comes to the same") {
  const TemporaryFolder folder;
  ExperimentConfig config = small_experiment(folder.path());
  std::map<std::string, std::int64_t> stages;
  const Report report = experiment(
      config, {},
      [&](const EvaluationProgress& now) {
        CHECK(now.done <= now.total);
        stages[now.stage] = now.total;
        return true;
      },
      nullptr);
  CHECK(stages.at("training") == 5 * 2 * 4);
  const fs::path out = config.out;
  for (const char* file : {"report.html", "metrics.json", "table.csv"})
    CHECK(fs::exists(out / file));
  CHECK_FALSE(fs::exists(out / "runs/real/0/training/classifier/last.safetensors"));
  CHECK(fs::exists(out / "runs/real/0/training/classifier/model/raygen.json"));
  CHECK(report.sections.size() == 3);  // fairness and the pictures, too

  SECTION("stopped once a stage, and begun again as often as it takes") {
    const std::string whole = metrics_of(config);
    ExperimentConfig other = config;
    other.out = (folder.path() / "other").string();
    int stops = 0;
    for (;; ++stops) {
      REQUIRE(stops < 20);
      int calls = 0;
      try {
        experiment(
            other, {}, [&](const EvaluationProgress&) { return ++calls < 45; }, nullptr);
        break;
      } catch (const Error& error) {
        CHECK(error.status() == Status::cancelled);
      }
    }
    CHECK(stops > 2);
    CHECK(metrics_of(other) == whole);
  }
  SECTION("called again it trains nothing, and what is added is trained") {
    std::int64_t begun = -1;
    const auto first_of_training = [&](const EvaluationProgress& now) {
      if (now.stage == "training" && begun < 0) begun = now.done;
      return true;
    };
    config.seeds = 3;
    const Report more = experiment(config, {}, first_of_training, nullptr);
    CHECK(begun == 5 * 2 * 4);
    CHECK(more.sections[0].tables[2].rows.size() == 15);
  }
  SECTION("a folder that was begun otherwise is refused, and the key is named") {
    config.classifier.loop.optimizer.learning_rate = 0.5;
    CHECK_THROWS_WITH(experiment(config, {}, {}, nullptr), Contains("learning_rate"));
    config = small_experiment(folder.path());
    config.sampling = "{steps: 3}";
    CHECK_THROWS_WITH(experiment(config, {}, {}, nullptr), Contains("steps"));
  }
  SECTION("batch statistics are another test of the same classifiers, and are warned of") {
    ExperimentConfig other = config;
    other.out = (folder.path() / "other").string();
    other.original.batch_statistics = true;
    const Report original = experiment(other, {}, {}, nullptr);
    REQUIRE(original.warnings.size() > report.warnings.size());
    CHECK_THAT(original.warnings[1], Contains("original.batch_statistics"));
    bool differs = false;
    for (const char* key : {"auroc_real", "auroc_mix_0.5", "auroc_synthetic_1"})
      differs |= auroc_of(original, key) != auroc_of(report, key);
    CHECK(differs);
  }
}

TEST_CASE("synthetic images have the prompts and findings of real ones, in an order of the seed") {
  const TemporaryFolder folder;
  const ExperimentConfig config = small_experiment(folder.path());
  const Dataset real = Dataset::open(config.real);
  const auto train = static_cast<std::int64_t>(real.indices(Split::train).size());
  Teller teller(untold, nullptr);
  const Dataset made =
      synthetic_dataset(config, real, train + 2, folder.path() / "synthetic", {}, teller, nullptr);
  CHECK(made.resolution() == real.resolution());
  REQUIRE(made.indices(Split::train).size() == static_cast<std::size_t>(train) + 2);
  PromptOrder order(real, config.seed);
  std::vector<std::size_t> seen;
  for (std::int64_t i = 0; i < train; ++i) {
    seen.push_back(order.at(i));
    CHECK(made.record(static_cast<std::size_t>(i)).text == real.record(seen.back()).text);
    CHECK(made.record(static_cast<std::size_t>(i)).findings == real.record(seen.back()).findings);
  }
  CHECK(std::is_permutation(seen.begin(), seen.end(), real.indices(Split::train).begin(),
                            real.indices(Split::train).end()));
}

TEST_CASE("images of another program are labelled by their prompts") {
  const TemporaryFolder folder;
  ExperimentConfig config = small_experiment(folder.path());
  config.model.clear();
  const Dataset real = Dataset::open(config.real);
  const std::vector<std::string>& labels = real.labels();
  REQUIRE(std::find(labels.begin(), labels.end(), "Pneumothorax") != labels.end());
  Teller teller(untold, nullptr);
  const auto label = [&](const std::string& prompt, std::size_t count) {
    const TemporaryFolder here;
    config.synthetic = listed_images(here.path(), count, prompt).string();
    const Dataset made =
        synthetic_dataset(config, real, 3, here.path() / "synthetic", {}, teller, nullptr);
    return made.record(2).findings;
  };
  using Names = std::vector<std::string>;
  CHECK(label("Large right pneumothorax. No edema.", 3) == Names{"Pneumothorax"});
  CHECK(label("No pneumothorax.", 4) == Names{"No Finding"});
  CHECK_THROWS_WITH(label("Edema.", 2), Contains("has 2 images; the arms need 3"));
  CHECK_THROWS_WITH(label("", 3), Contains("no prompt"));
  config.original.pneumothorax_as_pneumonia = true;
  CHECK(label("Large right pneumothorax. No edema.", 3) == Names{"Pneumonia"});
}

TEST_CASE("an experiment that cannot be made is refused before it begins") {
  const TemporaryFolder folder;
  ExperimentConfig config = small_experiment(folder.path());
  const auto refused = [&](const auto& change) {
    ExperimentConfig other = config;
    change(other);
    try {
      experiment(other, {}, {}, nullptr);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("it was made");
  };
  CHECK_THAT(refused([](auto& c) { c.real.clear(); }), Contains("real is empty"));
  CHECK_THAT(refused([](auto& c) { c.out.clear(); }), Contains("out is empty"));
  CHECK_THAT(refused([](auto& c) { c.model.clear(); }), Contains("none of the keys model and"));
  CHECK_THAT(refused([](auto& c) { c.synthetic = "somewhere"; }), Contains("both of the keys"));
  CHECK_THAT(refused([](auto& c) { c.arms = "real, mix:0.001"; }), Contains("no synthetic image"));
  CHECK_THAT(refused([](auto& c) { c.classifier.loop.steps = 1; }), Contains("pretrain needs 2"));
}

TEST_CASE("the config of an experiment says every key, and no arm may end early") {
  const ExperimentConfig config =
      experiment_config_from_yaml("{seeds: 3, classifier: {growth: 7}}", {"arms=real"}, "here");
  CHECK(config.seeds == 3);
  CHECK(config.classifier.growth == 7);
  CHECK(config.arms == "real");
  const std::string yaml = to_yaml(config);
  CHECK_THAT(yaml, Contains("batch_statistics") && !Contains("enabled"));
  CHECK(to_yaml(experiment_config_from_yaml(yaml, {}, "printed")) == yaml);
  CHECK_THROWS_WITH(experiment_config_from_yaml("", {"classifier.patience=3"}, "here"),
                    Contains("patience"));
  CHECK_THROWS_WITH(experiment_config_from_yaml("arms: real, mixt", {}, "here"), Contains("mixt"));
  CHECK_THROWS_WITH(experiment_config_from_yaml("seed_count: 3", {}, "here"), Contains("seeds"));
}
