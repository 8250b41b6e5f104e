#include "image_format.hpp"

#include "image_file.hpp"
#include "output_file.hpp"
#include "sampling_options.hpp"

#include <iostream>
#include <map>

namespace raygen::cli {
namespace {

const std::map<std::string, DicomClass> dicom_classes{{"sc", DicomClass::secondary_capture},
                                                      {"dx", DicomClass::dx_for_presentation}};
const std::map<std::string, DicomAnnotation> dicom_annotations{
    {"none", DicomAnnotation::none}, {"burn-in", DicomAnnotation::burn_in}};

/// The element (0020,000E), as libraygen writes it.
std::string series_element(std::string uid) {
  if (uid.size() % 2 != 0) uid += '\0';
  std::string element("\x20\x00\x0e\x00UI", 6);
  element += static_cast<char>(uid.size());
  element += '\0';
  return element + uid;
}

/// What all images of a run have in common. An option at its default is left out, so that a newer
/// libraygen, which has more of them, goes on with the same series.
nlohmann::json common(nlohmann::json settings) {
  for (const char* own : {"generator", "settings_version", "prompt", "image"}) settings.erase(own);
  const nlohmann::json defaults = option_defaults();
  for (const auto& [option, value] : defaults.items())
    if (settings.contains(option) && settings[option] == value) settings.erase(option);
  return settings;
}

void check_only_for_dicom(const ImageFormatArguments& arguments) {
  const auto refuse = [&](bool given, const char* option) {
    if (given)
      throw Error(Status::invalid_argument,
                  std::string(option) + " needs --format dicom; the format is " + arguments.format);
  };
  refuse(!arguments.dicom_class.empty(), "--dicom-class");
  refuse(!arguments.dicom_template.empty(), "--dicom-template");
  refuse(!arguments.dicom_date.empty(), "--dicom-date-time");
  refuse(!arguments.dicom_annotation.empty(), "--dicom-annotation");
  refuse(arguments.pixel_spacing.has_value(), "--pixel-spacing");
}

DicomOptions dicom_options(const ImageFormatArguments& arguments) {
  DicomOptions options;
  if (!arguments.dicom_class.empty()) options.sop_class = dicom_classes.at(arguments.dicom_class);
  if (!arguments.dicom_annotation.empty())
    options.annotation = dicom_annotations.at(arguments.dicom_annotation);
  options.template_path = arguments.dicom_template;
  options.date_time = arguments.dicom_date;
  options.pixel_spacing = arguments.pixel_spacing;
  return options;
}

template <typename T>
std::vector<std::string> names(const std::map<std::string, T>& values) {
  std::vector<std::string> result;
  for (const auto& [name, value] : values) result.push_back(name);
  return result;
}

}  // namespace

void add_image_format_options(CLI::App* command, ImageFormatArguments& arguments) {
  command->add_option("--format", arguments.format, "png or dicom (default png)")
      ->check(CLI::IsMember({"png", "dicom"}));
  command
      ->add_option("--bit-depth", arguments.bit_depth,
                   "8 or 16 (default 8); with DICOM 8, 12 or 16 (default 12)")
      ->check(CLI::IsMember({8, 12, 16}));
  command
      ->add_option("--dicom-class", arguments.dicom_class,
                   "sc: Secondary Capture (default), dx: Digital X-Ray, For Presentation")
      ->check(CLI::IsMember(names(dicom_classes)));
  command
      ->add_option("--dicom-template", arguments.dicom_template,
                   "DICOM file whose patient and study the images get (default: made up)")
      ->type_name("FILE.dcm");
  command
      ->add_option("--dicom-date-time", arguments.dicom_date,
                   "YYYYMMDD or YYYYMMDDHHMMSS of the images (default: none, study 20000101)")
      ->type_name("DATE");
  command
      ->add_option("--dicom-annotation", arguments.dicom_annotation,
                   "none (default) or burn-in: SYNTHETIC is written into the picture")
      ->check(CLI::IsMember(names(dicom_annotations)));
  command
      ->add_option("--pixel-spacing", arguments.pixel_spacing,
                   "Millimetres of a pixel at the detector, for DICOM")
      ->type_name("MM");
}

ImageFormat::ImageFormat(const ImageFormatArguments& arguments)
    : is_dicom_(arguments.format == "dicom"),
      bit_depth_(arguments.bit_depth.value_or(is_dicom_ ? 12 : 8)) {
  if (is_dicom_) {
    dicom_ = dicom_options(arguments);
    dicom_.bit_depth = bit_depth_;
    return;
  }
  check_only_for_dicom(arguments);
  if (bit_depth_ == 12)
    throw Error(Status::invalid_argument,
                "--bit-depth 12 needs --format dicom; a PNG has 8 or 16 bits");
}

void ImageFormat::check(std::int32_t width, std::int32_t height) const {
  if (!is_dicom_) return;
  std::vector<std::string> warnings;
  Image(width, height, 1).encode_dicom(dicom_, &warnings);
  for (const std::string& warning : warnings) std::cerr << "raygen: warning: " << warning << '\n';
}

void ImageFormat::begin_series(const nlohmann::json& settings) {
  if (!is_dicom_) return;
  const std::string made_with = common(settings).dump();
  const std::string of = dicom_.template_path.empty()
                             ? std::string()
                             : read_file(dicom_.template_path, dicom_.limits.max_file_bytes);
  if (of.empty()) dicom_.study_uid = dicom_uid("study " + made_with + dicom_.date_time);
  const nlohmann::json written_as = {static_cast<int>(dicom_.sop_class), bit_depth_,
                                     static_cast<int>(dicom_.annotation), dicom_.date_time,
                                     dicom_.pixel_spacing.value_or(RAYGEN_DICOM_SPACING_UNKNOWN)};
  dicom_.series_uid = dicom_uid("series " + made_with + written_as.dump() + of);
}

void ImageFormat::write(const Image& image, const std::filesystem::path& path,
                        std::uint64_t index) {
  if (!is_dicom_) return image.write_png(path.string(), bit_depth_);
  constexpr std::uint64_t most = INT32_MAX;
  dicom_.instance_number = static_cast<std::int32_t>(index < most ? index + 1 : most);
  image.write_dicom(path.string(), dicom_);
}

bool ImageFormat::matches(const std::string& bytes, const Image& image,
                          std::int32_t channels) const {
  if (!is_dicom_) return png_bit_depth(bytes) == bit_depth_ && image.channels() == channels;
  return bytes.find(series_element(dicom_.series_uid)) != std::string::npos;
}

}  // namespace raygen::cli
