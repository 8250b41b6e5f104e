#pragma once

#include "evaluation/report.hpp"

#include <string>

namespace raygen::engine {

/// A table with its title and its note, as HTML, in a box that scrolls; a long one is folded.
std::string table_html(const MeasureTable& table);

}  // namespace raygen::engine
