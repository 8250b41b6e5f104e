#pragma once

#include "raygen.h"

namespace raygen {

/// What a file or a caller may ask for at most: raygen_limits, made with the library's defaults.
/// What is larger throws Error(limit).
struct Limits : raygen_limits {
  Limits() { raygen_limits_init(this); }
};
static_assert(sizeof(Limits) == sizeof(raygen_limits));

}  // namespace raygen
