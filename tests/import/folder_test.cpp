// A Hugging Face folder as it lies on people's disks: shards, links into a cache, pointers, pages.

#include "import_fixture.hpp"

#include "import/checkpoint.hpp"
#include "import/shard_index.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

struct Folder : OriginalModel {
  Folder() { write(); }
  fs::path text() const { return sources.text_encoder; }

  /// The text encoder in three files with an index. Returns the index.
  std::string shard(bool safetensors) {
    fs::remove(text() / "pytorch_model.bin");
    std::map<std::string, TensorMap> shards;
    std::string map;
    std::size_t i = 0;
    for (const auto& [name, tensor] : OriginalModel::text) {
      const std::string file = "model-0000" + std::to_string(1 + i++ % 3) + "-of-00003" +
                               (safetensors ? ".safetensors" : ".bin");
      shards[file][name] = tensor;
      map += (map.empty() ? "" : ", ") + ("\"" + name + "\": \"" + file + "\"");
    }
    for (const auto& [file, tensors] : shards) {
      if (safetensors)
        write_safetensors(text() / file, {tensors.begin(), tensors.end()});
      else
        write_file(text() / file, checkpoint_bytes(tensors, ""));
    }
    const std::string index =
        "{\n  \"metadata\": {\"total_size\": 1},\n  \"weight_map\": {" + map + "}\n}\n";
    write_file(text() / index_name(safetensors), index);
    return index;
  }
  static const char* index_name(bool safetensors) {
    return safetensors ? "model.safetensors.index.json" : "pytorch_model.bin.index.json";
  }
  void check_text() const {
    const Bundle bundle = open();
    for (const auto& [name, tensor] : OriginalModel::text)
      CHECK(same(bundle.part("text_encoder").weights->tensor(name), tensor));
  }
};

constexpr const char* kPointer =
    "version https://git-lfs.github.com/spec/v1\noid "
    "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 440473133\n";
constexpr const char* kPage = "\n<!DOCTYPE html>\n<html><body>404</body></html>";

}  // namespace

TEST_CASE("weights in several files with an index", "[import]") {
  Folder model;
  const bool safetensors = GENERATE(true, false);
  const std::string index = model.shard(safetensors);
  const fs::path file = model.text() / Folder::index_name(safetensors);
  CHECK(model.convert().empty());
  model.check_text();
  CHECK_THAT(model.open().manifest, Contains("3 files"));

  const auto error = [&](const std::string& from, const std::string& to) {
    write_file(file, replaced(index, from, to));
    return model.convert_error();
  };
  CHECK_THAT(error("model-00002", "model-00009"),
             StartsWith("io: ") && Contains("00009") && Contains("download is not complete"));
  for (const char* name :
       {"../model-00002", "/etc/model-00002", "a/model-00002", "a\\\\model-00002"}) {
    CAPTURE(name);
    CHECK_THAT(error("model-00002", name), StartsWith("format: ") && Contains("no name of a file"));
  }
  CHECK_THAT(
      error("model-00002-of-00003" + std::string(safetensors ? ".safetensors" : ".bin"), ".."),
      StartsWith("format: "));
  CHECK_THAT(
      error("\"weight_map\": {", "\"weight_map\": {\"another\": \"model-00001-of-00003" +
                                     std::string(safetensors ? ".safetensors" : ".bin") + "\", "),
      Contains("'another' is missing"));
  CHECK_THAT(error("\"weight_map\": {", "\"weight_map\": {\"one\": 1, "), StartsWith("format: "));
  CHECK_THAT(error("\"weight_map\": {", "\"weight_map\": [], \"x\": {"), StartsWith("format: "));
  write_file(file, index);
  // An index that lists itself is no checkpoint.
  CHECK_THAT(error_of([&] {
               write_file(file, R"({"weight_map": {"w": ")" + file.filename().string() + "\"}}");
               read_checkpoint(file);
             }),
             StartsWith("format: ") && Contains("no checkpoint that is known"));
  write_file(file, index);
  CHECK_THAT(error_of([&] { read_checkpoint(file, Limits{.max_memory_bytes = 4000}); }),
             StartsWith("limit: "));
}

TEST_CASE("an index of too many files is refused", "[import]") {
  std::string map;
  for (int i = 0; i < 1100; ++i) map += (i == 0 ? "" : ",") + formatted("\"t{}\": \"f{}\"", i, i);
  CHECK_THAT(error_of([&] { read_shard_index("{\"weight_map\": {" + map + "}}", "index"); }),
             StartsWith("limit: "));
  CHECK_THAT(error_of([&] { read_shard_index("{\"weight_map\": {}}", "index"); }),
             StartsWith("format: ") && Contains("empty"));
}

TEST_CASE("what stands for another file is named for what it is", "[import]") {
  Folder model;
  for (const char* name :
       {"pytorch_model.bin", "vocab.txt", "config.json", "tokenizer_config.json"}) {
    CAPTURE(name);
    const std::string before = read_file(model.text() / name);
    write_file(model.text() / name, kPointer);
    CHECK_THAT(model.convert_error(), StartsWith("format: ") && Contains(name) &&
                                          Contains("Git LFS pointer") && Contains("git lfs pull") &&
                                          Contains("440473133"));
    write_file(model.text() / name, kPage);
    CHECK_THAT(model.convert_error(),
               StartsWith("format: ") && Contains(name) && Contains("web page"));
    write_file(model.text() / name, before);
  }
  write_file(model.text() / "tokenizer.json", kPointer);
  CHECK_THAT(model.convert_error(), Contains("tokenizer.json is a Git LFS pointer"));
  fs::remove(model.text() / "tokenizer.json");
  write_file(model.sources.vqgan, kPointer);
  CHECK_THAT(model.convert_error(), Contains("vqgan.ckpt is a Git LFS pointer"));
  write_file(model.sources.vqgan, "");
  CHECK_THAT(model.convert_error(), Contains("vqgan.ckpt is empty"));
  write_file(model.sources.vqgan, checkpoint_bytes(model.vqgan, "state_dict"));
  fs::remove(model.text() / "pytorch_model.bin");
  write_file(model.text() / "4d7a2146.incomplete", "x");
  CHECK_THAT(model.convert_error(), StartsWith("io: ") && Contains("unfinished download"));
}

TEST_CASE("heads of tasks are left out", "[import]") {
  Folder model;
  TensorMap stored = model.OriginalModel::text;
  for (const char* name : {"classifier.weight", "classifier.bias", "cls.predictions.decoder.weight",
                           "qa_outputs.weight", "bert.pooler.dense.weight"})
    stored[name] = at::zeros({2, 3});
  SECTION("as they are") {}
  SECTION("in something larger") { stored = prefixed(stored, "model.text_encoder."); }
  write_file(model.text() / "pytorch_model.bin", checkpoint_bytes(stored, ""));
  CHECK(model.convert().empty());
  model.check_text();
  CHECK_THAT(model.open().manifest, Contains("'classifier'") && Contains("'qa_outputs'"));
  stored["adapter.weight"] = at::zeros({2});
  write_file(model.text() / "pytorch_model.bin", checkpoint_bytes(stored, ""));
  CHECK_THAT(model.convert_error(),
             Contains("'adapter.weight' is unknown") && Contains("--ignore"));
}

TEST_CASE("a snapshot of the Hugging Face cache is converted", "[import]") {
  Folder model;
  model.shard(true);
  const fs::path repository = model.folder.path() / "models--x--y",
                 snapshot = repository / "snapshots" / "abc";
  fs::create_directories(repository / "blobs");
  fs::create_directories(snapshot);
  std::size_t i = 0;
  for (const auto& entry : fs::directory_iterator(model.text())) {
    const std::string blob = "b" + std::to_string(i++);
    fs::rename(entry.path(), repository / "blobs" / blob);
    fs::create_symlink(fs::path("../../blobs") / blob, snapshot / entry.path().filename());
  }
  model.sources.text_encoder = snapshot;
  CHECK(model.convert().empty());
  model.check_text();
  const fs::path weights = fs::canonical(snapshot / "model-00002-of-00003.safetensors");
  fs::remove(weights);
  CHECK_THAT(model.convert_error(), StartsWith("io: ") && Contains("00002-of-00003") &&
                                        Contains("is a link to ../../blobs/") &&
                                        Contains("download is not complete"));
  fs::create_directory(weights);
  CHECK_THAT(model.convert_error(), StartsWith("io: "));
  fs::remove(weights);
  REQUIRE(mkfifo(weights.c_str(), 0600) == 0);
  CHECK_THAT(model.convert_error(), StartsWith("io: "));
}
