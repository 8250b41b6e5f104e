#pragma once
// Features by the content of their images, kept in a file, so that nothing is computed twice.

#include "limits.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace raygen::engine {

class FeatureCache {
 public:
  /// Reads the file, if there is one of the same extractor (its digest); what is no such file is
  /// refused with Error(format), another extractor's is begun anew.
  FeatureCache(std::filesystem::path path, std::string extractor, const Limits& limits);

  /// Of the image with this SHA-256 of its content; empty when it is not known.
  std::span<const float> find(const std::string& sha256) const;
  void add(const std::string& sha256, const std::vector<float>& features);
  /// Writes what was added since: whole or not at all.
  void save();
  /// Saves if enough is new, an eighth and 512 at least: the file is written whole each time, and
  /// all times together cost as the number of images grows, not as its square does.
  void save_if_grown();

 private:
  std::filesystem::path path_;
  std::string extractor_;
  std::size_t width_ = 0;  // 0: not known yet
  std::map<std::string, std::size_t> rows_;
  std::vector<std::string> names_;  // of the rows
  std::vector<float> values_;       // [rows,width]
  std::size_t saved_ = 0;
};

}  // namespace raygen::engine
