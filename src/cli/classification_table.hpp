#pragma once
// What `raygen classify` writes: a row an image, in a table, in JSON and in tensors.

#include "image_sources.hpp"

#include <raygen/classifier.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::cli {

/// A model's classes as its manifest has them. Throws Error(unsupported) saying how to get a
/// classifier when the model has none.
std::vector<std::string> classes_of(const Model& model, const std::string& path);

class ClassificationTable {
 public:
  /// Throws Error(limit) when the numbers of `count` images take more than max_bytes.
  void check_size(const Classification& first, std::size_t count, std::uint64_t max_bytes) const;
  /// The next images, in order.
  void add(const Classification& seen, const std::vector<SourceImage>& images);
  /// The class activation map of an image that was added, of class k, was written there.
  void add_map(std::size_t image, std::size_t k, const std::string& path);

  /// image, a probability for each class with a name, whether it is at or above its threshold (1 or
  /// 0) for each that has one and, if there are maps, map_class and map.
  std::string csv() const;
  nlohmann::ordered_json json_classes() const;
  nlohmann::ordered_json json_images() const;
  /// features [images,D] and logits [images,K]. Throws Error(io).
  void write_features(const std::string& path) const;
  /// How many images are at or above the threshold of each class that has one, a line each.
  std::string summary() const;

 private:
  struct Row {
    std::string name;
    std::vector<float> probabilities;
    std::size_t map_class = 0;
    std::string map;
  };
  bool has_threshold(std::size_t k) const;
  bool is_positive(const Row& row, std::size_t k) const;

  std::vector<std::string> classes_;  // an empty name is left out everywhere but in logits
  std::vector<double> thresholds_;
  std::vector<Row> rows_;
  std::vector<float> features_, logits_;
  bool with_maps_ = false;
};

/// The class with a name that is most probable on image i; Error(unsupported) when none has one.
std::size_t most_probable(const Classification& seen, std::size_t i);

}  // namespace raygen::cli
