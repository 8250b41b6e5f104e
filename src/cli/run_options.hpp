#pragma once
// Which images a run makes, as every command that makes images asks for it.

#include "whole_number.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>

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

inline void add_batch_size_option(CLI::App* command, std::int32_t& batch_size) {
  command->add_option("--batch-size", batch_size, "Images made together (default 1)")
      ->check(CLI::Range(1, 1024))
      ->type_name("B");
}

}  // namespace raygen::cli
