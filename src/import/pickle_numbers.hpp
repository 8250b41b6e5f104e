#pragma once
// NumPy's numbers in a pickle: calls that are not run, over bytes that can be read.

#include "import/unpickler.hpp"

#include <optional>
#include <string>

namespace raygen::engine {

/// The value of a NumPy scalar or of an array of one element, as text. Nothing for anything else.
std::optional<std::string> numpy_number(const Pickle& pickle, const Pickle::Foreign& object);

}  // namespace raygen::engine
