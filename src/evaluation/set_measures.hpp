#pragma once
// Two sets of images as a network sees them: how far apart they are, beside how far apart two sets
// of real images of the same size are.

#include "evaluation/report.hpp"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

struct FeatureSet {
  at::Tensor features;              // float64 [N,d]
  std::vector<std::string> groups;  // of each row, whose image it is: the patient; N
};

struct SetMeasureOptions {
  std::int64_t neighbours = 5;      // k of precision, recall, density and coverage
  std::int64_t subset_size = 1000;  // of KID; a smaller set is taken whole
  std::int64_t subsets = 100;
  /// Rows of what compares all pairs (KID's and CMMD's floors, precision and recall): of a larger
  /// set so many are drawn. Time and memory of those stay the same for any N.
  std::int64_t most_rows = 10'000;
  int floor_draws = 10;
  bool extrapolate = false;  // also FID for infinite N
  std::uint64_t seed = 0;
};

/// Images a side below which no distance of sets means anything.
inline constexpr std::int64_t kFewestImages = 20;

/// FID, KID, CMMD, precision, recall, density, coverage, α-precision, β-recall and the Vendi score,
/// in this order, each with its floor: over draws, one half of the real patients against the other,
/// and against as many synthetic images. `features` names what made them. A measure that cannot be
/// taken is there, too, with its reason; so are all where most images of a set are equal, or more
/// than 1 % of the synthetic are real ones, number for number. Throws Error(numeric |
/// invalid_argument) for features that are not finite or not as wide as each other, or groups that
/// are not N.
std::vector<Measure> set_measures(const FeatureSet& real, const FeatureSet& synthetic,
                                  const std::string& features, const SetMeasureOptions& options);

/// The radiomics distance (radiomics_distance.hpp), likewise. Images whose row is NaN, or all if
/// the rows have no columns, are left out and counted in the sentence.
Measure radiomics_measure(const FeatureSet& real, const FeatureSet& synthetic,
                          const std::string& features, const SetMeasureOptions& options);

}  // namespace raygen::engine
