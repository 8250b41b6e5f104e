#pragma once
// Calls of three prompts on the tiny model.

#include "generation/generator.hpp"
#include "tiny_model.hpp"

#include <string_view>
#include <vector>

namespace raygen::engine {

inline const std::vector<std::string_view> prompts = {"effusion", "no finding", "pneumothorax"};

inline GenerateOptions options_with(std::int64_t batch_size, std::int64_t steps = 5) {
  GenerateOptions options;
  options.sampling.steps = steps;
  options.seed = 7;
  options.batch_size = batch_size;
  return options;
}

inline std::vector<GeneratedImage> run(const GenerateOptions& options,
                                       const std::vector<std::string_view>& of = prompts) {
  Session session(tiny_model());
  return generate(session, of, options);
}

}  // namespace raygen::engine
