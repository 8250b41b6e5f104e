#pragma once

#include "image_format.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>

namespace raygen::cli {

/// What a file must be to stand for an image of this run.
struct ExpectedImage {
  nlohmann::json settings;  // all that makes the image: what it carries under "raygen"
  nlohmann::json defaults;  // of the options: what an image was made with that lacks one
  std::int32_t channels;
  const ImageFormat& format;
  std::string index = {};  // digest of the index that must have judged it; empty: none need have
};
/// Whether a whole file is there that was made with the same settings, by whichever version of
/// libraygen: values are compared, and an option that the image does not name is newer than it and
/// had its default. Throws Error(unsupported) for settings of a newer libraygen's format, and
/// nothing else for what the file holds.
bool is_made(const std::filesystem::path& path, const ExpectedImage& expected);

}  // namespace raygen::cli
