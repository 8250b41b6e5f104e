#pragma once
// AUROC with an interval from resampled patients.

#include "evaluation/classification.hpp"
#include "evaluation/resampling.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace raygen::engine {

/// Images with a finding, and without it, below which an AUROC says next to nothing.
inline constexpr std::int64_t kFewestOfClass = 5;
bool has_enough(std::span<const std::uint8_t> labels);

/// Of the scores or, if `others` is not empty, by how much it exceeds that of these other scores of
/// the same images. groups: of each image, whose it is. Throws as check_scored() and bootstrap()
/// do.
std::optional<Interval> auroc_interval(const Scored& data, std::span<const double> others,
                                       const std::vector<std::string>& groups, std::int64_t draws,
                                       std::uint64_t seed);

}  // namespace raygen::engine
