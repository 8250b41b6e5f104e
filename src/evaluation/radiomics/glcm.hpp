#pragma once
// The grey level co-occurrence matrix (Haralick, Shanmugam and Dinstein 1973).

#include "evaluation/radiomics/grey_levels.hpp"

#include <array>
#include <string_view>

namespace raygen::engine {

/// Those that FRD asks for, in its order.
inline constexpr std::array<std::string_view, 22> kGlcmNames = {"Autocorrelation",
                                                                "JointAverage",
                                                                "ClusterProminence",
                                                                "ClusterShade",
                                                                "ClusterTendency",
                                                                "Contrast",
                                                                "Correlation",
                                                                "DifferenceAverage",
                                                                "DifferenceEntropy",
                                                                "DifferenceVariance",
                                                                "JointEnergy",
                                                                "JointEntropy",
                                                                "Imc1",
                                                                "Imc2",
                                                                "Idm",
                                                                "Idmn",
                                                                "Id",
                                                                "Idn",
                                                                "InverseVariance",
                                                                "MaximumProbability",
                                                                "SumEntropy",
                                                                "SumSquares"};

/// Of neighbours at a distance of one pixel, in both orders: the mean of the four directions.
/// Correlation is 1 and the measures of correlation by information (Imc) are 0 for one level. Sides
/// of at least 2.
std::array<double, kGlcmNames.size()> glcm(const GreyLevels& image);

}  // namespace raygen::engine
