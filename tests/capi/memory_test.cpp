// A model that lies in the host's memory.

#include "calls.hpp"

#include <map>
#include <memory>

namespace {

/// The files of the tiny model, by name.
std::shared_ptr<std::map<std::string, std::string>> read_files() {
  auto files = std::make_shared<std::map<std::string, std::string>>();
  for (const auto& entry : std::filesystem::directory_iterator(tiny_bundle())) {
    std::ifstream file(entry.path(), std::ios::binary);
    files->emplace(entry.path().filename().string(),
                   std::string{std::istreambuf_iterator<char>(file), {}});
  }
  return files;
}

std::vector<raygen::MemoryFile> lent(const std::map<std::string, std::string>& files) {
  std::vector<raygen::MemoryFile> result;
  for (const auto& [name, content] : files)
    result.push_back({name, content.data(), content.size()});
  return result;
}

raygen::ModelOptions on_the_cpu() {
  raygen::ModelOptions options;
  options.device = raygen::Device::cpu;
  return options;
}

}  // namespace

TEST_CASE("a model from memory makes what the folder makes, and lets go of the memory at the end") {
  auto files = read_files();
  const std::weak_ptr<void> watch = files;
  raygen::Options options;
  options.sampling.steps = 3;
  std::vector<std::int32_t> tokens;
  {
    raygen::Generator generator = [&] {
      const auto model = raygen::Model::open_memory(lent(*files), files, on_the_cpu());
      files.reset();
      CHECK(model.digest() == tiny_model().digest());
      return raygen::Generator(model);
    }();
    CHECK_FALSE(watch.expired());
    tokens = tokens_of(generator.generate({"effusion"}, options), 0);
    CHECK_FALSE(watch.expired());
  }
  CHECK(watch.expired());
  raygen::Generator of_the_folder(tiny_model());
  CHECK(tokens_of(of_the_folder.generate({"effusion"}, options), 0) == tokens);
}

TEST_CASE("memory that holds no whole model is refused and let go") {
  auto files = read_files();
  const std::weak_ptr<void> watch = files;
  auto given = lent(*files);
  SECTION("a file is missing") { given.pop_back(); }
  SECTION("a file is there twice") { given.push_back(given.front()); }
  SECTION("a file is shorter") { given.front().size -= 1; }
  CHECK(status_of([&] { raygen::Model::open_memory(given, std::move(files), on_the_cpu()); }) ==
        RAYGEN_ERROR_FORMAT);
  CHECK(watch.expired());
}

TEST_CASE("what was lent is released once, however the call ends") {
  const auto count = [](void* user_data) { ++*static_cast<int*>(user_data); };
  int released = 0;
  raygen_model* model = nullptr;
  CHECK(raygen_model_open_memory(nullptr, 1, nullptr, count, &released, &model, nullptr) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(released == 1);
  CHECK(raygen_model_open_memory(nullptr, 1, nullptr, count, &released, nullptr, nullptr) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(released == 2);
  raygen_error wrong{};
  CHECK(raygen_model_open_memory(nullptr, 1, nullptr, count, &released, &model, &wrong) ==
        RAYGEN_ERROR_INVALID_ARGUMENT);
  CHECK(released == 3);

  const auto files = read_files();
  std::vector<raygen_memory_file> raw;
  for (const auto& [name, content] : *files)
    raw.push_back({{name.data(), name.size()}, content.data(), content.size()});
  REQUIRE(raygen_model_open_memory(raw.data(), raw.size(), nullptr, count, &released, &model,
                                   nullptr) == RAYGEN_OK);
  raygen_session* session = nullptr;
  REQUIRE(raygen_session_create(model, &session, nullptr) == RAYGEN_OK);
  raygen_model_free(model);
  CHECK(released == 3);
  raygen_session_free(session);
  CHECK(released == 4);
}
