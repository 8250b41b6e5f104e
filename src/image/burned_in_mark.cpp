#include "error.hpp"
#include "image/dicom_pixels.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace raygen::engine {
namespace {

constexpr std::int64_t glyph_width = 5, glyph_height = 7;
using Glyph = std::array<std::string_view, glyph_height>;
constexpr Glyph S{" ### ", "#   #", "#    ", " ### ", "    #", "#   #", " ### "},
    Y{"#   #", "#   #", " # # ", "  #  ", "  #  ", "  #  ", "  #  "},
    N{"#   #", "##  #", "##  #", "# # #", "#  ##", "#  ##", "#   #"},
    T{"#####", "  #  ", "  #  ", "  #  ", "  #  ", "  #  ", "  #  "},
    H{"#   #", "#   #", "#   #", "#####", "#   #", "#   #", "#   #"},
    E{"#####", "#    ", "#    ", "#### ", "#    ", "#    ", "#####"},
    I{" ### ", "  #  ", "  #  ", "  #  ", "  #  ", "  #  ", " ### "},
    C{" ### ", "#   #", "#    ", "#    ", "#    ", "#   #", " ### "};
constexpr std::array mark{S, Y, N, T, H, E, T, I, C};

// With a dot between letters and two around them all.
constexpr std::int64_t margin = 2, advance = glyph_width + 1,
                       mark_width =
                           static_cast<std::int64_t>(mark.size()) * advance - 1 + 2 * margin,
                       mark_height = glyph_height + 2 * margin;

bool is_white(std::int64_t x, std::int64_t y) {
  x -= margin, y -= margin;
  if (x < 0 || y < 0 || y >= glyph_height || x % advance >= glyph_width) return false;
  const auto letter = static_cast<std::size_t>(x / advance);
  return letter < mark.size() &&
         mark[letter][static_cast<std::size_t>(y)][static_cast<std::size_t>(x % advance)] == '#';
}

}  // namespace

void burn_in_mark(Image& grey) {
  if (grey.width < mark_width || grey.height < mark_height)
    fail(Status::invalid_argument,
         "the image is {} x {} pixels: the word SYNTHETIC needs {} x {} or more", grey.width,
         grey.height, mark_width, mark_height);
  constexpr std::int64_t share = 3;  // of the width at most
  const std::int64_t scale = std::max<std::int64_t>(
      1, std::min(grey.width / (share * mark_width), grey.height / mark_height));
  const std::int64_t top = grey.height - scale * mark_height;
  for (std::int64_t y = 0; y < scale * mark_height; ++y)
    for (std::int64_t x = 0; x < scale * mark_width; ++x)
      grey.pixels[static_cast<std::size_t>((top + y) * grey.width + x)] =
          is_white(x / scale, y / scale) ? 1.0F : 0.0F;
}

}  // namespace raygen::engine
