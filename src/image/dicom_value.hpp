#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace raygen::engine {

/// Why a text (UTF-8) cannot be the one value of an element with this VR (PS3.5, 6.2), such as "is
/// 70 characters long, at most 64 are allowed"; empty when it can. An empty text can always be.
std::string dicom_value_fault(std::string_view vr, std::string_view text);

/// As a text of `vr` (LO, ST, LT, …) can hold it: control characters become spaces, and what is too
/// long ends in "...".
std::string dicom_text_cut(std::string_view vr, std::string text);

/// A decimal string (DS), which has 16 characters at most.
std::string dicom_decimal(double value);

}  // namespace raygen::engine
