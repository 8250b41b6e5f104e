#include "png_file.hpp"

#include "output_file.hpp"

#include <string>
#include <string_view>

namespace raygen::cli {
namespace {

/// The bit depth follows the signature, the header's length and name, the width and the height.
std::int32_t bit_depth_of(std::string_view bytes) {
  constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
  constexpr std::size_t at = 24;
  return bytes.size() > at && bytes.starts_with(signature) ? static_cast<unsigned char>(bytes[at])
                                                           : 0;
}

}  // namespace

PngFile read_png(const std::filesystem::path& path) {
  const std::string bytes = read_file(path, Limits().max_file_bytes);
  try {
    return {Image::read_memory(bytes.data(), bytes.size()), bit_depth_of(bytes)};
  } catch (const Error& error) {
    throw Error(error.status(), path.string() + ": " + error.what());
  }
}

}  // namespace raygen::cli
