#pragma once

#include "../temporary_folder.hpp"
#include "error.hpp"
#include "image/image.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace raygen::engine {

inline std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(RAYGEN_TEST_DATA) / "image" / name;
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The status and message of what `action` throws; status 0 when it throws nothing.
struct Outcome {
  int status = 0;
  std::string message;
};
template <typename Action>
Outcome outcome(Action action) {
  try {
    action();
  } catch (const Error& error) {
    return {static_cast<int>(error.status()), error.what()};
  }
  return {};
}
inline bool is(const Outcome& got, Status status) { return got.status == static_cast<int>(status); }

}  // namespace raygen::engine
