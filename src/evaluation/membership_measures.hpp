#pragma once
// Membership inference as measures of a report.

#include "dataset/dataset.hpp"
#include "evaluation/report.hpp"
#include "job.hpp"
#include "model/model.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace raygen::engine {

struct MembershipMeasureOptions {
  std::int64_t images = 100;  // of the split train, and as many of `held_out`, drawn
  Split held_out = Split::test;
  std::uint64_t seed = 0;
  const Job* job = nullptr;
  std::function<void(std::int64_t done, std::int64_t total)> progress;  // may throw
};

/// AUROC (DeLong's interval) and the true positive rate at 1 % false positives of the scores of
/// membership.hpp. The model has all parts, and its image encoder's resolution is the dataset's.
std::vector<Measure> membership_measures(const std::shared_ptr<const Model>& model,
                                         const std::shared_ptr<const Dataset>& dataset,
                                         const MembershipMeasureOptions& options);

}  // namespace raygen::engine
