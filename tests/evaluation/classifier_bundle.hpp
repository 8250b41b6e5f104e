#pragma once
// Bundles of a classifier alone.

#include "bundle/bundle.hpp"
#include "classifier/small_classifier.hpp"
#include "model/model.hpp"

#include <ATen/CPUGeneratorImpl.h>

#include <cstdint>
#include <filesystem>
#include <memory>

namespace raygen::engine {

inline at::Generator made_generator(std::uint64_t seed) {
  return at::make_generator<at::CPUGeneratorImpl>(seed);
}

inline void write_classifier(const std::filesystem::path& path,
                             const ClassifierArchitecture& architecture, const TensorMap& weights) {
  BundleContents contents;
  contents.parts = {{std::make_shared<ClassifierArchitecture>(architecture), weights, {}}};
  contents.licence = "none";
  write_bundle(path, contents, /*overwrite=*/false);
}

inline std::shared_ptr<const Model> open_on_cpu(const std::filesystem::path& path) {
  ModelOptions options;
  options.device = DeviceChoice::cpu;
  return Model::open(path, options);
}

}  // namespace raygen::engine
