#include "like.hpp"

#include <iostream>

namespace raygen::cli {
namespace {

Settings settings_of(const Image& image, const std::string& path) {
  try {
    return Settings::of(image);
  } catch (const Error& error) {
    throw Error(error.status(), path + ": " + error.what());
  }
}

}  // namespace

CLI::Option* add_like_options(CLI::App* command, LikeArguments& arguments) {
  CLI::Option* like =
      command
          ->add_option(
              "--like", arguments.image,
              "Make this image again: its prompt, seed and settings, where no other option "
              "says otherwise")
          ->type_name("IMAGE.png");
  command
      ->add_flag("--any-model", arguments.any_model,
                 "With --like: also with another model than the image's")
      ->needs(like);
  arguments.device = command->get_option("--device");
  arguments.precision = command->get_option("--precision");
  return like;
}

LikeImage::LikeImage(const LikeArguments& arguments)
    : LikeImage(arguments, read_image_file(arguments.image)) {}

LikeImage::LikeImage(const LikeArguments& arguments, const ImageFile& file)
    : arguments_(arguments),
      settings_(settings_of(file.image, arguments.image)),
      channels_(file.image.channels()),
      bit_depth_(png_bit_depth(file.bytes) == 16 ? 16 : 8) {}

void LikeImage::choose_compute(ModelArguments& model) const {
  if (arguments_.precision->count() == 0 && settings_.precision() != Precision::automatic)
    model.precision = precision_name(settings_.precision());
  // An image of a GPU is made on the CPU where there is no GPU, with a warning.
  if (arguments_.device->count() == 0 && settings_.device() == Device::cpu) model.device = "cpu";
}

void LikeImage::check_model(const Model& model) const {
  const std::string& path = arguments_.image;
  try {
    for (const std::string& doubt : settings_.check_model(model, arguments_.any_model))
      std::cerr << "raygen: warning: " << path << ": " << doubt << '\n';
  } catch (const Error& error) {
    throw Error(error.status(),
                path + ": " + error.what() + "; --any-model takes the settings for another model");
  }
}

}  // namespace raygen::cli
