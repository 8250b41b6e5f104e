#pragma once
// What a figure says of the images in it: in words at its foot, and as JSON inside the file.

#include <raygen/image.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace raygen::cli {

class Provenance {
 public:
  /// An image of the figure, and the file that it came from, if any.
  void add(const Image& image, const std::string& file = "");

  /// The mark of synthetic images, if an image has it.
  const std::string& mark() const { return mark_; }
  /// The mark, and the settings that all generated images of the figure share.
  std::string footnote() const;
  /// {"figure": kind, "generator", "synthetic", "images": [settings or file of each]}, in ASCII.
  std::string json(const std::string& kind) const;

 private:
  std::string mark_;
  std::size_t marked_ = 0;
  std::vector<nlohmann::ordered_json> images_;
  nlohmann::ordered_json shared_;
};

}  // namespace raygen::cli
