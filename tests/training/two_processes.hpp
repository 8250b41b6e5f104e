#pragma once
// This test program started again, as processes that train together.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>
#include <utility>

namespace raygen::engine {

inline int free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// Catch2's name for the warning that no test has the name, which makes it an error.
#if CATCH_VERSION_MAJOR == 2
inline constexpr const char* no_such_test = "NoTests";
#else
inline constexpr const char* no_such_test = "UnmatchedTestSpec";
#endif

/// Starts this program again as one of `size` processes that run one (hidden) test case.
inline pid_t start(const char* test, int rank, int size, int port) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv("RANK", std::to_string(rank).c_str(), 1);
  ::setenv("LOCAL_RANK", std::to_string(rank).c_str(), 1);
  ::setenv("WORLD_SIZE", std::to_string(size).c_str(), 1);
  ::setenv("MASTER_ADDR", "127.0.0.1", 1);
  ::setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
  ::setenv("OMP_NUM_THREADS", "1", 1);
  ::execl("/proc/self/exe", "training_tests", "--warn", no_such_test, test,
          static_cast<char*>(nullptr));
  ::_exit(127);
}

inline int status_of(pid_t child) {
  int status = -1;
  ::waitpid(child, &status, 0);
  return status;
}

/// The statuses of two processes that run `test`.
inline std::pair<int, int> run_two(const char* test) {
  const int port = free_port();
  const pid_t first = start(test, 0, 2, port), second = start(test, 1, 2, port);
  return {status_of(first), status_of(second)};
}

}  // namespace raygen::engine
