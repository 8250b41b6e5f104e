#pragma once
// All that makes an image, written down.

#include "generation/generator.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace raygen::engine {

/// Rises when what is written no longer means what it did. Settings without one are of version 1.
inline constexpr std::int64_t kSettingsVersion = 1;

/// The settings of image `image_number` of a call, as JSON: what its PNG carries under "raygen",
/// and what a resumed run compares. Equal settings make equal images on one machine. No prompt: the
/// key is left out.
std::string settings_json(const Model& model, const GenerateOptions& options,
                          std::size_t image_number, std::optional<std::string_view> prompt);

}  // namespace raygen::engine
