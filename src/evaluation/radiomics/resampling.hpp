#pragma once
// What is done to an image before radiomics are taken of it: the steps of pyradiomics 3.0.1 and of
// the ITK below it, in their order of operations. Flat regions become noise of the last bits about
// 0, which is an edge of the bins of grey levels, so that another order would give other features.

#include "evaluation/radiomics/plane.hpp"

namespace raygen::engine {

/// (value - mean) / deviation × 100 of all values, with N - 1. Throws Error(numeric) if all are
/// equal: pyradiomics fails there as well.
Plane normalised(const Plane& image);

/// At twice the spacing, by a cubic B-spline through the pixels, reflected about its first and last
/// ones: pixel i of ⌈side / 2⌉ lies at 2i + ½. With an odd side the last one lies outside, where
/// ITK says 0. Sides of at least 2.
Plane at_twice_the_spacing(const Plane& image);

}  // namespace raygen::engine
