#pragma once
// A page as SVG: texts as texts, pictures inside as PNGs. A unit is 1/96 inch.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace raygen::cli {

using Bytes = std::vector<std::uint8_t>;

struct Box {
  double x, y, width, height;
};

/// Which cells of a grid that lies over a picture are marked.
struct Cells {
  std::int32_t width = 0, height = 0;
  std::vector<std::uint8_t> marked;  // [height][width], 0 or not

  bool at(std::int32_t x, std::int32_t y) const;  // false outside
};

struct TextStyle {
  double size = 14;
  const char* colour = "#1a1a1a";
  const char* anchor = "start";  // "middle", "end": what of the text is at x
  bool bold = false;
  bool upwards = false;  // turned by a quarter, to be read from below
};

class Page {
 public:
  Page(double width, double height) : width_(width), height_(height) {}

  double width() const { return width_; }
  double height() const { return height_; }

  void text(double x, double baseline, const std::string& line, const TextStyle& style);
  /// As large as fits into the box, in the middle of it.
  void picture(const Box& box, const Bytes& png);
  /// A thin line around the box.
  void frame(const Box& box);
  void hatch(const Box& box, const Cells& cells);
  void outline(const Box& box, const Cells& cells);
  /// Colours from the bottom of the box to its top, evenly spaced.
  void colour_scale(const Box& box, const std::vector<std::string>& colours);

  /// The whole file. `title` and `metadata` are not drawn: a title for who hears the page, and
  /// text for programs.
  std::string svg(const std::string& title, const std::string& metadata) const;

 private:
  double width_, height_;
  std::string body_;
};

/// "12.5", whatever the locale.
std::string number(double value);

}  // namespace raygen::cli
