#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace raygen::engine {

/// A manifest of three parts as format version 1 had it.
inline std::string version_1(const std::string& manifest) {
  const nlohmann::json now = nlohmann::json::parse(manifest);
  nlohmann::json files = nlohmann::json::object();
  for (const auto& part : now.at("parts")) files.update(part.at("files"));
  const auto sizes = [&](const char* part) { return now.at("parts").at(part).at("architecture"); };
  return nlohmann::json{{"format", "raygen"},
                        {"format_version", 1},
                        {"architecture",
                         {{"text", sizes("text_encoder")},
                          {"vqgan", sizes("vqgan")},
                          {"decoder", sizes("masked_decoder")}}},
                        {"preprocessing", {{"image", {{"size", 8}}}}},
                        {"provenance", now.at("provenance")},
                        {"licence", now.at("licence")},
                        {"files", files}}
      .dump(2);
}

}  // namespace raygen::engine
