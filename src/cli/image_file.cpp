#include "image_file.hpp"

#include "output_file.hpp"

#include <string_view>
#include <utility>

namespace raygen::cli {

ImageFile read_image_file(const std::filesystem::path& path) {
  std::string bytes = read_file(path, Limits().max_file_bytes);
  try {
    Image image = Image::read_memory(bytes.data(), bytes.size());
    return {std::move(bytes), std::move(image)};
  } catch (const Error& error) {
    throw Error(error.status(), path.string() + ": " + error.what());
  }
}

std::int32_t png_bit_depth(const std::string& bytes) {
  // Behind the signature, the header's length and name, the width and the height.
  constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
  constexpr std::size_t at = 24;
  return bytes.size() > at && bytes.starts_with(signature) ? static_cast<unsigned char>(bytes[at])
                                                           : 0;
}

}  // namespace raygen::cli
