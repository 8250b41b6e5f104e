#include "door.hpp"

#include "image/original.hpp"
#include "storage/atomic_file.hpp"
#include "storage/sha256.hpp"

#include <algorithm>

namespace raygen::capi {
namespace {

raygen::engine::Image make_image(std::int32_t width, std::int32_t height, std::int32_t channels,
                                 const float* pixels) {
  if (width < 1 || height < 1)
    fail(Status::invalid_argument, "the image is {} x {} pixels; 1 x 1 or more was expected", width,
         height);
  if (channels != 1 && channels != 3)
    fail(Status::invalid_argument, "channels is {}; 1 (grey) or 3 (RGB) was expected", channels);
  const auto count = static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
  if (const engine::Limits limits; count > limits.max_pixels) {
    fail(Status::limit, "the image is {} x {} pixels, more than the limit of {}", width, height,
         limits.max_pixels);
  }
  engine::Image image{width,
                      height,
                      channels,
                      std::vector<float>(count * static_cast<std::uint64_t>(channels)),
                      {}};
  if (pixels == nullptr) return image;
  required(pixels, "pixels");
  const float* end = pixels + image.pixels.size();
  const float* wrong =
      std::find_if(pixels, end, [](float value) { return !(value >= 0 && value <= 1); });
  if (wrong != end)
    fail(Status::invalid_argument, "pixels[{}] is {}; 0 to 1 was expected", wrong - pixels, *wrong);
  std::copy(pixels, end, image.pixels.begin());
  return image;
}

/// A file's picture, which knows the file.
raygen_image* read(std::string_view bytes, const std::string& where, const engine::Limits& limits) {
  engine::Image image = engine::decode_image(bytes, where, limits);
  return new raygen_image{std::move(image), engine::sha256_hex(bytes)};
}

std::string png_of(const raygen_image* image, const raygen_png_options* options) {
  const engine::Image& from = required(image, "image").image;
  const raygen_png_options raw =
      given_or_default(options, "options", "raygen_png_options", raygen_png_options_init);
  const engine::Limits limits = limits_of(raw.limits);
  if (raw.like_size > 0) {
    if (raw.like == nullptr)
      fail(Status::invalid_argument, "like is NULL, its size {}", raw.like_size);
    const std::string_view original(static_cast<const char*>(raw.like), raw.like_size);
    return engine::encode_png_like(from, {original, raw.like_left, raw.like_top}, limits);
  }
  if (raw.bit_depth != 8 && raw.bit_depth != 16)
    fail(Status::invalid_argument, "bit_depth is {}; 8 or 16 was expected", raw.bit_depth);
  return engine::encode_png(from, raw.bit_depth, /*declare_bits=*/true);
}

}  // namespace
}  // namespace raygen::capi

using namespace raygen::capi;

extern "C" {

raygen_status raygen_image_create(int32_t width, int32_t height, int32_t channels,
                                  const float* pixels, raygen_image** image, raygen_error* error) {
  clear(image);
  return guard(error, [&] { give(image, "image", make_image(width, height, channels, pixels)); });
}

raygen_status raygen_image_read(const char* path, size_t path_length, const raygen_limits* limits,
                                raygen_image** image, raygen_error* error) {
  clear(image);
  return guard(error, [&] {
    raygen_image*& out = required(image, "image");
    const std::filesystem::path file = path_of(path, path_length, "path");
    const raygen::engine::Limits allowed = limits_of(limits);
    out = read(raygen::engine::read_image_bytes(file, allowed), file.string(), allowed);
  });
}

raygen_status raygen_image_read_memory(const void* bytes, size_t size, const raygen_limits* limits,
                                       raygen_image** image, raygen_error* error) {
  clear(image);
  return guard(error, [&] {
    raygen_image*& out = required(image, "image");
    if (size != 0 && bytes == nullptr)
      fail(Status::invalid_argument, "bytes is NULL, its size {}", size);
    out = read({static_cast<const char*>(bytes), size}, "image in memory", limits_of(limits));
  });
}

void raygen_image_free(raygen_image* image) { destroy(image); }

int32_t raygen_image_width(const raygen_image* image) {
  return !usable(image) ? 0 : static_cast<int32_t>(image->image.width);
}
int32_t raygen_image_height(const raygen_image* image) {
  return !usable(image) ? 0 : static_cast<int32_t>(image->image.height);
}
int32_t raygen_image_channels(const raygen_image* image) {
  return !usable(image) ? 0 : static_cast<int32_t>(image->image.channels);
}
const float* raygen_image_pixels(const raygen_image* image) {
  return !usable(image) ? nullptr : image->image.pixels.data();
}

const char* raygen_image_get_text(const raygen_image* image, const char* keyword,
                                  size_t keyword_length) {
  if (!usable(image) || keyword == nullptr) return nullptr;
  const auto& text = image->image.text;
  const std::string_view wanted(keyword, keyword_length);
  const auto found = std::find_if(text.begin(), text.end(),
                                  [&](const auto& entry) { return entry.first == wanted; });
  return found == text.end() ? nullptr : found->second.c_str();
}

raygen_status raygen_image_set_text(raygen_image* image, const char* keyword, size_t keyword_length,
                                    const char* text, size_t text_length, raygen_error* error) {
  return guard(error, [&] {
    auto& to = required(image, "image").image.text;
    std::string name(text_of(keyword, keyword_length, "keyword"));
    std::string value(text_of(text, text_length, "text"));
    raygen::engine::check_png_text(name, value);
    to[std::move(name)] = std::move(value);
  });
}

raygen_status raygen_image_copy(const raygen_image* image, raygen_image** copy,
                                raygen_error* error) {
  clear(copy);
  return guard(error, [&] {
    const raygen_image& from = required(image, "image");
    give(copy, "copy", from.image, from.source_sha256);
  });
}

raygen_status raygen_image_to_grey(const raygen_image* image, raygen_image** grey,
                                   raygen_error* error) {
  clear(grey);
  return guard(error, [&] {
    const raygen_image& from = required(image, "image");
    give(grey, "grey", raygen::engine::to_grey(from.image));
  });
}

raygen_status raygen_image_write_png(const raygen_image* image, const char* path,
                                     size_t path_length, const raygen_png_options* options,
                                     raygen_error* error) {
  return guard(error, [&] {
    const std::string png = png_of(image, options);
    raygen::engine::AtomicFile file(path_of(path, path_length, "path"));
    file.write(png.data(), png.size());
    file.commit();
  });
}

raygen_status raygen_image_encode_png(const raygen_image* image, const raygen_png_options* options,
                                      void** bytes, size_t* size, raygen_error* error) {
  clear(bytes);
  return guard(error, [&] {
    required(image, "image");
    void*& out = required(bytes, "bytes");
    size_t& length = required(size, "size");
    const std::string png = png_of(image, options);
    out = buffer_of(png);
    length = png.size();
  });
}

void(raygen_png_options_init)(raygen_png_options* options, size_t struct_size) {
  raygen_png_options value{};
  value.bit_depth = 8;
  initialize(options, struct_size, value);
}

}  // extern "C"
