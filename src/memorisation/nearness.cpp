#include "memorisation/nearness.hpp"

#include "error.hpp"
#include "memorisation/nearest.hpp"
#include "memorisation/token_agreement.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace raygen::engine {

namespace {

constexpr std::int64_t kRowsOfAThread = 16;  // at least

TokenGrid grid_at(const at::Tensor& tokens, std::int64_t row) {
  const std::int64_t count = tokens.size(1);
  return {tokens.const_data_ptr<std::uint16_t>() + row * count, static_cast<std::size_t>(count)};
}

/// With every known image.
std::vector<double> agreements(TokenGrid tokens, const KnownImages& known) {
  std::vector<double> all(static_cast<std::size_t>(known.tokens.size(0)));
  at::parallel_for(
      0, known.tokens.size(0), kRowsOfAThread, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
          all[static_cast<std::size_t>(i)] =
              token_agreement(tokens, grid_at(known.tokens, i), known.grid, known.grid);
      });
  return all;
}

/// Distance and ratio of an image, whose views are rows first…first + views - 1 of what was found.
/// The second nearest is another image than the nearest, and so among the two nearest to a view.
Nearness nearest_of_views(const Nearest& found, std::int64_t first, std::int64_t views) {
  const at::Tensor rows = found.indices.narrow(0, first, views).contiguous(),
                   distances = found.distances.narrow(0, first, views).contiguous();
  const auto* const row = rows.const_data_ptr<std::int64_t>();
  const auto* const distance = distances.const_data_ptr<double>();
  const std::int64_t best = std::min_element(distance, distance + distances.numel()) - distance;
  double second = std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < rows.numel(); ++i)
    if (row[i] != row[best]) second = std::min(second, distance[i]);
  Nearness result;
  result.distance = distance[best];
  result.ratio = second > 0 ? distance[best] / second : 0;
  result.nearest = row[best];
  return result;
}

/// The score that at most a share of the scores is below.
double threshold_below(std::vector<double> scores, double quantile) {
  std::sort(scores.begin(), scores.end());
  return scores[static_cast<std::size_t>(quantile * static_cast<double>(scores.size()))];
}

}  // namespace

std::vector<Nearness> nearness(const SearchedImages& images, const KnownImages& known) {
  const std::int64_t views = images.features.size(1);
  const Nearest found =
      nearest_of_checked(images.features.flatten(0, 1).to(at::kDouble), known.features, 2);
  std::vector<Nearness> result;
  for (std::int64_t i = 0; i < images.tokens.size(0); ++i) {
    Nearness own = nearest_of_views(found, i * views, views);
    const std::vector<double> all = agreements(grid_at(images.tokens, i), known);
    const auto most = std::max_element(all.begin(), all.end());
    own.agreement = *most;
    own.most_alike = most - all.begin();
    result.push_back(own);
  }
  return result;
}

NearnessThresholds nearness_thresholds(const std::vector<Nearness>& held_out, double quantile) {
  if (held_out.empty())
    fail(Status::invalid_argument,
         "there are no held-out images to set thresholds by; at least 1 was expected");
  if (!(quantile >= 0 && quantile < 1))
    fail(Status::invalid_argument, "the quantile of thresholds is {}; 0 to below 1 was expected",
         quantile);
  std::vector<double> disagreement, distance, ratio;
  for (const Nearness& each : held_out) {
    disagreement.push_back(-each.agreement);
    distance.push_back(each.distance);
    ratio.push_back(each.ratio);
  }
  return {-threshold_below(std::move(disagreement), quantile),
          threshold_below(std::move(distance), quantile),
          threshold_below(std::move(ratio), quantile)};
}

bool is_too_near(const Nearness& nearness, const NearnessThresholds& thresholds) {
  return nearness.agreement > thresholds.agreement || nearness.distance < thresholds.distance ||
         nearness.ratio < thresholds.ratio;
}

}  // namespace raygen::engine
