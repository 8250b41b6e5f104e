#pragma once
// A model of a few thousand random weights in a folder of its own: what the door does does not
// depend on what a model knows.

#include "../temporary_folder.hpp"

#include <raygen/raygen.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

inline std::string tiny_architecture() {
  std::ifstream file(std::string(RAYGEN_TEST_DATA) + "/tiny_architecture.json");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One for the whole test program.
inline const std::string& tiny_bundle() {
  static const TemporaryFolder folder;
  static const std::string path = [] {
    raygen::RandomBundleOptions options;
    options.architecture = tiny_architecture();
    options.seed = 11;
    raygen::create_random_bundle(folder.file("tiny"), options);
    return folder.file("tiny");
  }();
  return path;
}

inline raygen::Model tiny_model(std::int32_t threads = RAYGEN_THREADS_HOST) {
  raygen::ModelOptions options;
  options.device = raygen::Device::cpu;
  options.threads = threads;
  return raygen::Model::open(tiny_bundle(), options);
}

inline std::vector<std::int32_t> tokens_of(const raygen::Generation& images, std::size_t i) {
  return {images.tokens(i).begin(), images.tokens(i).end()};
}

/// The status that an action throws; 0 when it throws nothing.
template <typename Action>
int status_of(Action action) {
  try {
    action();
  } catch (const raygen::Error& error) {
    return static_cast<int>(error.status());
  }
  return 0;
}
