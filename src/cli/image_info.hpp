#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace raygen::cli {

/// What an image says of itself: its file, size and prompt, and all that made it. Throws
/// Error(io | format | unsupported | limit), and Error(format) for an image that carries no
/// settings.
nlohmann::ordered_json describe_image(const std::string& path);

}  // namespace raygen::cli
