#pragma once
// The settings of an image read back, so that it can be made again.

#include "model/model.hpp"
#include "noise/noise.hpp"
#include "sampling/options.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

/// What makes an image, and what made it.
struct ImageSettings {
  std::vector<std::string> prompts;  // one, or those that are mixed
  std::vector<double> weights;       // theirs, which sum up to 1
  ImageKey key;
  std::uint32_t attempt = 0;  // GenerateOptions::attempts: above 0, its noise is not the key's own
  SamplingOptions sampling;   // an option that the settings lack is newer, and had its default
  std::string model_sha256;
  std::string generator;          // "libraygen 0.2.0"
  std::string precision, device;  // "float32", "cpu"
};

/// Reads what settings_json() writes, also of an earlier version. `where` names the text in errors.
/// Throws Error(format) for what are no settings, and Error(unsupported) for settings of a newer
/// libraygen and for an image that its settings alone do not make, naming the key.
ImageSettings read_settings(std::string_view json, const std::string& where);

/// Why `model` may make another image of these settings, a sentence each; empty: it makes the same
/// on the same machine. Throws Error(invalid_argument) for another model, unless `any_model`.
std::vector<std::string> doubts(const ImageSettings& settings, const Model& model, bool any_model);

}  // namespace raygen::engine
