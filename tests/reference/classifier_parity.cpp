// Classifiers in the files that people have, converted, against what the PyTorch reference computed
// from them (write_classifiers.py). RAYGEN_CLASSIFIERS names the folder of cases; RAYGEN_REAL_LITE0
// is 1 if EfficientNet-Lite0 with its ImageNet weights is among them.

#include "../temporary_folder.hpp"
#include "bundle/bundle.hpp"
#include "classifier/classifier.hpp"
#include "import/import.hpp"
#include "model/parts.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <utility>

using namespace raygen::engine;

namespace {

namespace fs = std::filesystem;

double difference(const at::Tensor& result, const at::Tensor& expected) {
  REQUIRE(result.sizes() == expected.sizes());
  return (result - expected).abs().max().item<double>();
}

void check_case(const fs::path& folder) {
  ImportSources sources;
  sources.classifier = folder / "model.pt";
  sources.classifier_config = folder / "config.json";
  sources.classifier_kind = nlohmann::json::parse(std::ifstream(folder / "case.json")).at("kind");
  const TemporaryFolder out;
  import_model(sources, out.path() / "model", {}, false);
  const Bundle bundle = open_bundle(out.path() / "model", part_types(), {}, true);
  const Classifier classifier(
      bundle.architecture<ClassifierArchitecture>(),
      WeightSource(bundle.part(ClassifierArchitecture::kPart).weights, {at::kCPU, at::kFloat}));

  const TensorMap expected = SafetensorsFile::open(folder / "expected.safetensors")->tensors();
  const Classification seen = classifier.classify(expected.at("images"), true);
  constexpr double tolerance = 1e-4;
  const double logits = difference(seen.logits, expected.at("logits"));
  std::cout << folder.filename().string() << ": logits to " << logits << " of "
            << expected.at("logits").abs().max().item<double>() << '\n';
  CHECK(logits < tolerance);
  // Features and maps are no sums of both signs: beside the largest, as PyTorch's own float32 is
  // off.
  for (const auto& [result, name] :
       {std::pair{seen.features, "features"}, {seen.activations, "activations"}}) {
    INFO(name);
    const double largest = expected.at(name).abs().max().item<double>();
    CHECK(difference(result, expected.at(name)) < tolerance * std::max(1.0, largest));
  }
}

}  // namespace

TEST_CASE("classifiers of every file compute what the reference computes") {
  const char* root = std::getenv("RAYGEN_CLASSIFIERS");
  REQUIRE(root != nullptr);
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(root)) {
    INFO(entry.path().string());
    check_case(entry.path());
    ++cases;
  }
  CHECK(cases >= 9);
  const char* real_lite0 = std::getenv("RAYGEN_REAL_LITE0");
  if (real_lite0 != nullptr && std::string(real_lite0) == "1")
    CHECK(fs::exists(fs::path(root) / "lite0_real"));
  else
    std::cout << "left out: EfficientNet-Lite0 with its ImageNet weights, which "
                 "scripts/set_up_tests.sh installs\n";
}
