#pragma once
// Ctrl-C and SIGTERM cancel the running call; a second one ends the process at once.

#include <raygen/job.hpp>

namespace raygen::cli {

/// From now on SIGINT and SIGTERM cancel the job that is returned.
Job& cancel_on_signals();
/// The signal that came, or 0.
int cancelling_signal();
/// Throws Error(cancelled) when a signal came: for loops whose calls take no job.
void throw_if_cancelled();

}  // namespace raygen::cli
