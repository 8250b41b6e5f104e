#pragma once

#include "phantom/phantom.hpp"
#include "phantom/stream.hpp"

#include <string>

namespace raygen::engine::phantom {

/// One to four sentences in radiologists' words: every finding with side, severity and place, and
/// some of what is absent.
std::string write_report(const Phantom& phantom, Stream random);

}  // namespace raygen::engine::phantom
