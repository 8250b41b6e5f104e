#include "bundle/bundle.hpp"

#include "bundle/fixture.hpp"
#include "bundle/manifest.hpp"
#include "bundle/version_1_fixture.hpp"
#include "model/parts.hpp"
#include "model/small_model.hpp"
#include "storage/sha256.hpp"

#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr const char* kDecoderName = "decoder.safetensors";
constexpr const char* kVqganName = "vqgan.safetensors";

Bundle open(const fs::path& path) { return open_bundle(path, part_types(), {}, true); }

std::string open_error(const fs::path& path, bool verify = true, const Limits& limits = {}) {
  return error_of([&] { open_bundle(path, part_types(), limits, verify); });
}

/// Puts other bytes into a file and makes the manifest agree with them.
void forge(const fs::path& bundle, const char* name, const std::string& bytes) {
  Manifest manifest = parse_manifest(read_file(bundle / kManifestName), part_types(), "manifest");
  for (Manifest::Part& part : manifest.parts) {
    if (part.files.count(name) != 0) part.files[name] = {sha256_hex(bytes), bytes.size()};
  }
  write_file(bundle / name, bytes);
  write_file(bundle / kManifestName, to_json(manifest));
}

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("a bundle is opened as it was written", "[bundle]") {
  const TemporaryFolder folder;
  const BundleContents contents = small_contents();
  write_bundle(folder.path() / "model", contents, false);
  const Bundle bundle = open(folder.path() / "model");
  CHECK(bundle.where == (folder.path() / "model").string());
  CHECK(bundle.manifest == read_file(folder.path() / "model" / "raygen.json"));
  CHECK(bundle.digest == sha256_hex(bundle.manifest));
  CHECK(bundle.generation_config.empty());
  REQUIRE(bundle.parts.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(bundle.parts[i].architecture->to_json() == contents.parts[i].architecture->to_json());
    CHECK(bundle.parts[i].files == contents.parts[i].files);
    for (const auto& [name, tensor] : contents.parts[i].tensors)
      CHECK(same(bundle.parts[i].weights->tensor(name), tensor));
  }
  CHECK(bundle.architecture<VqganArchitecture>().codebook == 20);
  CHECK(entries(folder.path()) == 1);
  CHECK(entries(folder.path() / "model") == 5);
}

TEST_CASE("SHA-256 is SHA-256", "[bundle]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("only bundles are replaced, and only when asked", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  const BundleContents contents = small_contents();
  const auto write = [&](bool overwrite) {
    return error_of([&] { write_bundle(path, contents, overwrite); });
  };
  SECTION("a bundle") {
    CHECK(write(false).empty());
    const std::string before = read_file(path / "raygen.json");
    CHECK_THAT(write(false), StartsWith("io: ") && Contains("overwriting"));
    write_file(path / "vocab.txt", "changed");
    CHECK(write(true).empty());
    CHECK(read_file(path / "raygen.json") == before);
    CHECK(open_error(path).empty());
  }
  SECTION("a bundle with something else in it") {
    CHECK(write(false).empty());
    write_file(path / "notes.txt", "mine");
    CHECK_THAT(write(true), StartsWith("io: ") && Contains("'notes.txt'"));
    CHECK(read_file(path / "notes.txt") == "mine");
  }
  SECTION("another folder") {
    fs::create_directory(path);
    write_file(path / "notes.txt", "mine");
    CHECK_THAT(write(true), StartsWith("io: ") && Contains("not a bundle"));
    CHECK(read_file(path / "notes.txt") == "mine");
  }
  SECTION("a file") {
    write_file(path, "mine");
    CHECK_THAT(write(true), StartsWith("io: ") && Contains("not a folder"));
    CHECK(read_file(path) == "mine");
  }
  SECTION("an empty folder, a trailing slash") {
    fs::create_directory(path);
    CHECK(error_of([&] { write_bundle(path / "", contents, false); }).empty());
    CHECK(open_error(path / "").empty());
  }
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("nothing is left when a bundle cannot be written", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  BundleContents contents = small_contents();
  TensorMap& decoder = contents.parts[2].tensors;
  CHECK_THAT(error_of([&] { write_bundle(folder.path() / "absent" / "model", contents, false); }),
             StartsWith("io: ") && Contains("absent"));
  SECTION("a tensor is missing") {
    decoder.erase("final_dense.bias");
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("'final_dense.bias' of shape [20] is missing"));
  }
  SECTION("a tensor has another shape") {
    decoder["final_dense.bias"] = at::zeros({3});
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("[3]") && Contains("[20]"));
  }
  SECTION("a tensor has another type") {
    decoder["final_dense.bias"] = at::zeros({20}, at::kDouble);
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }), Contains("F64"));
  }
  SECTION("a tensor too many") {
    decoder["extra"] = at::zeros({1});
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("'extra' is unknown"));
  }
  SECTION("sizes that do not fit") {
    SmallArchitecture architecture = small_architecture();
    architecture.decoder.heads = 7;
    contents.parts[2].architecture = architecture.parts()[2];
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("masked_decoder.heads 7"));
  }
  SECTION("a vocabulary is missing") {
    contents.parts[0].files.clear();
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("vocab.txt of part text_encoder is missing"));
  }
  SECTION("a file too many") {
    contents.parts[1].files["notes.txt"] = "mine";
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("'notes.txt' is none of part vqgan"));
  }
  SECTION("a long generation_config.json") {
    contents.generation_config = std::string((64 << 10) + 1, ' ');
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               StartsWith("limit: ") && Contains("generation_config.json"));
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a damaged bundle is refused, file and item named", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  const BundleContents contents = small_contents();
  write_bundle(path, contents, false);
  const std::string decoder = read_file(path / kDecoderName);

  CHECK_THAT(open_error(folder.path() / "absent"),
             StartsWith("io: ") && Contains("does not exist"));
  CHECK_THAT(open_error(path / kDecoderName), StartsWith("io: ") && Contains("not a folder"));
  CHECK_THAT(open_error(folder.path()), StartsWith("format: ") && Contains("has no raygen.json"));
  SECTION("a byte of the weights") {
    std::string changed = decoder;
    changed.back() = static_cast<char>(changed.back() ^ 1);
    write_file(path / kDecoderName, changed);
    CHECK_THAT(open_error(path),
               StartsWith("format: ") && Contains(kDecoderName) && Contains("SHA-256"));
    CHECK(open_error(path, false).empty());
  }
  SECTION("a byte of the vocabulary") {
    write_file(path / "vocab.txt", "[PAD]\n[UNC]\n");
    CHECK_THAT(open_error(path), Contains("vocab.txt") && Contains("SHA-256"));
  }
  SECTION("a file cut short") {
    fs::resize_file(path / kDecoderName, decoder.size() - 1);
    CHECK_THAT(open_error(path, false), Contains(kDecoderName) && Contains("the manifest says"));
  }
  SECTION("a missing file") {
    fs::remove(path / "vocab.txt");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("vocab.txt"));
  }
  SECTION("a link out of the folder") {
    fs::rename(path / "vocab.txt", folder.path() / "vocab.txt");
    fs::create_symlink(folder.path() / "vocab.txt", path / "vocab.txt");
    CHECK_THAT(open_error(path), StartsWith("format: ") && Contains("leads out of the bundle"));
  }
  SECTION("a file that is not safetensors") {
    forge(path, kDecoderName, "not safetensors");
    CHECK_THAT(open_error(path), StartsWith("format: ") && Contains(kDecoderName));
  }
  SECTION("another model's weights") {
    forge(path, kDecoderName, read_file(path / kVqganName));
    CHECK_THAT(open_error(path), Contains("'image_embedding.weight'") && Contains("missing"));
  }
  SECTION("limits") {
    CHECK_THAT(open_error(path, true, Limits{.max_memory_bytes = 1000}), StartsWith("limit: "));
    CHECK_THAT(open_error(path, true, Limits{.max_file_bytes = 4000}), StartsWith("limit: "));
  }
}

TEST_CASE("weights that do not fit the architecture are refused by name", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model", file = folder.path() / "decoder";
  const BundleContents contents = small_contents();
  write_bundle(path, contents, false);
  TensorMap tensors = contents.parts[2].tensors;
  std::string expected;
  SECTION("shape") {
    tensors["final_dense.bias"] = at::zeros({3});
    expected = "'final_dense.bias' has the shape [3], the architecture asks for [20]";
  }
  SECTION("type") {
    tensors["final_dense.bias"] = at::zeros({20}, at::kLong);
    expected = "'final_dense.bias' is I64";
  }
  SECTION("unknown") {
    tensors["extra"] = at::zeros({1});
    expected = "'extra' is unknown";
  }
  write_safetensors(file, {tensors.begin(), tensors.end()});
  forge(path, kDecoderName, read_file(file));
  CHECK_THAT(open_error(path), StartsWith("format: ") && Contains(expected));
}

TEST_CASE("a bundle has the parts that it was given", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  SECTION("one") {
    write_bundle(path, small_contents(small_architecture(), false, true, false), false);
    CHECK(entries(path) == 2);
    const Bundle bundle = open(path);
    CHECK(bundle.parts.size() == 1);
    CHECK(bundle.architecture<VqganArchitecture>().resolution == 8);
    CHECK(bundle.find<TextArchitecture>() == nullptr);
    CHECK(error_of([&] { bundle.architecture<MaskedDecoderArchitecture>(); }) ==
          "unsupported: " + path.string() +
              ": the model has no masked_decoder; its parts are vqgan");
  }
  SECTION("two") {
    write_bundle(path, small_contents(small_architecture(), true, false, true), false);
    CHECK(entries(path) == 4);
    const Bundle bundle = open(path);
    CHECK(bundle.part("text_encoder").files.at("vocab.txt") == "[PAD]\n[UNK]\n");
    CHECK_THAT(error_of([&] { bundle.part("vqgan"); }),
               Contains("no vqgan; its parts are text_encoder, masked_decoder"));
  }
  SECTION("fewer than before") {
    write_bundle(path, small_contents(), false);
    write_bundle(path, small_contents(small_architecture(), false, true, false), true);
    CHECK(entries(path) == 2);
    CHECK(open(path).parts.size() == 1);
  }
}

TEST_CASE("a bundle says how it wants to be asked", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  BundleContents contents = small_contents(small_architecture(), false, true, false);
  contents.generation_config = R"({"steps": 8})";
  write_bundle(path, contents, false);
  CHECK(open(path).generation_config == contents.generation_config);
  write_bundle(path, contents, true);
  SECTION("another one") {
    write_file(path / "generation_config.json", R"({"steps": 9})");
    CHECK_THAT(open_error(path), Contains("generation_config.json: SHA-256"));
  }
  SECTION("none") {
    fs::remove(path / "generation_config.json");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("generation_config.json"));
  }
  SECTION("a long one") {
    const std::string bytes((64 << 10) + 1, ' ');
    Manifest manifest = parse_manifest(read_file(path / kManifestName), part_types(), "manifest");
    manifest.files["generation_config.json"] = {sha256_hex(bytes), bytes.size()};
    write_file(path / "generation_config.json", bytes);
    write_file(path / kManifestName, to_json(manifest));
    CHECK_THAT(open_error(path), StartsWith("limit: ") && Contains("65537 bytes"));
  }
}

TEST_CASE("a snapshot of the Hugging Face cache is opened", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path repository = folder.path() / "models--a--b", blobs = repository / "blobs",
                 written = folder.path() / "written";
  write_bundle(written, small_contents(), false);
  const std::string inside = GENERATE("", "model");
  const fs::path path = repository / "snapshots" / "abc" / inside;
  const std::string up = inside.empty() ? "../../blobs/" : "../../../blobs/";
  fs::create_directories(blobs);
  fs::create_directories(path);
  for (const auto& entry : fs::directory_iterator(written)) {
    const std::string name = entry.path().filename().string();
    fs::rename(entry.path(), blobs / ("sum-of-" + name));
    fs::create_symlink(up + "sum-of-" + name, path / name);
  }
  const std::string digest = sha256_hex(read_file(path / kManifestName));
  CHECK(open(path).digest == digest);
  SECTION("named by a link, and from another folder") {
    fs::create_directory_symlink(path, folder.path() / "current");
    CHECK(open(folder.path() / "current").digest == digest);
    CHECK(open(folder.path() / "current" / "").digest == digest);
  }
  SECTION("a file that was not downloaded") {
    fs::remove(blobs / "sum-of-vocab.txt");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("vocab.txt is a link to " + up) &&
                                     Contains("No such file"));
    fs::create_directory(blobs / "sum-of-vocab.txt");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("not a regular file"));
  }
  SECTION("a manifest that was not downloaded") {
    fs::remove(blobs / "sum-of-raygen.json");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("raygen.json is a link to"));
  }
  SECTION("a link to a link that goes round") {
    fs::remove(blobs / "sum-of-vocab.txt");
    fs::create_symlink("sum-of-vocab.txt", blobs / "sum-of-vocab.txt");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("vocab.txt"));
  }
  SECTION("a blob that leads on, another repository's, one above") {
    const std::string vocabulary = read_file(path / "vocab.txt");
    const fs::path other = folder.path() / "models--c--d" / "blobs";
    fs::create_directories(other);
    write_file(other / "x", vocabulary);
    write_file(folder.path() / "x", vocabulary);
    write_file(repository / "x", vocabulary);
    for (const fs::path& target : {other / "x", folder.path() / "x", repository / "x"}) {
      CAPTURE(target.string());
      fs::remove(path / "vocab.txt");
      fs::create_symlink(target, path / "vocab.txt");
      CHECK_THAT(open_error(path), StartsWith("format: ") && Contains("leads out of the bundle"));
    }
    fs::remove(path / "vocab.txt");
    fs::create_symlink(up + "sum-of-vocab.txt", path / "vocab.txt");
    fs::remove(blobs / "sum-of-vocab.txt");
    fs::create_symlink(folder.path() / "x", blobs / "sum-of-vocab.txt");
    CHECK_THAT(open_error(path), StartsWith("format: ") && Contains("leads out of the bundle"));
  }
}

TEST_CASE("links stay within a bundle's folder", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  write_bundle(path, small_contents(), false);
  SECTION("a folder of it, as Kubernetes mounts volumes") {
    fs::create_directory(path / "..2026");
    fs::create_directory_symlink("..2026", path / "..data");
    fs::rename(path / "vocab.txt", path / "..2026" / "vocab.txt");
    fs::create_symlink("..data/vocab.txt", path / "vocab.txt");
    CHECK(open_error(path).empty());
  }
  SECTION("a neighbour whose name begins alike") {
    fs::create_directory(folder.path() / "model2");
    fs::rename(path / "vocab.txt", folder.path() / "model2" / "vocab.txt");
    fs::create_symlink("../model2/vocab.txt", path / "vocab.txt");
    CHECK_THAT(open_error(path), Contains("leads out of the bundle"));
  }
  SECTION("a folder called blobs beside it is nothing special") {
    fs::create_directory(folder.path() / "blobs");
    fs::rename(path / "vocab.txt", folder.path() / "blobs" / "vocab.txt");
    fs::create_symlink("../blobs/vocab.txt", path / "vocab.txt");
    CHECK_THAT(open_error(path), Contains("leads out of the bundle"));
  }
  SECTION("generation_config.json") {
    write_file(folder.path() / "secret.json", "{}");
    fs::create_symlink("../secret.json", path / "generation_config.json");
    CHECK_THAT(open_error(path), Contains("leads out of the bundle"));
    fs::remove(folder.path() / "secret.json");
    CHECK_THAT(open_error(path), StartsWith("io: ") && Contains("is a link to ../secret.json"));
  }
  SECTION("names in a manifest") {
    const std::string manifest = read_file(path / kManifestName);
    for (const char* name : {"../../etc/passwd", "/etc/passwd", "a/vocab.txt", "./vocab.txt"}) {
      write_file(path / kManifestName,
                 replaced(manifest, "\"vocab.txt\"", formatted("\"{}\"", name)));
      CHECK_THAT(open_error(path), StartsWith("format: ") && Contains("is none of"));
    }
  }
}

TEST_CASE("how a bundle wants to be asked may be put beside it", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  write_bundle(path, small_contents(small_architecture(), false, true, false), false);
  const std::string digest = open(path).digest;
  write_file(path / "generation_config.json", R"({"steps": 9})");
  CHECK(open(path).generation_config == R"({"steps": 9})");
  CHECK(open(path).digest == digest);
  write_file(path / "generation_config.json", std::string((64 << 10) + 1, ' '));
  CHECK_THAT(open_error(path), StartsWith("limit: ") && Contains("generation_config.json"));
  // The caller's limit holds where it is the smaller one.
  const fs::path small = folder.path() / "small";
  write_bundle(small, small_contents(small_architecture(), true, false, false), false);
  const std::uint64_t most = fs::file_size(small / "text_encoder.safetensors");
  write_file(small / "generation_config.json", std::string(most + 1, ' '));
  CHECK(open_error(small).empty());
  CHECK_THAT(open_error(small, true, Limits{.max_file_bytes = most}),
             StartsWith("limit: ") && Contains("generation_config.json"));
}

TEST_CASE("a bundle of format version 1 is opened", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  const BundleContents contents = small_contents();
  write_bundle(path, contents, false);
  const Bundle now = open(path);
  const std::string manifest = version_1(now.manifest);
  write_file(path / kManifestName, manifest);
  const Bundle before = open(path);
  CHECK(before.manifest == manifest);
  REQUIRE(before.parts.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(before.parts[i].architecture->to_json() == now.parts[i].architecture->to_json());
    CHECK(before.parts[i].files == now.parts[i].files);
    for (const auto& [name, tensor] : contents.parts[i].tensors)
      CHECK(same(before.parts[i].weights->tensor(name), tensor));
  }
  write_bundle(path, contents, true);  // replaces it
  CHECK(open(path).manifest == now.manifest);
}

TEST_CASE("a bundle is opened from memory, nothing copied", "[bundle]") {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "model";
  BundleContents contents = small_contents();
  contents.generation_config = "{}";
  write_bundle(path, contents, false);
  std::map<std::string, std::string> bytes;
  for (const auto& entry : fs::directory_iterator(path))
    bytes[entry.path().filename().string()] = read_file(entry.path());
  const auto lent = [&] {
    std::vector<LentFile> files;
    for (const auto& [name, data] : bytes) files.push_back({name, data.data(), data.size()});
    return files;
  };
  const auto error = [&](const Limits& limits = {}) {
    return error_of([&] { open_bundle(MemorySource(lent(), {}), part_types(), limits, true); });
  };
  SECTION("as the folder") {
    auto owner = std::make_shared<int>(0);
    const std::weak_ptr<int> watched = owner;
    at::Tensor kept;
    {
      const Bundle bundle =
          open_bundle(MemorySource(lent(), std::move(owner)), part_types(), {}, true);
      CHECK(bundle.digest == open(path).digest);
      CHECK(bundle.generation_config == "{}");
      for (std::size_t i = 0; i < 3; ++i) {
        for (const auto& [name, tensor] : contents.parts[i].tensors) {
          CHECK(same(bundle.parts[i].weights->tensor(name), tensor));
          bundle.parts[i].weights->release(name);  // somebody else's pages stay
          CHECK(same(bundle.parts[i].weights->tensor(name), tensor));
        }
        CHECK(bundle.parts[i].files == contents.parts[i].files);
      }
      const std::string& weights = bytes.at(kDecoderName);
      kept = bundle.parts[2].weights->tensor("final_dense.weight");
      const char* data = static_cast<const char*>(kept.const_data_ptr());
      CHECK(data >= weights.data());
      CHECK(data < weights.data() + weights.size());
      CHECK_THAT(error_of([&] { bundle.part("classifier"); }),
                 StartsWith("unsupported: the model in memory: the model has no classifier"));
    }
    CHECK_FALSE(watched.expired());
    kept.reset();
    CHECK(watched.expired());
  }
  SECTION("a byte of the weights") {
    bytes[kDecoderName].back() = static_cast<char>(bytes[kDecoderName].back() ^ 1);
    CHECK_THAT(error(), StartsWith("format: decoder.safetensors: SHA-256"));
  }
  SECTION("a missing file") {
    bytes.erase("vocab.txt");
    CHECK_THAT(error(), StartsWith("format: ") && Contains("'vocab.txt' is missing"));
  }
  SECTION("no manifest") {
    bytes.erase(kManifestName);
    CHECK_THAT(error(), StartsWith("format: ") && Contains("raygen.json"));
  }
  SECTION("a name that is there twice") {
    std::vector<LentFile> files = lent();
    files.push_back(files.front());
    CHECK_THAT(error_of([&] { MemorySource(files, {}); }), Contains("is there twice"));
  }
  SECTION("limits") {
    CHECK_THAT(error(Limits{.max_memory_bytes = 1000}), StartsWith("limit: "));
    CHECK_THAT(error(Limits{.max_file_bytes = 4000}), StartsWith("limit: "));
  }
}
