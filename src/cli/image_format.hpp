#pragma once
// What an image is written as: PNG or DICOM. For every command that writes images.

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <raygen/image.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace raygen::cli {

struct ImageFormatArguments {
  std::string format = "png", dicom_class, dicom_template, dicom_date, dicom_annotation;
  std::optional<std::int32_t> bit_depth;
  std::optional<double> pixel_spacing;
};
void add_image_format_options(CLI::App* command, ImageFormatArguments& arguments);

class ImageFormat {
 public:
  /// Throws Error(invalid_argument) for options that contradict each other.
  explicit ImageFormat(const ImageFormatArguments& arguments);

  /// Throws now what an image of this size would throw when it is written. The template's warnings
  /// go to standard error.
  void check(std::int32_t width, std::int32_t height) const;
  /// The images of one run: with DICOM, they are one series of one study. `settings` is what all of
  /// them were made with, as raygen_config_resolve has it. Reads the template.
  void begin_series(const nlohmann::json& settings);

  bool is_dicom() const { return is_dicom_; }
  /// ".png" or ".dcm".
  const char* extension() const { return is_dicom_ ? ".dcm" : ".png"; }
  /// Image `index` of the run.
  void write(const Image& image, const std::filesystem::path& path, std::uint64_t index);
  /// Whether a file that holds `image` was written in this format, in this series, by a run that
  /// wrote images of as many channels.
  bool matches(const std::string& bytes, const Image& image, std::int32_t channels) const;

 private:
  bool is_dicom_;
  std::int32_t bit_depth_;
  DicomOptions dicom_;
};

}  // namespace raygen::cli
