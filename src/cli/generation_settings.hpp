#pragma once
// What makes an image, as every generated PNG carries it under "raygen": compared by --resume.

#include <raygen/model.hpp>
#include <raygen/options.hpp>

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace raygen::cli {

/// The values of --position-choice, by the names that settings give them.
const std::map<std::string, raygen_position_choice>& position_choices();

/// The settings that a run's images share.
nlohmann::ordered_json settings_json(const Options& options);

/// What a PNG must be to stand for image `index` of this run.
struct ExpectedImage {
  const Model& model;
  const Options& options;
  const std::string& prompt;
  std::uint64_t index;
  std::int32_t channels;
  std::int32_t bit_depth;
};
/// Whether a whole PNG is there that the same model made with the same settings. Never throws for
/// what the file holds.
bool is_made(const std::filesystem::path& path, const ExpectedImage& expected);

}  // namespace raygen::cli
