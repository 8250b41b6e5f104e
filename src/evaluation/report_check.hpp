#pragma once
// What every page of a report relies on, looked at before anything is written.

#include "evaluation/report.hpp"

namespace raygen::engine {

/// Throws as report.hpp says of report_html, report_json and report_csv.
void check_report(const Report& report);

}  // namespace raygen::engine
