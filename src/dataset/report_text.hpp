#pragma once

#include <string>
#include <string_view>

namespace raygen::engine {

/// What follows the last "IMPRESSION:" of a report; all of it where there is none.
std::string_view impression_of(std::string_view report);

/// Lower-case letters and spaces. `exact` drops everything else, newlines too, as the original
/// does, which glues words together; else it becomes a space, and several spaces one.
std::string clean_report(std::string_view text, bool exact);

}  // namespace raygen::engine
