// Data and training through the door: what is refused, what comes out, and that C++ sees the same.

#include "calls.hpp"

#include <raygen/dataset.hpp>
#include <raygen/phantom.hpp>
#include <raygen/training.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace {

namespace fs = std::filesystem;

struct Folder {
  fs::path path = fs::temp_directory_path() / ("raygen-door-data-" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path), fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  std::string operator/(const std::string& name) const { return (path / name).string(); }
};

std::string phantoms(const Folder& folder, std::uint64_t count) {
  raygen::PhantomOptions options;
  options.count = count;
  options.size = 64;
  options.seed = 3;
  raygen::write_phantoms(folder / "phantoms", options);
  return folder / "phantoms/phantoms.csv";
}

}  // namespace

TEST_CASE("options of data and training that make no sense") {
  raygen_phantom_options phantom;
  raygen_phantom_options_init(&phantom);
  CHECK(phantom.size == 128);
  CHECK(phantom.count == 1);
  phantom.count = 0;
  refused(EXPRESSION(raygen_phantom_write(&phantom, "x", 1, error)), "count is 0");
  phantom.count = 1;
  phantom.masks = 2;
  refused(EXPRESSION(raygen_phantom_write(&phantom, "x", 1, error)), "masks is 2");
  phantom.masks = 0;
  phantom.size = 100;
  refused(EXPRESSION(raygen_phantom_write(&phantom, "x", 1, error)), "100");
  phantom.struct_size = 8;
  refused(EXPRESSION(raygen_phantom_write(&phantom, "x", 1, error)), "raygen_phantom_options_init");

  const raygen_string csv{"none.csv", 8};
  raygen_table_source table;
  raygen_table_source_init(&table);
  raygen_prepare_options options;
  raygen_prepare_options_init(&options);
  CHECK(options.image_size == 512);
  table.csv = &csv;
  table.csv_count = 1;
  const raygen_split wrong = 4;
  table.splits = &wrong;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, &options, "x", 1, nullptr, error)),
          "splits[0] is 4");
  table.splits = nullptr;
  table.patient_per_image = 2;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, &options, "x", 1, nullptr, error)),
          "patient_per_image is 2");
  table.patient_per_image = 0;
  table.text_from_findings = -1;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, &options, "x", 1, nullptr, error)),
          "text_from_findings is -1");
  table.text_from_findings = 0;
  const std::string out = (fs::temp_directory_path() / "raygen-door-none").string();
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, &options, out.data(), out.size(), nullptr,
                                                  error)),
          "none.csv", RAYGEN_ERROR_IO);
  options.struct_size = 4;
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, &options, out.data(), out.size(), nullptr,
                                                  error)),
          "raygen_prepare_options_init");
  raygen_dataset_summary summary{};
  refused(EXPRESSION(raygen_dataset_prepare_table(&table, nullptr, out.data(), out.size(), &summary,
                                                  error)),
          "raygen_dataset_summary_init");
  raygen_mimic_source mimic;
  raygen_mimic_source_init(&mimic);
  mimic.root = {"none", 4};
  mimic.exact = 3;
  refused(EXPRESSION(raygen_dataset_prepare_mimic(&mimic, nullptr, out.data(), out.size(), nullptr,
                                                  error)),
          "exact is 3");
  mimic.exact = 0;
  refused(EXPRESSION(raygen_dataset_prepare_mimic(&mimic, nullptr, out.data(), out.size(), nullptr,
                                                  error)),
          "none", RAYGEN_ERROR_IO);
  CHECK(!fs::exists(out));
}

TEST_CASE("phantoms become a dataset") {
  const Folder folder;
  raygen::TableSource table;
  table.files = {{phantoms(folder, 6)}};
  table.test_fraction = 0.4;
  raygen::PrepareOptions options;
  options.image_size = 32;
  std::uint64_t last = 0;
  std::string described;
  options.progress = [&](const raygen::DataProgress& now) {
    CHECK(now.done <= now.total);
    last = now.done;
    described = now.description;
    return true;
  };
  const raygen::DatasetSummary made = raygen::prepare_table(table, folder / "dataset", options);
  CHECK(last == 6);
  CHECK(made.images == 6);
  CHECK(made.skipped == 0);
  CHECK(made.images_of[0] + made.images_of[1] + made.images_of[2] == 6);
  CHECK(made.patients_of == made.images_of);
  CHECK(made.description.find("patient from \"patient_id\"") != std::string::npos);
  CHECK(made.description.find("6 images of 6 patients") != std::string::npos);
  CHECK(described == made.description);
  CHECK(raygen::prepare_table(table, folder / "dataset", options).description == described);
  CHECK(fs::exists(folder / "dataset/dataset.json"));

  options.image_size = 0;
  try {
    raygen::prepare_table(table, folder / "none", options);
    FAIL("was made");
  } catch (const raygen::Error& error) {
    CHECK(error.status() == raygen::Status::invalid_argument);
  }
  options.image_size = 32;
  table.files[0].split = raygen::Split::test;
  CHECK(raygen::prepare_table(table, folder / "test", options).images_of[2] == 6);
}

TEST_CASE("a callback cancels, and what it throws comes out") {
  const Folder folder;
  raygen::PhantomOptions options;
  options.count = 50;
  options.size = 64;
  options.progress = [](const raygen::DataProgress& now) {
    CHECK(now.total == 50);
    return now.done < 3;
  };
  try {
    raygen::write_phantoms(folder / "phantoms", options);
    FAIL("was not cancelled");
  } catch (const raygen::Error& error) {
    CHECK(error.status() == raygen::Status::cancelled);
  }
  CHECK(!fs::exists(folder / "phantoms/phantoms.csv"));
  options.progress = [](const raygen::DataProgress&) -> bool {
    throw std::logic_error("from the callback");
  };
  CHECK_THROWS_AS(raygen::write_phantoms(folder / "phantoms", options), std::logic_error);
  raygen::Job job;
  job.cancel();
  options.progress = nullptr;
  options.job = &job;
  CHECK_THROWS_AS(raygen::write_phantoms(folder / "phantoms", options), raygen::Error);
}

TEST_CASE(
    "what a callback throws comes out even of a call that succeeds, and the callback has ended") {
  int calls = 0;
  raygen::detail::Relay<int> relay([&](const int&) -> bool {
    ++calls;
    throw std::logic_error("from the callback");
  });
  const auto succeeds = [&](raygen_error*) -> raygen_status {
    const int event = 0;
    for (int i = 0; i < 2; ++i) raygen::detail::Relay<int>::call(&event, &relay);
    return RAYGEN_OK;
  };
  CHECK_THROWS_AS(relay.check(succeeds), std::logic_error);
  CHECK(calls == 1);
}

TEST_CASE("the whole config is told, and checked") {
  const std::string defaults = raygen::training_config();
  CHECK(defaults.find("masked_decoder:") != std::string::npos);
  raygen::TrainingOptions options;
  options.config = defaults;
  CHECK(raygen::training_config(options) == defaults);
  options.config = "seed: 5";
  options.overrides = {"vqgan.loop.steps=123"};
  CHECK(raygen::training_config(options).find("steps: 123 ") != std::string::npos);
  options.config_name = "my.yaml";
  options.config = "sed: 5";
  try {
    raygen::training_config(options);
    FAIL("was taken");
  } catch (const raygen::Error& error) {
    CHECK(error.status() == raygen::Status::format);
    CHECK(
        std::string(error.what()).find("my.yaml, line 1: unknown key 'sed'; the nearest is seed") !=
        std::string::npos);
  }
  CHECK_THROWS_AS(raygen::train(options), raygen::Error);
}

TEST_CASE("training needs a dataset") {
  const Folder folder;
  raygen::TrainingOptions options;
  options.config = "{data: {dataset: " + (folder / "missing") + "}, out: " + (folder / "run") + "}";
  try {
    raygen::train(options);
    FAIL("was trained");
  } catch (const raygen::Error& error) {
    CHECK(error.status() == raygen::Status::io);
    CHECK(std::string(error.what()).find("missing") != std::string::npos);
  }
}
