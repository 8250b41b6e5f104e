#pragma once
// Charts of a report as SVG inside HTML. Groups differ by colour and by line; more than four stand
// in panels of their own. Titles of axes are HTML, which breaks into lines on a phone; text in the
// SVG is never smaller than 11 px there. Colours and dashes: report_style.

#include "evaluation/report.hpp"

#include <string>

namespace raygen::engine {

/// Shares of each group's values by bin, over bins that all groups have in common.
std::string histograms_html(const Histograms& histograms, const ReportFigure& figure);
std::string curves_html(const Curves& curves, const ReportFigure& figure);
std::string bars_html(const Bars& bars, const ReportFigure& figure);

/// Where a measure's value stands beside its floor ± 2 deviations; nothing without both.
std::string floor_strip(const Measure& measure);

}  // namespace raygen::engine
