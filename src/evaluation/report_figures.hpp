#pragma once

#include "evaluation/report.hpp"

#include <string>

namespace raygen::engine {

/// A figure with its title and its note, as HTML.
std::string figure_html(const ReportFigure& figure);

}  // namespace raygen::engine
