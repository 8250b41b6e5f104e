#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

inline std::string read_test_data(const std::string& name) {
  std::ifstream file(RAYGEN_TEST_DATA "/" + name, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}
