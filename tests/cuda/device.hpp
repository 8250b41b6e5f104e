#pragma once
// Which device the tests labelled `cuda` run on: RAYGEN_TEST_DEVICE, "cuda" unless it says "cpu",
// which tries the tests themselves with smaller numbers. Where there is no device they say so.

#include "compute/cuda_driver.hpp"
#include "generation/generator.hpp"
#include "model/session.hpp"
#include "tiny_model.hpp"

#include <ATen/ATen.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace raygen::engine {

inline bool tested_on_cpu() {
  const char* const asked = std::getenv("RAYGEN_TEST_DEVICE");
  return asked != nullptr && std::string_view(asked) == "cpu";
}

inline DeviceChoice tested_device() {
  return tested_on_cpu() ? DeviceChoice::cpu : DeviceChoice::cuda;
}

/// So many on a GPU, so many on a CPU.
inline int sized(int on_gpu, int on_cpu) { return tested_on_cpu() ? on_cpu : on_gpu; }

/// Whether a test has nothing to run on; CTest takes these words for "skipped".
inline bool no_device() {
  if (tested_on_cpu()) return false;
  const std::string problem = cuda_problem();
  if (!problem.empty()) WARN("skipped, no CUDA device: " << problem);
  return !problem.empty();
}

/// The shipped model on a device, opened once.
inline std::shared_ptr<const Model> phantom_model(
    DeviceChoice device, PrecisionChoice precision = PrecisionChoice::float32) {
  static std::map<std::pair<int, int>, std::shared_ptr<const Model>> models;
  auto& model = models[{static_cast<int>(device), static_cast<int>(precision)}];
  if (model == nullptr) {
    ModelOptions options;
    options.device = device;
    options.precision = precision;
    model = Model::open(RAYGEN_TEST_MODEL, options);
  }
  return model;
}

inline const std::vector<std::string_view> sentences = {
    "Moderate left pleural effusion.", "No acute cardiopulmonary process.", "Right pneumothorax.",
    "Severe cardiomegaly."};

/// A call of all sentences at once.
inline GenerateOptions call_of(SamplingOptions sampling, std::int64_t steps,
                               std::uint64_t seed = 3) {
  GenerateOptions options;
  options.sampling = std::move(sampling);
  options.sampling.steps = steps;
  options.seed = seed;
  options.batch_size = static_cast<std::int64_t>(sentences.size());
  return options;
}

/// The share of tokens that two calls have in common.
inline double common_share(const std::vector<GeneratedImage>& a,
                           const std::vector<GeneratedImage>& b) {
  double same = 0, all = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < a[i].tokens.size(); ++j) {
      same += a[i].tokens[j] == b[i].tokens[j] ? 1 : 0;
      ++all;
    }
  }
  return same / all;
}

inline bool same_pixels(const std::vector<GeneratedImage>& a,
                        const std::vector<GeneratedImage>& b) {
  bool same = a.size() == b.size();
  for (std::size_t i = 0; same && i < a.size(); ++i) same = a[i].image.pixels == b[i].image.pixels;
  return same;
}

}  // namespace raygen::engine
