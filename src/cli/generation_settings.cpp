#include "generation_settings.hpp"

#include "output_file.hpp"

#include <raygen/image.hpp>

#include <algorithm>

namespace raygen::cli {
namespace {

/// Of a PNG's bytes: the bit depth follows the signature, the header's length and name, the width
/// and the height.
std::int32_t png_bit_depth(const std::string& bytes) {
  return bytes.size() > 24 ? static_cast<unsigned char>(bytes[24]) : 0;
}

std::string name_of_position_choice(raygen_position_choice choice) {
  const auto& names = position_choices();
  return std::find_if(names.begin(), names.end(),
                      [&](const auto& each) { return each.second == choice; })
      ->first;
}

nlohmann::json expected_settings(const ExpectedImage& expected) {
  return {{"model_sha256", expected.model.digest()},
          {"prompt", expected.prompt},
          {"seed", expected.options.seed},
          {"image", expected.index},
          {"steps", expected.options.steps},
          {"temperature", expected.options.temperature},
          {"top_k_threshold", expected.options.top_k_threshold},
          {"guidance_scale", expected.options.guidance_scale},
          {"schedule", "cosine"},
          {"position_choice", name_of_position_choice(expected.options.position_choice)},
          {"token_choice", "gumbel"},
          {"precision",
           expected.model.info().precision == Precision::bfloat16 ? "bfloat16" : "float32"},
          {"device", expected.model.info().device == Device::cuda ? "cuda" : "cpu"}};
}

}  // namespace

const std::map<std::string, raygen_position_choice>& position_choices() {
  static const std::map<std::string, raygen_position_choice> names{
      {"confidence", RAYGEN_POSITIONS_CONFIDENCE}, {"random", RAYGEN_POSITIONS_RANDOM}};
  return names;
}

nlohmann::ordered_json settings_json(const Options& options) {
  return {{"seed", options.seed},
          {"first_image", options.first_image},
          {"steps", options.steps},
          {"temperature", options.temperature},
          {"top_k_threshold", options.top_k_threshold},
          {"guidance_scale", options.guidance_scale},
          {"position_choice", name_of_position_choice(options.position_choice)},
          {"batch_size", options.batch_size}};
}

bool is_made(const std::filesystem::path& path, const ExpectedImage& expected) {
  std::error_code code;
  if (!std::filesystem::exists(path, code)) return false;
  try {
    const std::string bytes = read_file(path, Limits().max_file_bytes);
    const Image image = Image::read_memory(bytes.data(), bytes.size());
    if (png_bit_depth(bytes) != expected.bit_depth || image.channels() != expected.channels)
      return false;
    const auto settings = nlohmann::json::parse(image.text("raygen"));
    const nlohmann::json wanted = expected_settings(expected);
    for (const auto& [key, value] : wanted.items())
      if (!settings.contains(key) || settings[key] != value) return false;
    return true;
  } catch (const Error& error) {
    if (error.status() == Status::format || error.status() == Status::unsupported ||
        error.status() == Status::limit)
      return false;
    throw;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

}  // namespace raygen::cli
