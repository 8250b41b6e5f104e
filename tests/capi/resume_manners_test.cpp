// What an earlier version left unfinished is gone on with, through the door: values are compared,
// and what differs is named.

#include "tiny_bundle.hpp"

#include <raygen/phantom.hpp>
#include <raygen/training.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace {

namespace fs = std::filesystem;

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A copy of what tests/data/formats keeps of a version.
struct Earlier {
  TemporaryFolder folder;
  raygen::TrainingOptions options;
  std::string message;       // of the error that ended the training
  std::int64_t resumed = 0;  // the step that it was resumed at

  explicit Earlier(const std::string& version) {
    const fs::path from = fs::path(RAYGEN_TEST_DATA) / "formats" / version;
    fs::copy(from, folder.path(), fs::copy_options::recursive);
    const auto settings = nlohmann::json::parse(bytes_of(from / "settings.json"));
    options.overrides = settings.at("text_run").get<std::vector<std::string>>();
    for (const std::string& assignment :
         {"data.dataset=" + folder.file("dataset"), "out=" + folder.file("text_run"),
          std::string("text_encoder.loop.steps=1000000")})
      options.overrides.push_back(assignment);
    options.progress = [this](const raygen::TrainingProgress& now) {
      if (std::string(now.event) == "resumed") resumed = now.step;
      return false;  // stops
    };
  }

  int train(const std::string& change = "") {
    raygen::TrainingOptions changed = options;
    if (!change.empty()) changed.overrides.push_back(change);
    resumed = 0;
    try {
      raygen::train(changed);
    } catch (const raygen::Error& error) {
      message = error.what();
      return static_cast<int>(error.status());
    }
    return 0;
  }
};

}  // namespace

TEST_CASE("a training is gone on with, unless a value that counts differs") {
  Earlier run("0.2");
  CHECK(run.train() == RAYGEN_ERROR_CANCELLED);
  CHECK(run.resumed >= 3);
  CHECK(run.train("seed=4") == RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK_THAT(run.message, Catch::Contains("seed was 3, is 4 now"));
  CHECK(run.train("text_encoder.loop.optimizer.learning_rate=0.001") ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK_THAT(run.message,
             Catch::Contains("text_encoder.loop.optimizer.learning_rate was 0.0001, is 0.001 now"));
  CHECK(run.train("text_encoder.loop.optimizer.learning_rate=1E-4") == RAYGEN_ERROR_CANCELLED);
  CHECK(run.train("text_encoder.loop.log_every=7") == RAYGEN_ERROR_CANCELLED);
  CHECK(run.resumed >= 3);
}

TEST_CASE("phantoms are gone on with, unless a value differs") {
  Earlier earlier("0.2");
  raygen::PhantomOptions options;
  options.count = 12;
  options.size = 64;
  options.seed = 5;
  const std::string folder = earlier.folder.file("phantoms");
  std::map<fs::path, std::string> before;
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "images"))
    before[entry.path()] = bytes_of(entry.path());
  REQUIRE(before.size() == 12);
  raygen::write_phantoms(folder, options);
  for (const auto& [path, content] : before) CHECK((bytes_of(path) == content));
  options.seed = 6;
  CHECK(status_of([&] { raygen::write_phantoms(folder, options); }) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
}
