#pragma once
// The grey level run length matrix (Galloway 1975).

#include "evaluation/radiomics/grey_levels.hpp"

#include <array>
#include <string_view>

namespace raygen::engine {

inline constexpr std::array<std::string_view, 16> kGlrlmNames = {"GrayLevelNonUniformity",
                                                                 "GrayLevelNonUniformityNormalized",
                                                                 "GrayLevelVariance",
                                                                 "HighGrayLevelRunEmphasis",
                                                                 "LongRunEmphasis",
                                                                 "LongRunHighGrayLevelEmphasis",
                                                                 "LongRunLowGrayLevelEmphasis",
                                                                 "LowGrayLevelRunEmphasis",
                                                                 "RunEntropy",
                                                                 "RunLengthNonUniformity",
                                                                 "RunLengthNonUniformityNormalized",
                                                                 "RunPercentage",
                                                                 "RunVariance",
                                                                 "ShortRunEmphasis",
                                                                 "ShortRunHighGrayLevelEmphasis",
                                                                 "ShortRunLowGrayLevelEmphasis"};

/// Of runs of one level along rows, columns and both diagonals: the mean of the four directions.
std::array<double, kGlrlmNames.size()> glrlm(const GreyLevels& image);

}  // namespace raygen::engine
