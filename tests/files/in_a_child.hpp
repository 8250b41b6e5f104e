#pragma once
// Things that a process cannot do and go on: being killed, losing its rights, meeting a full disk.

#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>

inline void throw_it(const std::string& message) { throw std::runtime_error(message); }

/// The message of what an action throws; empty when it throws nothing.
inline std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::exception& error) {
    return error.what();
  }
  return {};
}

/// Runs `action` in a process of its own, which ends with 0 when it returns true.
inline pid_t start(const std::function<bool()>& action) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  int code = 2;
  try {
    code = action() ? 0 : 1;
  } catch (...) {  // 2
  }
  ::_exit(code);
}

inline int status_of(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

inline int in_a_child(const std::function<bool()>& action) { return status_of(start(action)); }
