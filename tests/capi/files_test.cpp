// What the library writes is whole or not there, and what others do to a file that is in use is an
// error wherever that can be had.

#include "tiny_bundle.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <numeric>

namespace {

namespace fs = std::filesystem;

std::string message_of(const std::function<void()>& action, int status) {
  try {
    action();
  } catch (const raygen::Error& error) {
    CHECK(static_cast<int>(error.status()) == status);
    return error.what();
  }
  return {};
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A model whose masked decoder's file is large enough to be mapped.
std::string mapped_bundle(const TemporaryFolder& folder) {
  raygen::RandomBundleOptions options;
  options.architecture = tiny_architecture();
  const std::string small = "\"intermediate\": 64";
  options.architecture.replace(options.architecture.find(small), small.size(),
                               "\"intermediate\": 4096");
  raygen::create_random_bundle(folder.file("model"), options);
  return folder.file("model");
}

raygen::Model open(const std::string& path, bool verify = true) {
  raygen::ModelOptions options;
  options.device = raygen::Device::cpu;
  options.verify = verify;
  return raygen::Model::open(path, options);
}

}  // namespace

TEST_CASE("a model whose file is shortened is an error, and whole again when the file is") {
  const TemporaryFolder folder;
  const std::string path = mapped_bundle(folder), weights = path + "/decoder.safetensors";
  const std::string whole = bytes_of(weights);
  REQUIRE(whole.size() > 2 << 20);
  const raygen::Model model = open(path);
  for (const std::size_t size : {std::size_t{0}, whole.size() / 2, whole.size() - 1}) {
    fs::resize_file(weights, size);
    CHECK_THAT(message_of([&] { model.prepare(); }, RAYGEN_ERROR_IO),
               Catch::Contains("decoder.safetensors has " + std::to_string(size) + " bytes now"));
    raygen::Generator generator(model);
    CHECK(status_of([&] { generator.generate({"effusion"}); }) == RAYGEN_ERROR_IO);
  }
  std::ofstream(weights, std::ios::binary | std::ios::in | std::ios::out) << whole;
  model.prepare();
  fs::resize_file(weights, 0);  // its weights are in memory now
  raygen::Generator generator(model);
  CHECK(generator.generate({"effusion"}).size() == 1);
}

TEST_CASE("a model that is replaced by renaming stays what it was") {
  const TemporaryFolder folder;
  const std::string path = mapped_bundle(folder);
  const raygen::Model model = open(path);
  raygen::RandomBundleOptions other;
  other.architecture = tiny_architecture();
  other.overwrite = true;
  raygen::create_random_bundle(path, other);
  model.prepare();
  raygen::Generator generator(model);
  CHECK(generator.generate({"effusion"}).size() == 1);
  CHECK(open(path).digest() != model.digest());
}

TEST_CASE("tensors that were read stay; of a mapped file that is shortened they are an error") {
  const TemporaryFolder folder;
  std::vector<float> values(1000);
  std::iota(values.begin(), values.end(), 0.0F);
  raygen::Tensors tensors;
  tensors.add("values", {1000}, values);
  tensors.write(folder.file("small.safetensors"));
  const raygen::Tensors small = raygen::Tensors::read(folder.file("small.safetensors"));
  fs::resize_file(folder.file("small.safetensors"), 0);
  small.write(folder.file("again.safetensors"));
  CHECK(bytes_of(folder.file("again.safetensors")).size() > 4000);

  const std::vector<std::int32_t> many((64 << 20) / sizeof(std::int32_t));
  raygen::Tensors large;
  large.add("many", {static_cast<std::int64_t>(many.size())}, many);
  large.write(folder.file("large.safetensors"));
  const raygen::Tensors mapped = raygen::Tensors::read(folder.file("large.safetensors"));
  fs::resize_file(folder.file("large.safetensors"), 100);
  CHECK_THAT(message_of([&] { mapped.write(folder.file("more.safetensors")); }, RAYGEN_ERROR_IO),
             Catch::Contains("large.safetensors has 100 bytes now"));
  raygen_tensor_view view;
  raygen_tensor_view_init(&view);
  CHECK(raygen_tensors_get(mapped.get(), 0, &view, nullptr) == RAYGEN_ERROR_IO);
  CHECK_FALSE(fs::exists(folder.file("more.safetensors")));
}

TEST_CASE("what killed processes have left blocks nothing that is written") {
  const TemporaryFolder folder;
  const std::string id = std::to_string(::getpid());
  for (int i = 0; i < 100; ++i) {
    const std::string end = "." + id + "-" + std::to_string(i) + ".tmp";
    std::ofstream(folder.file("image.png" + end)) << "half";
    fs::create_directory(folder.file("model" + end));
  }
  raygen::Image(16, 16, 1).write_png(folder.file("image.png"));
  CHECK(raygen::Image::read(folder.file("image.png")).width() == 16);
  raygen::RandomBundleOptions options;
  options.architecture = tiny_architecture();
  raygen::create_random_bundle(folder.file("model"), options);
  CHECK(open(folder.file("model")).info().image_size == 16);
}

TEST_CASE("files and models have the rights that the umask leaves, or those of what they replace") {
  const TemporaryFolder folder;
  const mode_t before = ::umask(027);
  raygen::RandomBundleOptions options;
  options.architecture = tiny_architecture();
  raygen::create_random_bundle(folder.file("model"), options);
  raygen::Image(16, 16, 1).write_png(folder.file("image.png"));
  ::umask(before);
  const auto rights = [&](const std::string& name) {
    return static_cast<unsigned>(fs::status(folder.file(name)).permissions());
  };
  CHECK(rights("model") == 0750);
  CHECK(rights("model/raygen.json") == 0640);
  CHECK(rights("image.png") == 0640);
  raygen::Image(16, 16, 1).write_png(folder.file("image.png"));
  CHECK(rights("image.png") == 0640);
  options.overwrite = true;
  raygen::create_random_bundle(folder.file("model"), options);
  CHECK(rights("model") == 0750);
}

TEST_CASE("a second run into a folder of phantoms or of a dataset is refused") {
  const TemporaryFolder folder;
  raygen::PhantomOptions phantoms;
  phantoms.count = 2;
  phantoms.size = 64;
  int refused = 0;
  raygen::PhantomOptions other = phantoms;
  phantoms.progress = [&](const raygen::DataProgress&) {
    CHECK_THAT(
        message_of([&] { raygen::write_phantoms(folder.file("p"), other); }, RAYGEN_ERROR_IO),
        Catch::Contains("another run is writing to this folder"));
    ++refused;
    return true;
  };
  raygen::write_phantoms(folder.file("p"), phantoms);
  CHECK(refused == 2);
  raygen::write_phantoms(folder.file("p"), other);
}
