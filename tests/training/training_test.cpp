#include "training/training.hpp"

#include "bundle/bundle.hpp"
#include "error.hpp"
#include "masked_decoder/architecture.hpp"
#include "model/parts.hpp"
#include "small_training.hpp"
#include "training/state.hpp"
#include "vqgan/architecture.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

using namespace raygen::engine;

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string part(const fs::path& out, const std::string& stage) {
  return bytes_of(out / stage / "weights.safetensors");
}

/// Stops the training the first time that `stage` has made `step` steps.
TrainingCallback stop_at(const std::string& stage, std::int64_t step) {
  return [=](const TrainingProgress& now) {
    return !(now.stage == stage && now.event == "step" && now.step == step);
  };
}

/// Metric → value by step, from log.csv.
std::map<std::int64_t, double> logged(const fs::path& out, const std::string& stage,
                                      const std::string& metric) {
  std::map<std::int64_t, double> values;
  std::ifstream file(out / stage / "log.csv");
  for (std::string line; std::getline(file, line);) {
    std::stringstream fields(line);
    std::string step, name, value;
    std::getline(fields, step, ',');
    std::getline(fields, name, ',');
    std::getline(fields, value, ',');
    if (name != metric) continue;
    CHECK(values.count(std::stoll(step)) == 0);
    values[std::stoll(step)] = std::stod(value);
  }
  return values;
}

Status status_of(const std::function<void()>& action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.status();
  }
  FAIL("no error");
  return Status::internal;
}

/// The phantoms of small_dataset, all in one split: folder/SPLIT.
void prepare_one_split(const fs::path& folder, const std::string& split) {
  TableOptions table;
  table.tables.push_back({folder / "phantoms" / "phantoms.csv", split_of(split, "the test")});
  table.out = folder / split;
  table.resolution = 32;
  prepare_table(table);
}

}  // namespace

TEST_CASE("a training ends with a model that opens") {
  const TemporaryFolder folder;
  const TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  std::map<std::string, int> events;
  train(
      config, {},
      [&](const TrainingProgress& now) { return ++events[now.stage + " " + now.event], true; },
      nullptr);
  CHECK(events["vqgan step"] == 6);
  CHECK(events["text_encoder step"] == 6);
  CHECK(events["masked_decoder step"] == 6);
  CHECK(events["masked_decoder validation"] == 2);
  const Bundle bundle =
      open_bundle(folder.path() / "run" / "model", part_types(), {}, /*verify=*/true);
  CHECK(bundle.architecture<VqganArchitecture>().resolution == 32);
  CHECK(bundle.architecture<MaskedDecoderArchitecture>().tokens == 16 * 16);
  CHECK(bundle.manifest.find("dataset_sha256") != std::string::npos);
  for (const char* stage : {"vqgan", "text_encoder", "masked_decoder"}) {
    INFO(stage);
    const auto losses = logged(folder.path() / "run", stage, "train/loss");
    CHECK(losses.size() == 6);
    for (const auto& [step, loss] : losses) CHECK(std::isfinite(loss));
    CHECK(logged(folder.path() / "run", stage, "validation/loss").size() == 2);
  }
  CHECK(fs::exists(folder.path() / "run" / "vqgan" / "samples" / "00000006.png"));
  CHECK(fs::exists(folder.path() / "run" / "masked_decoder" / "samples" / "00000006.png"));

  SECTION("and the same command again changes nothing") {
    const std::string weights = bytes_of(folder.path() / "run" / "model" / "decoder.safetensors");
    train(config, {}, {}, nullptr);
    CHECK(bytes_of(folder.path() / "run" / "model" / "decoder.safetensors") == weights);
  }
}

TEST_CASE("a finished model is tuned: the training begins with its weights") {
  const TemporaryFolder folder;
  const fs::path dataset = small_dataset(folder.path());
  train(small_config(dataset, folder.path() / "first"), {}, {}, nullptr);
  const fs::path model = folder.path() / "first" / "model";
  TrainingConfig config = small_config(dataset, folder.path() / "second");
  config.vqgan.from = config.text_encoder.from = config.masked_decoder.from = model.string();
  config.masked_decoder.loop.optimizer.learning_rate = 0;  // so that they are still what they were
  train(config, {}, {}, nullptr);
  CHECK(bytes_of(folder.path() / "second" / "model" / "decoder.safetensors") ==
        bytes_of(model / "decoder.safetensors"));
  CHECK_FALSE(fs::exists(folder.path() / "second" / "vqgan" / "log.csv"));

  // In 8 bits, and from 8 bits: stored so again, they are the same.
  const auto stored_in_8_bits = [&](const char* out, const fs::path& from) {
    TrainingConfig eight = config;
    eight.stored_precision = "int8";
    eight.masked_decoder.from = from.string();
    eight.out = (folder.path() / out).string();
    train(eight, {}, {}, nullptr);
    return folder.path() / out / "model";
  };
  const fs::path eight = stored_in_8_bits("eight", model), again = stored_in_8_bits("again", eight);
  CHECK(fs::file_size(eight / "decoder.safetensors") <
        fs::file_size(model / "decoder.safetensors"));
  CHECK(bytes_of(again / "decoder.safetensors") == bytes_of(eight / "decoder.safetensors"));

  config.out = (folder.path() / "third").string();
  config.masked_decoder.hidden = 64;
  std::string message;
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
  CHECK(message.find("masked_decoder.from") != std::string::npos);
  CHECK(message.find("\"hidden\":64") != std::string::npos);
}

TEST_CASE("a training that is stopped anywhere ends with the same bits") {
  const TemporaryFolder folder;
  const fs::path dataset = small_dataset(folder.path());
  const bool usual = GENERATE(true, false);
  INFO((usual ? "the usual recipe" : "gradient codebook, micro-batches, plateau, SentencePiece"));
  const auto config_in = [&](const char* out) {
    TrainingConfig config = small_config(dataset, folder.path() / out);
    if (usual) return config;
    config.vqgan.codebook_update = "gradient";
    config.text_encoder.tokenizer = "sentencepiece";
    config.masked_decoder.attention = "fast";
    for (LoopConfig* loop :
         {&config.vqgan.loop, &config.text_encoder.loop, &config.masked_decoder.loop}) {
      loop->micro_batch = 2;
      loop->validate_every = 1;
      loop->optimizer.schedule = "plateau";
      loop->optimizer.plateau_patience = 0;
      loop->optimizer.learning_rate = 0.05;  // the loss rises now and then, and the rate falls
    }
    return config;
  };
  train(config_in("whole"), {}, {}, nullptr);
  const TrainingConfig config = config_in("parts");
  for (const char* stage : {"vqgan", "text_encoder", "masked_decoder"}) {
    for (const std::int64_t step : {1, 4, 5}) {
      std::string message;
      CHECK(status_of([&] { train(config, {}, stop_at(stage, step), nullptr); }, &message) ==
            Status::cancelled);
      CHECK(message.find("goes on from there") != std::string::npos);
    }
  }
  train(config, {}, {}, nullptr);
  for (const char* stage : {"vqgan", "text_encoder"})
    CHECK(part(folder.path() / "whole", stage) == part(folder.path() / "parts", stage));
  for (const char* file :
       {"decoder.safetensors", "text_encoder.safetensors", "vqgan.safetensors"}) {
    CHECK(bytes_of(folder.path() / "whole" / "model" / file) ==
          bytes_of(folder.path() / "parts" / "model" / file));
  }
  CHECK(logged(folder.path() / "whole", "vqgan", "train/loss") ==
        logged(folder.path() / "parts", "vqgan", "train/loss"));
}

TEST_CASE("a cancelled job stops a training after a checkpoint") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  Job job;
  const auto cancel_at_two = [&](const TrainingProgress& now) {
    if (now.event == "step" && now.step == 2) job.cancel();
    return true;
  };
  CHECK(status_of([&] { train(config, {}, cancel_at_two, &job); }) == Status::cancelled);
  CHECK(fs::exists(folder.path() / "run" / "vqgan" / "last.safetensors"));
  CHECK_FALSE(fs::exists(folder.path() / "run" / "model"));
}

TEST_CASE("a callback stops a training at whatever event it says so") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.text_encoder.enabled = config.masked_decoder.enabled = false;
  struct Stop {
    const char* event;
    std::int64_t told, ended;  // steps
  };
  for (const Stop stop : {Stop{"validation", 3, 3},
                          {"resumed", 3, 3},
                          {"checkpoint", 4, 4},
                          {"step", 6, 6},
                          {"stage finished", 6, 6}}) {
    INFO(stop.event);
    const std::string_view event = stop.event;
    if (event == "stage finished")
      fs::remove_all(config.out);  // a stage that is resumed at its end has nothing to finish
    int checkpoints = 0;
    std::string message;
    const auto callback = [&](const TrainingProgress& now) {
      checkpoints += now.event == "checkpoint" && now.step == stop.ended ? 1 : 0;
      return now.event != stop.event || now.step != stop.told;
    };
    CHECK(status_of([&] { train(config, {}, callback, nullptr); }, &message) == Status::cancelled);
    CHECK_THAT(message, Catch::Contains(fmt::format("after step {} of 6", stop.ended)));
    CHECK(checkpoints == (event == "resumed" ? 0 : 1));
    const auto kept = SafetensorsFile::open(folder.path() / "run" / "vqgan" / "last.safetensors");
    CHECK(kept->metadata().at("step") == std::to_string(stop.ended));
    CHECK_FALSE(fs::exists(folder.path() / "run" / "vqgan" / "weights.safetensors"));
  }
  train(config, {}, {}, nullptr);
  CHECK(fs::exists(folder.path() / "run" / "vqgan" / "weights.safetensors"));
}

TEST_CASE("a run that goes on removes what a killed one was writing") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.text_encoder.enabled = config.masked_decoder.enabled = false;
  const fs::path unfinished = folder.path() / "run" / "vqgan" / "last.safetensors.1-0.tmp";
  const fs::path model = folder.path() / "run" / "model.1-0.tmp";
  fs::create_directories(unfinished.parent_path());
  fs::create_directories(model);
  std::ofstream(unfinished) << "half";
  std::ofstream(model / "decoder.safetensors") << "half";
  CHECK(status_of([&] { train(config, {}, stop_at("vqgan", 1), nullptr); }) == Status::cancelled);
  CHECK_FALSE(fs::exists(unfinished));
  CHECK_FALSE(fs::exists(model));
  CHECK(fs::exists(folder.path() / "run" / "vqgan" / "last.safetensors"));
}

TEST_CASE("the best checkpoint holds the text encoder that learned along") {
  const TemporaryFolder folder;
  const TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  train(config, {}, {}, nullptr);
  std::vector<fs::path> best;
  for (const auto& entry : fs::directory_iterator(folder.path() / "run" / "masked_decoder")) {
    if (entry.path().filename().string().starts_with("best-")) best.push_back(entry.path());
  }
  REQUIRE(best.size() == 1);
  const auto kept = SafetensorsFile::open(best[0]);
  const Bundle bundle =
      open_bundle(folder.path() / "run" / "model", part_types(), {}, /*verify=*/false);
  for (const auto& [name, entry] : bundle.part("text_encoder").weights->entries())
    CHECK(kept->entries().count("text_encoder." + name) == 1);
  for (const auto& [name, entry] : bundle.part("masked_decoder").weights->entries())
    CHECK(kept->entries().count(name) == 1);
}

TEST_CASE("a finished training is run once more for its best weights") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.masked_decoder.loop.optimizer.learning_rate =
      1;  // so that it does not become better to the end
  config.masked_decoder.loop.validate_every = 1;
  train(config, {}, {}, nullptr);
  config.masked_decoder.loop.result = "best";
  train(config, {}, {}, nullptr);
  const auto losses = logged(folder.path() / "run", "masked_decoder", "validation/loss");
  const auto best =
      std::min_element(losses.begin(), losses.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  REQUIRE(best->first < 6);
  const fs::path file =
      folder.path() / "run" / "masked_decoder" / fmt::format("best-{:08}.safetensors", best->first);
  const auto kept = SafetensorsFile::open(file);
  const Bundle bundle =
      open_bundle(folder.path() / "run" / "model", part_types(), {}, /*verify=*/true);
  for (const auto& [name, entry] : bundle.part("text_encoder").weights->entries())
    CHECK(at::equal(kept->tensor("text_encoder." + name),
                    bundle.part("text_encoder").weights->tensor(name)));
  for (const auto& [name, entry] : bundle.part("masked_decoder").weights->entries())
    CHECK(at::equal(kept->tensor(name), bundle.part("masked_decoder").weights->tensor(name)));

  config.masked_decoder.loop.keep_best = 0;
  std::string message;
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
  CHECK_THAT(message, Catch::Contains("masked_decoder.loop.keep_best is 0"));
}

TEST_CASE("what is not finite is named before it is written") {
  TrainingState state;
  state.tensors["codes"] = at::ones({2}, at::kLong);
  state.tensors["large"] = at::full({2}, 3e38f);  // its sum is not finite, it is
  check_finite(state, "here");
  state.tensors["weight"] = at::tensor({1.0, std::nan("")}, at::kFloat);
  CHECK_THROWS_WITH(check_finite(state, "here"),
                    Catch::Contains("here: the tensor weight holds NaN"));
}

TEST_CASE("a run does not go on with other settings or other data") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.text_encoder.enabled = config.masked_decoder.enabled = false;
  CHECK(status_of([&] { train(config, {}, stop_at("vqgan", 2), nullptr); }) == Status::cancelled);
  std::string message;
  SECTION("a learning rate") {
    config.vqgan.loop.optimizer.learning_rate = 0.125;
    CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
    CHECK(message.find("learning_rate") != std::string::npos);
    CHECK(message.find("0.125") != std::string::npos);
  }
  SECTION("a batch") {
    config.vqgan.loop.batch_size = 2;
    CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
    CHECK(message.find("batch_size") != std::string::npos);
  }
  SECTION("other splits") {
    std::swap(config.data.train, config.data.validation);
    CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
    CHECK(message.find("begun with other settings: data.train was train, is val now") !=
          std::string::npos);
  }
  SECTION("other records") {
    std::string records = bytes_of(folder.path() / "dataset" / "records.csv");
    records.insert(records.find(' ', records.find('\n')), " ");  // in the first report
    std::ofstream(folder.path() / "dataset" / "records.csv", std::ios::binary) << records;
    CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
    CHECK(message.find("begun with other settings: records was ") != std::string::npos);
  }
  SECTION("but more steps and another rhythm are fine") {
    config.vqgan.loop.steps = 7;
    config.vqgan.loop.validate_every = 2;
    train(config, {}, {}, nullptr);
    CHECK(logged(folder.path() / "run", "vqgan", "train/loss").size() == 7);
  }
}

TEST_CASE("a loss that is not a number ends the training and keeps the last good checkpoint") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.text_encoder.enabled = config.masked_decoder.enabled = false;
  config.vqgan.loop.checkpoint_every = 1;
  config.vqgan.loop.steps = 60;
  config.vqgan.loop.validate_every = config.vqgan.loop.sample_every = 1000;
  config.vqgan.loop.optimizer.learning_rate = 1e30;
  config.vqgan.loop.optimizer.gradient_clip = 0;
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }) == Status::numeric);
  const auto kept = SafetensorsFile::open(folder.path() / "run" / "vqgan" / "last.safetensors");
  CHECK_FALSE(fs::exists(folder.path() / "run" / "vqgan" / "weights.safetensors"));
  CHECK(std::stoll(kept->metadata().at("step")) >= 1);
  for (const auto& [name, entry] : kept->entries()) {
    INFO(name);
    CHECK(at::isfinite(kept->tensor(name)).all().item<bool>());
  }
}

TEST_CASE("micro-batches and activations computed again give the same gradients up to rounding") {
  const TemporaryFolder folder;
  const fs::path dataset = small_dataset(folder.path());
  const auto losses_and_norms = [&](const char* name, std::int64_t micro_batch, bool checkpointing,
                                    double learning_rate) {
    TrainingConfig config = small_config(dataset, folder.path() / name);
    config.vqgan.adversarial_weight = 0;  // its adaptive weight is a micro-batch's own
    for (LoopConfig* loop :
         {&config.vqgan.loop, &config.text_encoder.loop, &config.masked_decoder.loop}) {
      loop->micro_batch = micro_batch;
      loop->activation_checkpointing = checkpointing;
      if (learning_rate > 0) loop->optimizer.learning_rate = learning_rate;
    }
    train(config, {}, {}, nullptr);
    std::vector<double> all;
    for (const char* stage : {"vqgan", "text_encoder", "masked_decoder"}) {
      for (const char* metric : {"train/loss", "train/gradient_norm"}) {
        for (const auto& [step, value] : logged(config.out, stage, metric)) all.push_back(value);
      }
    }
    return all;
  };
  const auto compare = [](const std::vector<double>& whole, const std::vector<double>& other) {
    REQUIRE(whole.size() == 2 * 18);
    REQUIRE(other.size() == whole.size());
    for (std::size_t i = 0; i < whole.size(); ++i)
      CHECK(other[i] == Approx(whole[i]).epsilon(2e-3));
  };
  // The same operations on the same numbers.
  compare(losses_and_norms("whole", 0, false, 0), losses_and_norms("checkpointing", 0, true, 0));
  // Sums in another order. Adam makes full steps of what is rounding alone, so the steps are small.
  compare(losses_and_norms("whole_slow", 0, false, 1e-6),
          losses_and_norms("micro_slow", 1, false, 1e-6));
}

TEST_CASE("a training says what it lacks") {
  const TemporaryFolder folder;
  std::string message;
  TrainingConfig config = small_config(folder.path() / "nowhere", folder.path() / "run");
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::io);
  CHECK(message.find("nowhere") != std::string::npos);
  config.data.dataset = "";
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
  config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.vqgan.channel_multipliers.assign(8, 1);
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
  CHECK(message.find("channel_multipliers") != std::string::npos);
  for (const char* split : {"train", "val"}) {  // no report and no image of it
    prepare_one_split(folder.path(), split);
    for (const bool images : {true, false}) {
      config = small_config(folder.path() / split, folder.path() / "run");
      config.vqgan.enabled = images;
      CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) ==
            Status::invalid_argument);
      const std::string other = std::string_view(split) == "train" ? "val" : "train";
      CHECK_THAT(message, Catch::Contains((folder.path() / split).string()) &&
                              Catch::Contains("'" + other + "' holds no image"));
    }
  }
  config = small_config(folder.path() / "dataset", folder.path() / "run");
  config.vqgan.discriminator_layers = 4;  // 16 → 8 → 4 → 2 → 1 → 0
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
  CHECK_THAT(message, Catch::Contains("vqgan.discriminator_layers is 4") &&
                          Catch::Contains("crops of 16 pixels"));
  for (const std::int64_t crop : {64, 17}) {  // the images have 32 pixels, and there are two levels
    config = small_config(folder.path() / "dataset", folder.path() / "run");
    config.vqgan.crop = crop;
    CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
    CHECK(message.find(fmt::format("vqgan.crop is {}", crop)) != std::string::npos);
  }
}

TEST_CASE("the last checkpoint names best ones that are there, at every moment") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.text_encoder.enabled = config.masked_decoder.enabled = false;
  LoopConfig& loop = config.vqgan.loop;
  loop.steps = 8, loop.validate_every = 1, loop.checkpoint_every = 4, loop.keep_best = 1;
  const fs::path stage = folder.path() / "run" / "vqgan";
  const auto best = [&] {
    std::set<std::string> files;
    for (const auto& entry : fs::directory_iterator(stage))
      if (entry.path().filename().string().starts_with("best-"))
        files.insert(entry.path().filename().string());
    return files;
  };
  fs::create_directories(stage);
  std::ofstream(stage / "best-00000099.safetensors") << "of a run that was killed";
  int looked = 0;
  const auto look = [&](const TrainingProgress&) {
    if (!fs::exists(stage / "last.safetensors")) return true;
    const std::string named =
        SafetensorsFile::open(stage / "last.safetensors")->metadata().at("best");
    CHECK(best().count(fmt::format("best-{:08}.safetensors",
                                   std::stoi(named.substr(named.find('@') + 1)))) == 1);
    CHECK(best().size() <= 2);
    ++looked;
    return true;
  };
  train(config, {}, look, nullptr);
  CHECK(looked > 4);
  CHECK(best().size() == 1);
}

TEST_CASE("one run at a time writes to a folder") {
  const TemporaryFolder folder;
  const TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  std::string message;
  const auto another = [&](const TrainingProgress&) {
    if (message.empty())
      CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::io);
    return false;
  };
  CHECK(status_of([&] { train(config, {}, another, nullptr); }) == Status::cancelled);
  CHECK_THAT(message, Catch::Contains("another run is writing to this folder"));
}

TEST_CASE("nothing to train is an error") {
  const TemporaryFolder folder;
  TrainingConfig config = small_config(small_dataset(folder.path()), folder.path() / "run");
  config.vqgan.enabled = config.text_encoder.enabled = false;
  std::string message;
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }, &message) == Status::invalid_argument);
  CHECK_THAT(message, Catch::Contains("nothing is to be trained") && Catch::Contains("needs both"));
  config.masked_decoder.enabled = false;
  CHECK(status_of([&] { train(config, {}, {}, nullptr); }) == Status::invalid_argument);
  CHECK_FALSE(fs::exists(folder.path() / "run"));
}
