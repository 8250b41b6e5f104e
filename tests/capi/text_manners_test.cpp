// Text and names of files as hosts have them: strings are checked at the door, names of files are
// bytes, and no locale of the host changes what is read or written.

#include "calls.hpp"

#include "grouped_locale.hpp"

#include <raygen/dataset.hpp>
#include <raygen/phantom.hpp>
#include <raygen/training.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const std::string latin1 = "caf\xe9";  // no UTF-8

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = bytes_of(entry.path());
  return files;
}

/// Trains what takes least: two steps of a text encoder.
std::string tiny_training(const fs::path& dataset, const fs::path& out) {
  return "out: \"" + out.string() + "\"\nthreads: 1\ndevice: cpu\ndata: {dataset: \"" +
         dataset.string() +
         "\"}\nvqgan: {enabled: false}\nmasked_decoder: {enabled: false}\ntext_encoder:\n"
         "  {tokenizer: sentencepiece, vocabulary: 120, length: 16, hidden: 8, layers: 1, heads: "
         "1,\n"
         "   intermediate: 8, mask_probability: 0.25, loop: {steps: 2, batch_size: 2, log_every: "
         "1,\n"
         "   validate_every: 1, checkpoint_every: 1, optimizer: {learning_rate: 1e-4}}}\n";
}

/// Everything that is read from or written as text, into `folder`, whose name has five letters.
/// What it makes is returned by name.
std::map<std::string, std::string> use_text(const fs::path& folder) {
  raygen::PhantomOptions phantoms;
  phantoms.count = 8;
  phantoms.size = 64;
  phantoms.seed = 16384;
  raygen::write_phantoms((folder / "phantoms").string(), phantoms);
  std::string table = bytes_of(folder / "phantoms/phantoms.csv");
  const std::string header = table.substr(0, table.find('\n'));
  write(folder / "phantoms/upper.csv",
        "PATH,PATIENT_ID,VIEW,AGE,SEX,FINDINGS,TEXT,SIDES,SEVERITIES,ZONES" +
            table.substr(header.size()));
  raygen::TableSource source;
  source.files = {{(folder / "phantoms/upper.csv").string(), raygen::Split::by_patient}};
  raygen::PrepareOptions prepare;
  prepare.image_size = 16;
  prepare.val_fraction = 0.5;
  source.test_fraction = 0;
  raygen::prepare_table(source, (folder / "dataset").string(), prepare);

  raygen::TrainingOptions training;
  training.config = tiny_training(folder / "dataset", folder / "run");
  training.overrides = {"text_encoder.loop.optimizer.weight_decay=0.015625", "seed=16384"};
  std::map<std::string, std::string> made;
  std::string printed = raygen::training_config(training);
  raygen::train(training);
  raygen::train(training);  // goes on with it, and finds nothing to do

  const raygen::Model model = tiny_model(1);
  raygen::Options options;
  options.seed = 16384;
  options.config = "{\"temperature\": 1.25, \"STEPS\": 2}";
  CHECK(status_of([&] { (void)raygen::resolve(model, options); }) == RAYGEN_ERROR_FORMAT);
  options.config = "temperature: 1.25\nsteps: 2\n";
  options.overrides = {"top_k_threshold=0.125", "guidance_scale=1.5"};
  raygen::Generator generator(model);
  const auto images = generator.generate({"Effusion İI"}, options);
  images[0].write_png((folder / "image.png").string());
  made["png"] = bytes_of(folder / "image.png");
  made["png settings"] = raygen::Image::read((folder / "image.png").string()).text("raygen");
  made["settings"] = raygen::resolve(model, options);
  made["yaml"] = raygen::print_config(model, options);
  made["schema"] = raygen::config_schema(raygen::ConfigKind::training);

  for (std::size_t at; (at = printed.find(folder.string())) != std::string::npos;)
    printed.replace(at, folder.string().size(), "FOLDER");
  made["training's yaml"] = printed;
  for (const auto& [name, content] : contents(folder / "phantoms"))
    made["phantoms/" + name] = content;
  for (const auto& [name, content] : contents(folder / "dataset"))
    if (name != "dataset.json") made["dataset/" + name] = content;  // it holds a sum of the folder
  std::istringstream log(bytes_of(folder / "run/text_encoder/log.csv"));
  for (std::string line; std::getline(log, line);)
    if (line.find("images_per_second") == std::string::npos) made["log.csv"] += line + "\n";
  made["weights"] = bytes_of(folder / "run/text_encoder/weights.safetensors");
  for (const auto& [name, content] : contents(folder / "run/text_encoder"))
    if (name.starts_with("events")) made["size of the events"] = std::to_string(content.size());
  return made;
}

/// Calls that take strings, each with the name of the string that `text` is given as.
struct Door {
  Handles h;
  raygen_string text;

  template <typename Struct>
  Struct made(void (*initialize)(Struct*, std::size_t)) const {
    Struct value;
    initialize(&value, sizeof value);
    return value;
  }

  void expect(const std::string& what, const std::string& name) {
    CAPTURE(name);
    const auto refuse = [&](const auto& function) { refused(function, name + " " + what); };
    const auto options = [&](const std::function<void(raygen_options&)>& change) {
      auto value = made<raygen_options>(raygen_options_init);
      change(value);
      Out<char> settings;
      refuse(EXPRESSION(raygen_config_resolve(h.model, &value, nullptr, 0, &settings, error)));
    };
    const auto training = [&](const std::function<void(raygen_training_options&)>& change) {
      auto value = made<raygen_training_options>(raygen_training_options_init);
      change(value);
      Out<char> yaml;
      refuse(EXPRESSION(raygen_training_print(&value, &yaml, error)));
      refuse(EXPRESSION(raygen_training_run(&value, error)));
    };
    const auto table = [&](const std::function<void(raygen_table_source&)>& change) {
      const raygen_string csv{"none.csv", 8};
      auto value = made<raygen_table_source>(raygen_table_source_init);
      value.csv = &csv;
      value.csv_count = 1;
      change(value);
      refuse(EXPRESSION(
          raygen_dataset_prepare_table(&value, nullptr, "no/such/out", 11, nullptr, error)));
    };
    const std::map<std::string, std::function<void()>> calls = {
        {"prompts[0]",
         [&] {
           Out<raygen_embedding> embedding;
           refuse(EXPRESSION(raygen_session_encode_text(h.session, &text, 1, &embedding, error)));
           Out<raygen_result> result;
           refuse(
               EXPRESSION(raygen_session_generate(h.session, &text, 1, nullptr, &result, error)));
         }},
        {"prompt",
         [&] {
           size_t count = 0;
           refuse(EXPRESSION(
               raygen_model_count_tokens(h.model, text.data, text.length, &count, error)));
           Out<char> settings;
           refuse(EXPRESSION(
               raygen_config_resolve(h.model, nullptr, text.data, text.length, &settings, error)));
         }},
        {"overrides[0]",
         [&] {
           options([&](raygen_options& o) { o.overrides = &text, o.override_count = 1; });
           training([&](raygen_training_options& o) { o.overrides = &text, o.override_count = 1; });
         }},
        {"config",
         [&] {
           options([&](raygen_options& o) { o.config = text; });
           training([&](raygen_training_options& o) { o.config = text; });
         }},
        {"path_column", [&] { table([&](raygen_table_source& s) { s.path_column = text; }); }},
        {"text_column", [&] { table([&](raygen_table_source& s) { s.text_column = text; }); }},
        {"patient_column",
         [&] { table([&](raygen_table_source& s) { s.patient_column = text; }); }},
        {"split_column", [&] { table([&](raygen_table_source& s) { s.split_column = text; }); }},
        {"sex_column", [&] { table([&](raygen_table_source& s) { s.sex_column = text; }); }},
        {"age_column", [&] { table([&](raygen_table_source& s) { s.age_column = text; }); }},
        {"view_column", [&] { table([&](raygen_table_source& s) { s.view_column = text; }); }},
        {"findings_column",
         [&] { table([&](raygen_table_source& s) { s.findings_column = text; }); }},
        {"id_column", [&] { table([&](raygen_table_source& s) { s.id_column = text; }); }},
        {"label_columns[0]",
         [&] {
           table(
               [&](raygen_table_source& s) { s.label_columns = &text, s.label_column_count = 1; });
         }},
        {"view",
         [&] {
           auto mimic = made<raygen_mimic_source>(raygen_mimic_source_init);
           mimic.root = {"x", 1};
           mimic.view = text;
           refuse(EXPRESSION(
               raygen_dataset_prepare_mimic(&mimic, nullptr, "no/such/out", 11, nullptr, error)));
         }},
        {"keyword",
         [&] {
           refuse(
               EXPRESSION(raygen_image_set_text(h.image, text.data, text.length, "t", 1, error)));
         }},
        {"text",
         [&] {
           refuse(
               EXPRESSION(raygen_image_set_text(h.image, "k", 1, text.data, text.length, error)));
         }},
        {"name",
         [&] {
           refuse(EXPRESSION(raygen_tensors_add(h.tensors, text.data, text.length,
                                                RAYGEN_DTYPE_FLOAT32, nullptr, 0, nullptr, error)));
         }},
        {"files[0].name",
         [&] {
           const raygen_memory_file file{text, "x", 1};
           Out<raygen_model> model;
           refuse(EXPRESSION(
               raygen_model_open_memory(&file, 1, nullptr, nullptr, nullptr, &model, error)));
         }},
        {"architecture",
         [&] {
           refuse(EXPRESSION(raygen_bundle_create_random("no/such/out", 11, text.data, text.length,
                                                         nullptr, 0, 0, 0, error)));
         }},
    };
    REQUIRE(calls.count(name) == 1);
    calls.at(name)();
  }

  static std::vector<std::string> names() {
    return {"prompts[0]",  "prompt",           "overrides[0]", "config",      "path_column",
            "text_column", "patient_column",   "split_column", "view_column", "findings_column",
            "id_column",   "label_columns[0]", "view",         "keyword",     "text",
            "name",        "files[0].name",    "architecture", "sex_column",  "age_column"};
  }
};

}  // namespace

TEST_CASE("a string that is no UTF-8, or holds a zero, is refused and named with the byte") {
  const std::string zero("ab\0c", 4);
  for (const std::string& name : Door::names()) {
    Door{{}, {latin1.data(), latin1.size()}}.expect("is not UTF-8 at byte 3 of 4", name);
    Door{{}, {zero.data(), zero.size()}}.expect("holds a zero at byte 2 of 4", name);
  }
}

TEST_CASE("a path may be any bytes but zeros") {
  const TemporaryFolder folder;
  const fs::path home = folder.path() / latin1;
  fs::create_directories(home);
  raygen_image* image = nullptr;
  refused(EXPRESSION(raygen_image_read("a\0b", 3, nullptr, &image, error)),
          "path holds a zero at byte 1 of 3");

  SECTION("of models, images and tensors") {
    fs::copy(tiny_bundle(), home / latin1);
    raygen::ModelOptions options;
    options.threads = 1;
    const raygen::Model model = raygen::Model::open((home / latin1).string(), options);
    raygen::Generator generator(model);
    raygen::Options steps;
    steps.overrides = {"steps=1"};
    const std::string png = (home / (latin1 + ".png")).string();
    generator.generate({"effusion"}, steps)[0].write_png(png);
    CHECK(raygen::Image::read(png).width() == 16);
    raygen::Tensors tensors;
    tensors.add("a", {1}, std::vector<float>{1});
    tensors.write((home / (latin1 + ".safetensors")).string());
    CHECK(raygen::Tensors::read((home / (latin1 + ".safetensors")).string()).size() == 1);
  }
  SECTION("a message about it is UTF-8") {
    const std::string none = (home / "none.png").string();
    const Outcome outcome =
        call(EXPRESSION(raygen_image_read(none.data(), none.size(), nullptr, &image, error)));
    CHECK(outcome.status == RAYGEN_ERROR_IO);
    CHECK_THAT(outcome.message, Catch::Contains("caf?/none.png"));
    raygen_options options;
    raygen_options_init(&options);
    options.config_name = {latin1.data(), latin1.size()};
    options.config = {"stesp: 3", 8};
    char* yaml = nullptr;
    refused(EXPRESSION(raygen_config_print(nullptr, &options, &yaml, error)), "caf?, line 1",
            RAYGEN_ERROR_FORMAT);
  }
  SECTION("of phantoms, tables, their images and datasets") {
    raygen::PhantomOptions phantoms;
    phantoms.count = 2;
    phantoms.size = 64;
    raygen::write_phantoms((home / "phantoms").string(), phantoms);
    const fs::path images = home / latin1;
    for (const auto& [from, to] :
         {std::pair("P000000.png", "\xe9.png"), {"P000001.png", "\xe8.png"}}) {
      fs::create_directories(images);
      fs::copy(home / "phantoms/images" / from, images / to);
    }
    // Two names that differ in bytes that are no UTF-8, and a third that is not there.
    write(home / (latin1 + ".csv"), "path,text,view\n" + latin1 + "/\xe9.png,one \xe9,PA\n" +
                                        latin1 + "/\xe8.png,two,PA\n" + latin1 +
                                        "/\xe7.png,three,PA\n");
    raygen::TableSource source;
    source.files = {{(home / (latin1 + ".csv")).string(), raygen::Split::train}};
    raygen::PrepareOptions options;
    options.image_size = 16;
    const std::string out = (home / ("out" + latin1)).string();
    const raygen::DatasetSummary made = raygen::prepare_table(source, out, options);
    CHECK(made.images == 2);
    CHECK(made.skipped == 1);
    const std::string records = bytes_of(fs::path(out) / "records.csv");
    CHECK_THAT(records, Catch::Contains("caf\\xe9/\\xe9.png") && Catch::Contains("one \ufffd"));
    CHECK_THAT(records, Catch::Contains("caf\\xe9/\\xe8.png"));
    CHECK_THAT(bytes_of(fs::path(out) / "skipped.csv"), Catch::Contains("caf\\xe9/\\xe7.png"));
    CHECK_THAT(bytes_of(fs::path(out) / "dataset.json"), Catch::Contains("caf\\\\xe9.csv"));
    CHECK(raygen::prepare_table(source, out, options).images == 2);  // as it is
  }
}

TEST_CASE("a value of a training that is no UTF-8 is refused before the first step") {
  raygen::TrainingOptions options;
  options.overrides = {"licence=" + latin1};
  CHECK(status_of([&] { raygen::train(options); }) == RAYGEN_ERROR_INVALID_ARGUMENT);
}

TEST_CASE("no locale of the host changes what is read or written") {
  const TemporaryFolder folder;
  const auto plain = use_text(folder.path() / "plain");
  REQUIRE(plain.size() > 10);
  CHECK_THAT(plain.at("training's yaml"), Catch::Contains("seed: 16384 "));
  CHECK_THAT(plain.at("png settings"), Catch::Contains("\"temperature\":1.25"));
  int number = 0;
  in_every_locale([&] {
    std::ostringstream host;
    host << 16384 << ' ' << 0.5;
    REQUIRE(host.str() == "16.384 0,5");  // the host has what it asked for
    const auto here = use_text(folder.path() / ("host" + std::to_string(number++)));
    for (const auto& [name, content] : plain) {
      CAPTURE(name);
      REQUIRE(here.count(name) == 1);
      CHECK((here.at(name) == content));
    }
  });
}
