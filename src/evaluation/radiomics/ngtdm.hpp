#pragma once
// The neighbouring grey tone difference matrix (Amadasun and King 1989).

#include "evaluation/radiomics/grey_levels.hpp"

#include <array>
#include <string_view>

namespace raygen::engine {

inline constexpr std::array<std::string_view, 5> kNgtdmNames = {
    "Busyness", "Coarseness", "Complexity", "Contrast", "Strength"};

/// Of the differences between a pixel's level and the mean of its up to eight neighbours. If all
/// differences are 0, coarseness is 10⁶ and the others are 0. Sides of at least 2.
std::array<double, kNgtdmNames.size()> ngtdm(const GreyLevels& image);

}  // namespace raygen::engine
