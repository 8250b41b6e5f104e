// Any bytes as an image: decoded within limits or refused with an Error. What was decoded can be written and read again unchanged.

#include "image/image.hpp"
#include "error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

using namespace raygen::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Limits limits{.max_file_bytes = 1 << 20, .max_pixels = 1 << 20};
  Image image;
  try {
    image = decode_image(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz", limits);
  } catch (const Error&) {
    return 0;
  }
  if (image.pixels.size() != static_cast<std::size_t>(image.width * image.height * image.channels)) std::abort();
  image.text.clear();  // another writer's keywords need not be ones that we may write
  const Image once = decode_image(encode_png(image, 16), "written", limits);
  const Image again = decode_image(encode_png(once, 16), "written again", limits);
  if (once.pixels != again.pixels || once.channels != image.channels) std::abort();
  return 0;
}
