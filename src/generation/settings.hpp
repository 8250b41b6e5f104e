#pragma once
// All that makes an image, written down.

#include "generation/generator.hpp"
#include "storage/json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// Rises when what is written no longer means what it did. Settings without one are of version 1.
inline constexpr std::int64_t kSettingsVersion = 1;

/// The settings of image `image_number` of a call, as JSON: what its PNG carries under "raygen",
/// and what a resumed run compares. Equal settings make equal images on one machine. prompts: those
/// that are mixed, with their weights, which sum up to 1; none: the key is left out.
std::string settings_json(const Model& model, const GenerateOptions& options,
                          std::size_t image_number, const std::vector<std::string_view>& prompts,
                          const std::vector<double>& weights);

/// Adds to what an image says of how it was made.
void note_setting(Image& image, const char* key, const nlohmann::ordered_json& what);

}  // namespace raygen::engine
