#pragma once
// The mark of synthetic images: whatever a model decodes carries it, however its tokens came about.

#include "model/model.hpp"

#include <map>
#include <string>

namespace raygen::engine {

/// What it says under "Comment".
constexpr const char* synthetic_comment = "Synthetic chest radiograph, not for diagnosis";

/// PNG texts: "Software", "Comment" (that the image is synthetic) and "raygen" (JSON: the same, the
/// model and how it computes).
std::map<std::string, std::string> synthetic_texts(const Model& model);

}  // namespace raygen::engine
