#pragma once

#include <string>
#include <vector>

/// Valid inputs of a target, from which mutations start. A target that has none to offer leaves it
/// undefined.
std::vector<std::string> fuzz_seeds();
