#pragma once
// Radiomics of the distribution of values, wherever they are.

#include "evaluation/radiomics/grey_levels.hpp"
#include "evaluation/radiomics/plane.hpp"

#include <array>
#include <string_view>

namespace raygen::engine {

inline constexpr std::array<std::string_view, 18> kFirstOrderNames = {"10Percentile",
                                                                      "90Percentile",
                                                                      "Energy",
                                                                      "Entropy",
                                                                      "InterquartileRange",
                                                                      "Kurtosis",
                                                                      "Maximum",
                                                                      "MeanAbsoluteDeviation",
                                                                      "Mean",
                                                                      "Median",
                                                                      "Minimum",
                                                                      "Range",
                                                                      "RobustMeanAbsoluteDeviation",
                                                                      "RootMeanSquared",
                                                                      "Skewness",
                                                                      "TotalEnergy",
                                                                      "Uniformity",
                                                                      "Variance"};

/// In the order of the names. Energy and root mean square are of the values plus 300, total energy
/// is energy times a pixel's area of 4; entropy (in bits) and uniformity are of the grey levels;
/// the robust deviation is of the values from the 10th to the 90th percentile. Skewness and
/// kurtosis of equal values are 0.
std::array<double, kFirstOrderNames.size()> first_order(const Plane& image,
                                                        const GreyLevels& levels);

/// In pairs, as NumPy adds up: also the rounding of a mean that should be 0 is the same.
double pairwise_sum(const double* values, std::size_t count);

}  // namespace raygen::engine
