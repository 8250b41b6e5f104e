#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

/// A tensor as it is asked for or written: its name and its shape.
struct TensorSpec {
  std::string name;
  std::vector<std::int64_t> shape;
  bool may_be_int8 = false;  // a linear's weight, which a bundle may store in 8 bits
};

}  // namespace raygen::engine
