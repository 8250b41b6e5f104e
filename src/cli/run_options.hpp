#pragma once
// Which images a run makes, as every command that makes images asks for it.

#include "model_arguments.hpp"
#include "whole_number.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace raygen::cli {

/// --seed and --first-image, into numbers or into optional ones.
template <typename Number>
void add_index_options(CLI::App* command, Number& seed, Number& first_image) {
  command->add_option("--seed", seed, "Seed (default 0)")
      ->transform(whole_number())
      ->type_name("S");
  command->add_option("--first-image", first_image, "Index of the first image (default 0)")
      ->transform(whole_number())
      ->type_name("I");
}

inline void add_count_option(CLI::App* command, std::size_t& count) {
  command->add_option("--count", count, "Images a prompt (default 1)")
      ->check(CLI::Range(1, 1000000000))
      ->type_name("N");
}

/// Into 0 where it is not given: images_together() says how many then.
inline void add_batch_size_option(CLI::App* command, std::int32_t& batch_size) {
  batch_size = 0;
  command
      ->add_option("--batch-size", batch_size,
                   "Images made together (default: one a CPU thread, at most 8; 8 on a GPU)")
      ->check(CLI::Range(1, 1024))
      ->type_name("B");
}

/// Images do not depend on their batch. Small ones are made side by side, on a core each.
inline std::int32_t images_together(std::int32_t batch_size, const ModelArguments& model,
                                    const ModelInfo& info) {
  constexpr std::int32_t most = 8;
  if (batch_size > 0) return batch_size;
  if (info.device == Device::cuda) return most;
  const auto threads = model.threads > 0
                           ? model.threads
                           : static_cast<std::int32_t>(std::thread::hardware_concurrency());
  return std::clamp(threads, 1, most);
}

}  // namespace raygen::cli
