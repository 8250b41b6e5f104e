#pragma once
// Cells of a report's tables.

#include "evaluation/report.hpp"
#include "evaluation/resampling.hpp"

#include <optional>
#include <string>
#include <utility>

namespace raygen::engine {

inline TableCell number_cell(std::optional<double> value,
                             std::optional<std::pair<double, double>> interval = {}) {
  return {.number = value, .interval = interval, .text = {}};
}

inline TableCell text_cell(std::string words) {
  return {.number = {}, .interval = {}, .text = std::move(words)};
}

inline TableCell estimate_cell(const std::optional<Interval>& interval) {
  if (!interval) return {};
  return number_cell(interval->value, std::pair{interval->low, interval->high});
}

}  // namespace raygen::engine
