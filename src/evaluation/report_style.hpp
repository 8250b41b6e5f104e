#pragma once

#include <string_view>

namespace raygen::engine {

/// The style sheet of report.html: colours are custom properties, for light and dark.
std::string_view report_style();

}  // namespace raygen::engine
