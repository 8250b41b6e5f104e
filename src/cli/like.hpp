#pragma once
// --like IMAGE: a run that begins with what made an image.

#include "image_file.hpp"
#include "model_arguments.hpp"

#include <raygen/settings.hpp>

#include <CLI/CLI.hpp>

#include <cstdint>
#include <string>

namespace raygen::cli {

struct LikeArguments {
  std::string image;  // the file; empty: none
  bool any_model = false;
  const CLI::Option *device = nullptr, *precision = nullptr;  // whether the command names them
};

/// --like and --any-model, for a command that has the options of a model. Returns --like.
CLI::Option* add_like_options(CLI::App* command, LikeArguments& arguments);

/// The image that is to be made again.
class LikeImage {
 public:
  /// Throws Error(io | format | unsupported | limit) naming the file and what it lacks.
  explicit LikeImage(const LikeArguments& arguments);

  const Settings& settings() const { return settings_; }
  /// Of the file: 1 or 3, and 8 or 16.
  std::int32_t channels() const { return channels_; }
  std::int32_t bit_depth() const { return bit_depth_; }

  /// Device and precision of the image, where the command names none.
  void choose_compute(ModelArguments& model) const;
  /// Throws Error(invalid_argument) for another model than the image's, unless any is allowed;
  /// warns on standard error of what else may make another image.
  void check_model(const Model& model) const;

 private:
  LikeImage(const LikeArguments& arguments, const ImageFile& file);

  const LikeArguments& arguments_;
  Settings settings_;
  std::int32_t channels_, bit_depth_;
};

}  // namespace raygen::cli
