#pragma once
// How much two images of one prompt differ.

#include "evaluation/image_set.hpp"
#include "evaluation/report.hpp"
#include "job.hpp"

#include <cstdint>

namespace raygen::engine {

/// MS-SSIM (valid convolutions, range 0..1) of pairs of synthetic images of one prompt, one pair a
/// prompt, then more; beside it that of pairs of real images of one report by different patients,
/// and of any two patients. Equal images of one prompt are counted. At most `pairs` of each.
ReportSection variety_section(const ImageSet& synthetic, const ImageSet& real, std::int64_t pairs,
                              std::uint64_t seed, const Job* job);

}  // namespace raygen::engine
