#pragma once
// What an image carries about how it was made, and the image made again.
//
//   auto settings = raygen::Settings::of(raygen::Image::read("effusion.png"));
//   auto model = raygen::Model::open("models/phantom-128");
//   settings.check_model(model);  // throws for another than the one that made the image
//   auto again = raygen::Generator(model).generate(settings.prompts(), settings.options());

#include "error.hpp"
#include "image.hpp"
#include "model.hpp"
#include "options.hpp"
#include "strings.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace raygen {

/// The settings of one image. Independent of the image and of any model. One thread at a time.
class Settings {
 public:
  /// json: the text "raygen" of an image, of this version or an earlier one. Throws
  /// Error(format | unsupported): settings of a newer libraygen, and those of an image that was
  /// made from more than settings (tokens, a mask, another image), are not understood.
  static Settings parse(const std::string& json) {
    return Settings(
        detail::made<raygen_settings>([&](raygen_settings** settings, raygen_error* error) {
          return raygen_settings_read(json.data(), json.size(), settings, error);
        }));
  }
  /// The same of an image; Error(format) when it carries none.
  static Settings of(const Image& image) { return parse(image.text("raygen")); }

  /// The sentence that the image was made from, or those that are mixed in it.
  std::vector<std::string> prompts() const {
    std::vector<std::string> prompts;
    for (std::size_t i = 0; i < raygen_settings_prompt_count(settings_.get()); ++i)
      prompts.emplace_back(raygen_settings_prompt(settings_.get(), i));
    return prompts;
  }
  /// One for each prompt; they sum up to 1.
  std::vector<double> weights() const {
    std::vector<double> weights;
    for (std::size_t i = 0; i < raygen_settings_prompt_count(settings_.get()); ++i)
      weights.push_back(raygen_settings_prompt_weight(settings_.get(), i));
    return weights;
  }
  std::uint64_t seed() const noexcept { return raygen_settings_seed(settings_.get()); }
  /// The image's index.
  std::uint64_t image() const noexcept { return raygen_settings_image(settings_.get()); }
  /// Of its tries, 0 the first: above 0 only where Options::reject_near was used.
  std::uint32_t attempt() const noexcept { return raygen_settings_attempt(settings_.get()); }
  /// Model::digest() of the model that made the image.
  std::string model() const { return raygen_settings_model(settings_.get()); }
  /// "libraygen MAJOR.MINOR.PATCH", which made the image.
  std::string generator() const { return raygen_settings_generator(settings_.get()); }
  /// What the image was made with, for ModelOptions.
  Device device() const noexcept {
    return static_cast<Device>(raygen_settings_device(settings_.get()));
  }
  Precision precision() const noexcept {
    return static_cast<Precision>(raygen_settings_precision(settings_.get()));
  }

  /// The sampling config of the image as JSON, every key; the config, sampling and overrides of
  /// `over` win. Throws Error(invalid_argument | format).
  std::string config(const Options& over = {}) const {
    Options sampling;
    sampling.sampling = over.sampling;
    sampling.config = over.config;
    sampling.config_name = over.config_name;
    sampling.overrides = over.overrides;
    const detail::RawOptions raw(sampling, 1);
    return detail::text_from([&](char** config, raygen_error* error) {
      return raygen_settings_config(settings_.get(), raw.get(), config, error);
    });
  }
  /// Seed, index, config, weights and try of the image: with them and prompts(),
  /// Generator::generate makes it again, to the last bit on the same machine.
  Options options() const {
    Options options;
    options.seed = seed();
    options.first_image = image();
    options.config = config();
    options.prompt_weights = weights();
    options.prompts_per_mix = options.prompt_weights.size();
    if (attempt() != 0) options.attempts = {attempt()};
    return options;
  }

  /// Throws Error(invalid_argument) with both digests when another model made the image, unless
  /// any_model. Returns why the model may make another image nevertheless (another version,
  /// precision or device), for a person.
  std::vector<std::string> check_model(const Model& model, bool any_model = false) const {
    return detail::lines_of(detail::text_from([&](char** doubts, raygen_error* error) {
      return raygen_settings_check_model(settings_.get(), model.get(), any_model ? 1 : 0, doubts,
                                         error);
    }));
  }

 private:
  explicit Settings(raygen_settings* settings) noexcept : settings_(settings) {}
  std::unique_ptr<raygen_settings, detail::Free<raygen_settings_free>> settings_;
};

}  // namespace raygen
