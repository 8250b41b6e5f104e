#include "image/image.hpp"

#include "error.hpp"
#include "image/codec.hpp"
#include "image/film_depth.hpp"
#include "image/jpeg2000.hpp"
#include "image/original.hpp"
#include "storage/atomic_file.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

namespace raygen::engine {
namespace {

constexpr std::string_view png_signature("\x89PNG\r\n\x1a\n", 8);
constexpr std::string_view jpeg_signature("\xff\xd8", 2);  // strays may be behind it

}  // namespace

void check_pixel_count(std::uint64_t width, std::uint64_t height, const std::string& where,
                       const Limits& limits) {
  // Both sides are below 2^31 in either format: the product cannot overflow.
  if (width * height > limits.max_pixels)
    fail(Status::limit, "{}: the image is {} x {} pixels, more than the limit of {}", where, width,
         height, limits.max_pixels);
}

Decoded decode(std::string_view bytes, const std::string& where, const Limits& limits) {
  if (bytes.size() > limits.max_file_bytes)
    fail(Status::limit, "{}: {} bytes, more than the limit of {}", where, bytes.size(),
         limits.max_file_bytes);
  if (bytes.empty()) fail(Status::format, "{}: empty; {} was expected", where, read_formats);
  if (bytes.starts_with(png_signature)) return decode_png(bytes, where, limits);
  if (bytes.starts_with(jpeg_signature)) return {decode_jpeg(bytes, where, limits), {}};
  if (is_jpeg2000(bytes)) return decode_jpeg2000(bytes, where, limits);
  if (is_dicom(bytes)) return decode_dicom(bytes, where, limits);
  if (is_pnm(bytes)) return decode_pnm(bytes, where, limits);
  if (is_stb_format(bytes)) return decode_stb_format(bytes, where, limits);
  refuse_format(bytes, where);
}

Image decode_image(std::string_view bytes, const std::string& where, const Limits& limits) {
  auto [image, depth] = decode(bytes, where, limits);
  if (depth.may_be_film) spread_bits(image, meant_bits(image, depth.declared));
  return std::move(image);
}

Image read_image(const std::filesystem::path& path, const Limits& limits) {
  return decode_image(read_image_bytes(path, limits), path.string(), limits);
}

std::string read_image_bytes(const std::filesystem::path& path, const Limits& limits) {
  const std::string where = path.string();
  std::error_code code;
  const auto status = std::filesystem::status(path, code);
  if (code) fail(Status::io, "cannot open image {}: {}", where, code.message());
  if (!std::filesystem::is_regular_file(status))
    fail(Status::io, "cannot read image {}: it is not a file", where);
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (code) fail(Status::io, "cannot read image {}: {}", where, code.message());
  if (size > limits.max_file_bytes)
    fail(Status::limit, "{}: {} bytes, more than the limit of {}", where, size,
         limits.max_file_bytes);

  std::ifstream file(path, std::ios::binary);
  if (!file)
    fail(Status::io, "cannot open image {}: {}", where, std::generic_category().message(errno));
  std::string bytes(static_cast<std::size_t>(size), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (file.gcount() != static_cast<std::streamsize>(size))
    fail(Status::io, "cannot read image {}: got {} of its {} bytes", where, file.gcount(), size);
  return bytes;
}

void write_png(const Image& image, const std::filesystem::path& path, int bit_depth,
               bool declare_bits) {
  const std::string bytes = encode_png(image, bit_depth, declare_bits);
  AtomicFile file(path);
  file.write(bytes.data(), bytes.size());
  file.commit();
}

std::array<float, 3> rgb_of_ybr(const std::array<float, 3>& ybr) {
  constexpr float half = 128.0F / 255;
  const float luma = ybr[0], blue = ybr[1] - half, red = ybr[2] - half;
  const auto clamped = [](float value) { return std::clamp(value, 0.0F, 1.0F); };
  return {clamped(luma + 1.402F * red), clamped(luma - 0.344136F * blue - 0.714136F * red),
          clamped(luma + 1.772F * blue)};
}

Image to_grey(const Image& image) {
  Image grey{image.width, image.height, 1, {}, image.text};
  if (image.channels == 1) {
    grey.pixels = image.pixels;
    return grey;
  }
  const auto channels = static_cast<std::size_t>(image.channels);
  grey.pixels.resize(image.pixels.size() / channels);
  for (std::size_t i = 0; i < grey.pixels.size(); ++i) {
    // Equal channels are grey already, and their mean would be rounded.
    const float* const pixel = image.pixels.data() + i * channels;
    float sum = 0;
    bool equal = true;
    for (std::size_t c = 0; c < channels; ++c) {
      sum += pixel[c];
      equal = equal && pixel[c] == pixel[0];
    }
    grey.pixels[i] = equal ? pixel[0] : sum / static_cast<float>(channels);
  }
  return grey;
}

}  // namespace raygen::engine
