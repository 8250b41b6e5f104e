#pragma once

#include "evaluation/report.hpp"

namespace raygen::engine {

/// A report with every kind of measure, table and figure, as an evaluation might give it: the
/// numbers are made up, the pictures are phantoms.
Report sample_report();

}  // namespace raygen::engine
