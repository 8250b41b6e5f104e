#include "made_image.hpp"

#include "image_file.hpp"

#include <utility>

namespace raygen::cli {
namespace {

/// What an image carries of its settings; null when it is no image of ours.
nlohmann::json settings_of(const Image& image) {
  return nlohmann::json::parse(image.text("raygen"), nullptr, /*allow_exceptions=*/false);
}

void check_version(const nlohmann::json& settings, const ExpectedImage& expected,
                   const std::filesystem::path& path) {
  const char* const key = "settings_version";
  if (!settings.contains(key)) return;  // of the first version
  const nlohmann::json &version = settings[key], &known = expected.settings[key];
  if (version.is_number() && version > known)
    throw Error(Status::unsupported, path.string() + ": " + key + " is " + version.dump() +
                                         ": written by a newer libraygen, this one reads up to " +
                                         known.dump());
}

/// Whether the image was compared with the training images that it should be compared with.
bool is_judged(const nlohmann::json& settings, const ExpectedImage& expected) {
  if (expected.index.empty()) return true;
  return settings.contains("reject_near") && settings["reject_near"].is_object() &&
         settings["reject_near"].value("index", "") == expected.index;
}

/// Without what says which libraygen made the image, and not how, and how often it was drawn.
nlohmann::json comparable(nlohmann::json settings, const nlohmann::json& defaults) {
  settings.erase("generator");
  settings.erase("settings_version");
  for (const char* of_tries : {"attempt", "reject_near"}) settings.erase(of_tries);
  for (const auto& [option, value] : defaults.items())
    if (!settings.contains(option)) settings[option] = value;
  return settings;
}

}  // namespace

bool is_made(const std::filesystem::path& path, const ExpectedImage& expected) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return false;
  nlohmann::json settings;
  bool same_pixels = false;
  try {
    const auto [bytes, image] = read_image_file(path);
    same_pixels = expected.format.matches(bytes, image, expected.channels);
    settings = settings_of(image);
  } catch (const Error& error) {
    if (error.status() == Status::format || error.status() == Status::unsupported ||
        error.status() == Status::limit)
      return false;
    throw;
  }
  if (!settings.is_object()) return false;
  check_version(settings, expected, path);
  return same_pixels && is_judged(settings, expected) &&
         comparable(std::move(settings), expected.defaults) ==
             comparable(expected.settings, expected.defaults);
}

}  // namespace raygen::cli
