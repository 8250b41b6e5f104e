#pragma once
// How many images each class gets.

#include "plan.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace raygen::cli {

struct ClassArguments {
  std::string file;  // empty: none
  std::optional<std::size_t> total;
};

/// --classes and --total. Returns --classes.
CLI::Option* add_class_options(CLI::App* command, ClassArguments& arguments);

/// Shares `total` out in proportion to `shares`, which are finite, ≥ 0 and not all 0: exactly
/// `total` in sum, by the method of largest remainders (Hamilton). Of equal remainders the first
/// win.
std::vector<std::size_t> share_out(std::size_t total, const std::vector<double>& shares);

/// The classes of the file (class_file.hpp) with their images. Counts are taken as they are, and
/// the total, if it is given, must be their sum. Otherwise the total is shared out: by the
/// proportions, by 1 / frequency, or equally where the file has neither. Throws Error(io | format |
/// limit | invalid_argument) naming the file and the line.
std::vector<Plan::Class> read_classes(const ClassArguments& arguments);

}  // namespace raygen::cli
