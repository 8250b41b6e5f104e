#pragma once

#include <string>
#include <vector>

namespace raygen::cli {

struct ProcessResult {
  int exit_code;       // 128 + signal when one ended it
  std::string output;  // what it printed on standard output
};

/// Runs a program (looked up in PATH) to its end; standard error goes where ours goes. Throws
/// Error(io) when it cannot be started.
ProcessResult run_process(const std::vector<std::string>& command);

/// The running executable.
std::string own_executable();

}  // namespace raygen::cli
