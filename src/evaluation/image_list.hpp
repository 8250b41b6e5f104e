#pragma once
// The images of a synthetic set, as programs list them.

#include "limits.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace raygen::engine {

/// Whom an image shows, and from where, as far as it is known.
struct Subject {
  std::string sex = {};            // "F", "M" or empty
  std::optional<double> age = {};  // years
  std::string view = {};           // PA, AP, … or empty
};

struct ListedImage {
  std::filesystem::path file;
  std::string name;                   // as the list has it
  std::optional<std::string> prompt;  // nothing where the list does not say
  Subject subject = {};
};

/// `source` is a folder with an images.csv as `raygen generate` writes, a folder of images alone,
/// or a table with the columns prompt and img_savename (CheXGenBench), whose names are within its
/// folder. Columns of sex, age and view are read where they are, as `raygen prepare` finds them.
/// Ordered as the table is, else by name. Throws Error(format) naming file and line for a row
/// without an image, a name that leads out of the folder or is there twice, and
/// Error(invalid_argument) for no image at all.
std::vector<ListedImage> list_images(const std::filesystem::path& source, const Limits& limits);

}  // namespace raygen::engine
