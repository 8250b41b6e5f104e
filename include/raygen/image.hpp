#pragma once
// Pixels in and out.
//
//   raygen::Image image = raygen::Image::read("film.png");
//   float brightness = image.at(10, 20, 0);          // x, y, channel
//   image.set_text("Description", "Moderate left pleural effusion.");
//   image.grey().write_png("grey.png", 16);          // 16 bits a sample
//   image.write_dicom("film.dcm");                   // dicom.hpp has the options

#include "dicom.hpp"
#include "error.hpp"
#include "limits.hpp"
#include "span.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace raygen {

/// Float pixels 0..1, rows from the top: [height][width][channels], channels 1 (grey) or 3 (RGB).
/// One thread at a time.
class Image {
 public:
  /// A black image. Throws Error(invalid_argument) for sizes below 1 or channels other than 1 and
  /// 3, Error(limit) for too many pixels.
  Image(std::int32_t width, std::int32_t height, std::int32_t channels)
      : Image(width, height, channels, nullptr) {}
  /// Copies height × width × channels values of 0..1. Throws the same.
  Image(std::int32_t width, std::int32_t height, std::int32_t channels, const float* pixels)
      : Image(detail::made<raygen_image>([&](raygen_image** image, raygen_error* error) {
          return raygen_image_create(width, height, channels, pixels, image, error);
        })) {}

  /// A PNG, JPEG, JPEG 2000, DICOM, BMP, PGM, PPM, TGA, GIF or PSD file, as a viewer shows it. The
  /// content tells the format. Throws Error(io | format | unsupported | limit).
  static Image read(const std::string& path, const Limits& limits = {}) {
    return Image(detail::made<raygen_image>([&](raygen_image** image, raygen_error* error) {
      return raygen_image_read(path.data(), path.size(), &limits, image, error);
    }));
  }
  /// The same from `size` bytes in memory. Throws Error(format | unsupported | limit).
  static Image read_memory(const void* bytes, std::size_t size, const Limits& limits = {}) {
    return Image(detail::made<raygen_image>([&](raygen_image** image, raygen_error* error) {
      return raygen_image_read_memory(bytes, size, &limits, image, error);
    }));
  }

  std::int32_t width() const noexcept { return raygen_image_width(get()); }
  std::int32_t height() const noexcept { return raygen_image_height(get()); }
  std::int32_t channels() const noexcept { return raygen_image_channels(get()); }
  /// [height][width][channels], alive as long as the image.
  Span<float> pixels() const& noexcept {
    return {raygen_image_pixels(get()), static_cast<std::size_t>(width()) *
                                            static_cast<std::size_t>(height()) *
                                            static_cast<std::size_t>(channels())};
  }
  void pixels() const&& = delete;
  /// x 0..width-1, y 0..height-1, c 0..channels-1; not checked.
  float at(std::int32_t x, std::int32_t y, std::int32_t c = 0) const noexcept {
    return raygen_image_pixels(
        get())[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width()) +
                static_cast<std::size_t>(x)) *
                   static_cast<std::size_t>(channels()) +
               static_cast<std::size_t>(c)];
  }

  /// The text under a keyword, empty when there is none. Generated images have "Description" (the
  /// prompt), "Comment" (that they are synthetic) and "raygen" (JSON of all that reproduces them).
  std::string text(const std::string& keyword) const {
    const char* text = raygen_image_get_text(get(), keyword.data(), keyword.size());
    return text != nullptr ? text : "";
  }
  /// keyword: 1 to 79 printable Latin-1 characters, as PNG asks: no space at the ends, no two
  /// spaces together. text: UTF-8. Throws Error(invalid_argument).
  void set_text(const std::string& keyword, const std::string& text) {
    detail::check([&](raygen_error* error) {
      return raygen_image_set_text(get(), keyword.data(), keyword.size(), text.data(), text.size(),
                                   error);
    });
  }

  /// A new image of one channel, the mean of the channels, with the same texts.
  Image grey() const {
    return Image(detail::made<raygen_image>([&](raygen_image** image, raygen_error* error) {
      return raygen_image_to_grey(get(), image, error);
    }));
  }
  /// A new image with the same pixels and texts.
  Image clone() const {
    return Image(detail::made<raygen_image>([&](raygen_image** image, raygen_error* error) {
      return raygen_image_copy(get(), image, error);
    }));
  }

  /// A PNG of 8 or 16 bits with the texts of the image, under a temporary name that is renamed when
  /// the file is whole. Throws Error(invalid_argument | io | numeric).
  void write_png(const std::string& path, std::int32_t bit_depth = 8) const {
    const raygen_png_options options = png_options(bit_depth);
    detail::check([&](raygen_error* error) {
      return raygen_image_write_png(get(), path.data(), path.size(), &options, error);
    });
  }
  /// A PNG of the depth of the file that the image was made from: 8 bits, or 16 where its samples
  /// have more. A pixel that is still that file's gets its own sample, also of a film of 12 bits in
  /// 16. left, top: the pixel of the image where that file's first one is, after outpainting.
  /// Throws what write_png() and read_memory() do.
  void write_png_like(const std::string& path, Span<std::uint8_t> original, std::int32_t left = 0,
                      std::int32_t top = 0) const {
    raygen_png_options options;
    raygen_png_options_init(&options);
    options.like = original.data();
    options.like_size = original.size();
    options.like_left = left;
    options.like_top = top;
    detail::check([&](raygen_error* error) {
      return raygen_image_write_png(get(), path.data(), path.size(), &options, error);
    });
  }
  /// What write_png() writes, in memory. Throws Error(invalid_argument | numeric).
  std::vector<std::uint8_t> encode_png(std::int32_t bit_depth = 8) const {
    const raygen_png_options options = png_options(bit_depth);
    void* bytes = nullptr;
    std::size_t size = 0;
    detail::check([&](raygen_error* error) {
      return raygen_image_encode_png(get(), &options, &bytes, &size, error);
    });
    return copied(bytes, size);
  }

  /// A DICOM file of one grey frame, marked as synthetic, with the texts of the image, under a
  /// temporary name that is renamed when the file is whole. Returns what of the template was left
  /// out, and why. Throws Error(invalid_argument | io | format | unsupported | limit | numeric).
  std::vector<std::string> write_dicom(const std::string& path,
                                       const DicomOptions& options = {}) const {
    const raygen_dicom_options raw = detail::raw_dicom_options(options);
    return detail::lines_of(detail::text_from([&](char** warnings, raygen_error* error) {
      return raygen_image_write_dicom(get(), path.data(), path.size(), &raw, warnings, error);
    }));
  }
  /// The same bytes in memory. warnings: nullptr, or what of the template was left out is added.
  /// Throws the same.
  std::vector<std::uint8_t> encode_dicom(const DicomOptions& options = {},
                                         std::vector<std::string>* warnings = nullptr) const {
    const raygen_dicom_options raw = detail::raw_dicom_options(options);
    void* bytes = nullptr;
    std::size_t size = 0;
    const std::string text = detail::text_from([&](char** lines, raygen_error* error) {
      return raygen_image_encode_dicom(get(), &raw, &bytes, &size, lines, error);
    });
    std::vector<std::uint8_t> file = copied(bytes, size);
    if (warnings != nullptr)
      for (std::string& line : detail::lines_of(text)) warnings->push_back(std::move(line));
    return file;
  }

  /// Takes over a handle of raygen.h.
  explicit Image(raygen_image* image) noexcept : image_(image) {}
  /// Gives the handle up: it is the caller's to free.
  raygen_image* release() noexcept { return image_.release(); }
  raygen_image* get() const& noexcept { return image_.get(); }
  void get() const&& = delete;

 private:
  /// A buffer of the library's, which is freed.
  static std::vector<std::uint8_t> copied(void* bytes, std::size_t size) {
    const std::unique_ptr<void, detail::Free<raygen_buffer_free>> keep(bytes);
    const auto* begin = static_cast<const std::uint8_t*>(bytes);
    return {begin, begin + size};
  }
  static raygen_png_options png_options(std::int32_t bit_depth) {
    raygen_png_options options;
    raygen_png_options_init(&options);
    options.bit_depth = bit_depth;
    return options;
  }

  std::unique_ptr<raygen_image, detail::Free<raygen_image_free>> image_;
};

}  // namespace raygen
