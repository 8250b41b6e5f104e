#pragma once

#include "storage/json.hpp"

#include <string>

namespace raygen::engine {

/// A raygen.json of format version 1, which had three parts with one list of files, as version 2
/// has it. Throws Error(format) where version 1 was not kept to.
Json from_version_1(const Json& manifest, const std::string& where);

}  // namespace raygen::engine
