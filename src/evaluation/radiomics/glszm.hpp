#pragma once
// The grey level size zone matrix (Thibault et al. 2009).

#include "evaluation/radiomics/grey_levels.hpp"

#include <array>
#include <string_view>

namespace raygen::engine {

inline constexpr std::array<std::string_view, 16> kGlszmNames = {"GrayLevelNonUniformity",
                                                                 "GrayLevelNonUniformityNormalized",
                                                                 "GrayLevelVariance",
                                                                 "HighGrayLevelZoneEmphasis",
                                                                 "LargeAreaEmphasis",
                                                                 "LargeAreaHighGrayLevelEmphasis",
                                                                 "LargeAreaLowGrayLevelEmphasis",
                                                                 "LowGrayLevelZoneEmphasis",
                                                                 "SizeZoneNonUniformity",
                                                                 "SizeZoneNonUniformityNormalized",
                                                                 "SmallAreaEmphasis",
                                                                 "SmallAreaHighGrayLevelEmphasis",
                                                                 "SmallAreaLowGrayLevelEmphasis",
                                                                 "ZoneEntropy",
                                                                 "ZonePercentage",
                                                                 "ZoneVariance"};

/// Of zones of one level, whose pixels touch at a side or a corner.
std::array<double, kGlszmNames.size()> glszm(const GreyLevels& image);

}  // namespace raygen::engine
