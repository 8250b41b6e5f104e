#pragma once
// What the command's exit status says; docs/command_line.md and the footer of --help list the same.

#include <raygen/error.hpp>

namespace raygen::cli {

constexpr const char* exit_code_footer =
    "Exit codes: 0 done, 1 internal error, 2 wrong usage, 3 file or folder, 4 format of a file, 5 "
    "unsupported, 6 limit exceeded,\n"
    "7 out of memory, 8 device, 9 not a number, 130 interrupted (Ctrl-C), 143 terminated.";

constexpr int exit_internal = 1;
constexpr int exit_usage = 2;
constexpr int exit_out_of_memory = 7;

/// `signal`: the one that cancelled, when one did.
constexpr int exit_code(Status status, int signal) {
  switch (status) {
    case Status::invalid_argument:
      return exit_usage;
    case Status::io:
      return 3;
    case Status::format:
      return 4;
    case Status::unsupported:
      return 5;
    case Status::limit:
      return 6;
    case Status::out_of_memory:
      return exit_out_of_memory;
    case Status::device:
      return 8;
    case Status::numeric:
      return 9;
    case Status::cancelled:
      return 128 + (signal != 0 ? signal : 2);
    case Status::internal:
      break;
  }
  return exit_internal;
}

}  // namespace raygen::cli
