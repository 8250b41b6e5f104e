#pragma once
// What a report says of the sets before it measures, and in the end.

#include "evaluation/extracted_set.hpp"
#include "evaluation/image_set.hpp"
#include "evaluation/report.hpp"

#include <string>
#include <vector>

namespace raygen::engine {

/// Warns of synthetic images that are real ones to the last pixel, or training images (sums of
/// their content), which make the report bad, of ones that are there twice, which do if most are,
/// and of sizes that differ. `names`: of the synthetic images.
void warn_of_sets(const ExtractedSet& real, const ExtractedSet& synthetic, const ImageSet& names,
                  const std::vector<std::string>& training_sha256, Report& report);

/// The report's verdict and its sentence, from those of its measures; undefined where nothing says
/// whether the images look like real ones.
void conclude(Report& report);

}  // namespace raygen::engine
