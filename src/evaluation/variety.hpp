#pragma once
// How much two images of one prompt differ.

#include "evaluation/image_set.hpp"
#include "evaluation/lpips.hpp"
#include "evaluation/report.hpp"
#include "job.hpp"

#include <cstdint>
#include <string>

namespace raygen::engine {

/// LPIPS beside MS-SSIM, if its weights were given.
struct VarietyLpips {
  const Lpips& network;
  std::string description;
};

/// MS-SSIM (valid convolutions, range 0..1) of pairs of synthetic images of one prompt, one pair a
/// prompt, then more; beside it that of pairs of real images of one report by different patients,
/// and of any two patients. Equal images of one prompt are counted. At most `pairs` of each. The
/// same of LPIPS, if given.
ReportSection variety_section(const ImageSet& synthetic, const ImageSet& real, std::int64_t pairs,
                              std::uint64_t seed, const Job* job,
                              const VarietyLpips* lpips = nullptr);

}  // namespace raygen::engine
