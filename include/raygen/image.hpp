#pragma once
// Pixels in and out.
//
//   raygen::Image image = raygen::Image::read("film.png");
//   float brightness = image.at(10, 20, 0);          // x, y, channel
//   image.set_text("Description", "Moderate left pleural effusion.");
//   image.grey().write_png("grey.png", 16);          // 16 bits a sample

#include "error.hpp"
#include "limits.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace raygen {

/// Float pixels 0..1, rows from the top: [height][width][channels], channels 1 (grey) or 3 (RGB).
/// One thread at a time.
class Image {
 public:
  /// A black image. Throws Error(invalid_argument) for sizes below 1 or channels other than 1 and
  /// 3, Error(limit) for too many pixels.
  Image(std::int32_t width, std::int32_t height, std::int32_t channels)
      : Image(width, height, channels, nullptr) {}
  /// Copies height × width × channels finite values.
  Image(std::int32_t width, std::int32_t height, std::int32_t channels, const float* pixels) {
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_image_create(width, height, channels, pixels, &image, error);
    });
    adopt(image);
  }

  /// PNG (8 or 16 bits), JPEG or DICOM (as a viewer shows it), told by content. Throws Error(io |
  /// format | limit | unsupported).
  static Image read(const std::string& path, const Limits& limits = {}) {
    const raygen_limits raw = limits.raw();
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_image_read(path.data(), path.size(), &raw, &image, error);
    });
    return Image(image);
  }
  /// The same from `size` bytes in memory.
  static Image read_memory(const void* bytes, std::size_t size, const Limits& limits = {}) {
    const raygen_limits raw = limits.raw();
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) {
      return raygen_image_read_memory(bytes, size, &raw, &image, error);
    });
    return Image(image);
  }

  Image(Image&&) noexcept = default;
  Image& operator=(Image&&) noexcept = default;
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  std::int32_t width() const noexcept { return raygen_image_width(get()); }
  std::int32_t height() const noexcept { return raygen_image_height(get()); }
  std::int32_t channels() const noexcept { return raygen_image_channels(get()); }
  /// [height][width][channels], alive as long as the image.
  Span<float> pixels() const noexcept {
    return {raygen_image_pixels(get()), static_cast<std::size_t>(width()) *
                                            static_cast<std::size_t>(height()) *
                                            static_cast<std::size_t>(channels())};
  }
  /// x 0..width-1, y 0..height-1, c 0..channels-1; not checked.
  float at(std::int32_t x, std::int32_t y, std::int32_t c = 0) const noexcept {
    return raygen_image_pixels(
        get())[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width()) +
                static_cast<std::size_t>(x)) *
                   static_cast<std::size_t>(channels()) +
               static_cast<std::size_t>(c)];
  }

  /// The text kept under a keyword, empty when there is none. Generated images have "Description"
  /// and "raygen" (JSON that reproduces them).
  std::string text(const std::string& keyword) const {
    const char* text = raygen_image_text(get(), keyword.c_str());
    return text != nullptr ? text : "";
  }
  /// keyword: 1 to 79 printable Latin-1 characters; text: UTF-8.
  void set_text(const std::string& keyword, const std::string& text) {
    detail::check([&](raygen_error* error) {
      return raygen_image_set_text(get(), keyword.c_str(), text.data(), text.size(), error);
    });
  }

  /// A new image of one channel, the mean of the channels; text kept.
  Image grey() const {
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) { return raygen_image_to_grey(get(), &image, error); });
    return Image(image);
  }
  /// A new image with the same pixels and text.
  Image clone() const {
    raygen_image* image = nullptr;
    detail::check([&](raygen_error* error) { return raygen_image_copy(get(), &image, error); });
    return Image(image);
  }

  /// bit_depth 8 or 16. Text goes into text chunks. Temporary name, then rename. Throws Error(io |
  /// invalid_argument).
  void write_png(const std::string& path, std::int32_t bit_depth = 8) const {
    raygen_png_options options;
    raygen_png_options_init(&options);
    options.bit_depth = bit_depth;
    detail::check([&](raygen_error* error) {
      return raygen_image_write_png(get(), path.data(), path.size(), &options, error);
    });
  }

  /// Takes over a handle of raygen.h.
  explicit Image(raygen_image* image) { adopt(image); }
  /// A handle that something else keeps alive.
  explicit Image(std::shared_ptr<raygen_image> image) noexcept : image_(std::move(image)) {}
  raygen_image* get() const noexcept { return image_.get(); }

 private:
  void adopt(raygen_image* image) {
    image_ = std::shared_ptr<raygen_image>(image, raygen_image_free);
  }

  std::shared_ptr<raygen_image> image_;
};

}  // namespace raygen
