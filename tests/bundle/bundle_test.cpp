#include "bundle/bundle.hpp"

#include "bundle/manifest.hpp"
#include "fixture.hpp"
#include "storage/sha256.hpp"

#include <ATen/CPUGeneratorImpl.h>
#include <catch2/catch.hpp>

using namespace raygen::engine;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

BundleContents small_contents() {
  BundleContents contents;
  contents.architecture = small_architecture();
  contents.text = random_tensors(contents.architecture.text);
  contents.vqgan = random_tensors(contents.architecture.vqgan, at::kHalf);
  contents.decoder = random_tensors(contents.architecture.decoder, at::kBFloat16);
  contents.vocabulary = "[PAD]\n[UNK]\n";
  contents.provenance = R"({"from":"a test"})";
  contents.licence = "CC0";
  return contents;
}

std::string open_error(const fs::path& path, bool verify = true, const Limits& limits = {}) {
  return error_of([&] { open_bundle(path, limits, verify); });
}

/// Puts other bytes into a file and makes the manifest agree with them.
void forge(const fs::path& bundle, const char* name, const std::string& bytes) {
  Manifest manifest = parse_manifest(read_file(bundle / kManifestName), "manifest");
  manifest.files[name] = {sha256_hex(bytes), bytes.size()};
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
  const Bundle bundle = open_bundle(folder.path() / "model", {}, true);
  CHECK(to_json(bundle.architecture) == to_json(contents.architecture));
  CHECK(bundle.vocabulary == contents.vocabulary);
  CHECK(bundle.manifest == read_file(folder.path() / "model" / "raygen.json"));
  CHECK(bundle.digest == sha256_hex(bundle.manifest));
  for (const auto& [name, tensor] : contents.text) CHECK(same(bundle.text->tensor(name), tensor));
  for (const auto& [name, tensor] : contents.vqgan) CHECK(same(bundle.vqgan->tensor(name), tensor));
  for (const auto& [name, tensor] : contents.decoder)
    CHECK(same(bundle.decoder->tensor(name), tensor));
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
  CHECK_THAT(error_of([&] { write_bundle(folder.path() / "absent" / "model", contents, false); }),
             StartsWith("io: ") && Contains("absent"));
  SECTION("a tensor is missing") {
    contents.decoder.erase("final_dense.bias");
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("'final_dense.bias' is missing"));
  }
  SECTION("a tensor has another shape") {
    contents.decoder["final_dense.bias"] = at::zeros({3});
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("[3]") && Contains("[20]"));
  }
  SECTION("a tensor has another type") {
    contents.decoder["final_dense.bias"] = at::zeros({20}, at::kDouble);
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }), Contains("Double"));
  }
  SECTION("a tensor too many") {
    contents.decoder["extra"] = at::zeros({1});
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }),
               Contains("'extra' is unknown"));
  }
  SECTION("sizes that do not fit") {
    contents.architecture.decoder.heads = 7;
    CHECK_THAT(error_of([&] { write_bundle(path, contents, false); }), Contains("decoder.heads 7"));
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
  TensorMap tensors = contents.decoder;
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

TEST_CASE("a random bundle has weights of sensible size, the same for the same seed", "[bundle]") {
  const TemporaryFolder folder;
  const Architecture architecture = small_architecture();
  at::manual_seed(5);
  const at::Tensor expected = at::randn({4});
  at::manual_seed(5);
  write_random_bundle(folder.path() / "a", architecture, "", 1, false);
  CHECK(at::equal(at::randn({4}), expected));  // the host's random state is not touched
  write_random_bundle(folder.path() / "b", architecture, "", 1, false);
  write_random_bundle(folder.path() / "c", architecture, "", 2, false);
  const Bundle a = open_bundle(folder.path() / "a", {}, true),
               b = open_bundle(folder.path() / "b", {}, true),
               c = open_bundle(folder.path() / "c", {}, true);
  CHECK(a.digest == b.digest);
  CHECK(a.digest != c.digest);
  const at::Tensor weight = a.decoder->tensor("transformer.dec_layers.0.ffn.linear_1.weight");
  CHECK(weight.std().item<double>() == Approx(1 / std::sqrt(24.0)).epsilon(0.1));
  CHECK(a.decoder->tensor("transformer.dec_layers.0.layer_norm_3.weight").eq(1).all().item<bool>());
  std::size_t lines = 0;
  for (const char letter : a.vocabulary) lines += letter == '\n' ? 1 : 0;
  CHECK(lines == 120);
  CHECK(a.vocabulary.starts_with("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n!\n"));
}
