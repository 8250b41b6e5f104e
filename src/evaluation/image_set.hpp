#pragma once
// A set of images that is evaluated: those of a prepared dataset, or those of a list of files. An
// image is read when it is asked for; none stays in memory.

#include "dataset/dataset.hpp"
#include "evaluation/image_list.hpp"
#include "image/image.hpp"
#include "limits.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// One thread at a time.
class ImageSet {
 public:
  virtual ~ImageSet() = default;
  virtual std::size_t size() const = 0;
  /// Grey. Throws Error naming the image.
  virtual Image image(std::size_t i) const = 0;
  virtual std::string name(std::size_t i) const = 0;
  /// The patient, or the image itself if it is nobody's.
  virtual std::string group(std::size_t i) const = 0;
  /// The report, or the prompt; nothing if there is none.
  virtual std::optional<std::string> text(std::size_t i) const = 0;
  /// What is known to be there; nothing if nothing is known.
  virtual std::optional<std::vector<std::string>> findings(std::size_t i) const = 0;
  virtual Subject subject(std::size_t) const { return {}; }
};

/// One image of a dataset, grey.
Image dataset_image(const Dataset& dataset, std::size_t i);

/// A split of a dataset. Throws Error(invalid_argument) if the split is empty.
std::unique_ptr<ImageSet> images_of_split(std::shared_ptr<const Dataset> dataset, Split split);
/// A prompt that the list does not tell is taken from the image's own text (Description), as
/// `raygen generate` writes it; where an image was read, it is not read again for its text.
std::unique_ptr<ImageSet> images_of_list(std::vector<ListedImage> list, const Limits& limits);

/// SHA-256 of size and pixels: equal for equal pictures, whatever files they are in.
std::string content_sha256(const Image& image);

}  // namespace raygen::engine
