#pragma once
// How cells tell findings.

#include "dataset/known_tables.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

struct FindingsColumn {
  std::size_t column;
  FindingsCell cell;
  std::string finding;  // of a flag and a mask
};

/// The findings that a cell of the column tells.
std::vector<std::string> findings_in(std::string_view cell, const FindingsColumn& column);

}  // namespace raygen::engine
