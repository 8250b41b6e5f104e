#include "figure/page.hpp"

#include <charconv>

namespace raygen::cli {
namespace {

/// The usual fonts of print and screen, the last of which are on every Debian.
constexpr const char* fonts = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
constexpr const char* hatching =
    "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
    "<rect width=\"6\" height=\"6\" fill=\"#a9bdd2\"/>"
    "<path d=\"M-1.5 1.5l3 -3M0 6l6 -6M4.5 7.5l3 -3\" stroke=\"#6d8cad\" stroke-width=\"1\"/>"
    "</pattern></defs>\n";

std::string base64(const Bytes& bytes) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = bytes.size() - i < 3 ? bytes.size() - i : 3;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      text += j <= count ? alphabet[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

std::string escaped(const std::string& text) {
  std::string xml;
  for (const char c : text) {
    if (c == '&') {
      xml += "&amp;";
    } else if (c == '<') {
      xml += "&lt;";
    } else if (c == '>') {
      xml += "&gt;";
    } else if (c == '"') {
      xml += "&quot;";
    } else {
      xml += c;
    }
  }
  return xml;
}

/// name="value"
template <typename Value>
std::string attribute(const char* name, const Value& value) {
  std::string text = " ";
  text += name;
  text += "=\"";
  if constexpr (std::is_arithmetic_v<Value>)
    text += number(value);
  else
    text += escaped(value);
  return text += '"';
}

std::string place(const Box& box) {
  return attribute("x", box.x) + attribute("y", box.y) + attribute("width", box.width) +
         attribute("height", box.height);
}

/// Where on the page the corners of the cells lie.
class Corners {
 public:
  Corners(const Box& box, const Cells& cells)
      : box_(box), across_(box.width / cells.width), down_(box.height / cells.height) {}
  std::string x(std::int32_t column) const { return number(box_.x + column * across_); }
  std::string y(std::int32_t row) const { return number(box_.y + row * down_); }

 private:
  Box box_;
  double across_, down_;
};

/// Rectangles over the marked cells, a run of them each.
std::string area(const Box& box, const Cells& cells) {
  const Corners at(box, cells);
  std::string path;
  for (std::int32_t y = 0; y < cells.height; ++y) {
    for (std::int32_t x = 0; x < cells.width; ++x) {
      if (!cells.at(x, y)) continue;
      const std::int32_t begin = x;
      while (cells.at(x, y)) ++x;
      path += 'M' + at.x(begin) + ' ' + at.y(y) + 'H' + at.x(x) + 'V' + at.y(y + 1) + 'H' +
              at.x(begin) + 'Z';
    }
  }
  return path;
}

/// Lines between marked cells and others, a run each.
std::string border(const Box& box, const Cells& cells) {
  const Corners at(box, cells);
  std::string path;
  for (std::int32_t y = 0; y <= cells.height; ++y) {
    for (std::int32_t x = 0; x < cells.width; ++x) {
      const std::int32_t begin = x;
      while (cells.at(x, y - 1) != cells.at(x, y)) ++x;
      if (x > begin) path += 'M' + at.x(begin) + ' ' + at.y(y) + 'H' + at.x(x);
    }
  }
  for (std::int32_t x = 0; x <= cells.width; ++x) {
    for (std::int32_t y = 0; y < cells.height; ++y) {
      const std::int32_t begin = y;
      while (cells.at(x - 1, y) != cells.at(x, y)) ++y;
      if (y > begin) path += 'M' + at.x(x) + ' ' + at.y(begin) + 'V' + at.y(y);
    }
  }
  return path;
}

}  // namespace

std::string number(double value) {
  char digits[32];
  const auto [end, error] =
      std::to_chars(digits, digits + sizeof digits, value, std::chars_format::fixed, 2);
  std::string text(digits, error == std::errc() ? end : digits);
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

bool Cells::at(std::int32_t x, std::int32_t y) const {
  return x >= 0 && y >= 0 && x < width && y < height &&
         marked[static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                static_cast<std::size_t>(x)] != 0;
}

void Page::text(double x, double baseline, const std::string& line, const TextStyle& style) {
  body_ += "<text" + attribute("x", x) + attribute("y", baseline) +
           attribute("font-size", style.size) + attribute("fill", style.colour);
  if (std::string(style.anchor) != "start") body_ += attribute("text-anchor", style.anchor);
  if (style.bold) body_ += attribute("font-weight", "bold");
  if (style.upwards)
    body_ += attribute("transform", "rotate(-90 " + number(x) + ' ' + number(baseline) + ')');
  body_ += '>' + escaped(line) + "</text>\n";
}

void Page::picture(const Box& box, const Bytes& png) {
  body_ += "<image" + place(box) + " href=\"data:image/png;base64," + base64(png) + "\"/>\n";
}

void Page::frame(const Box& box) {
  body_ += "<rect" + place(box) + " fill=\"none\" stroke=\"#9a9a9a\" stroke-width=\"0.5\"/>\n";
}

void Page::hatch(const Box& box, const Cells& cells) {
  const std::string path = area(box, cells);
  if (!path.empty())
    body_ +=
        "<path" + attribute("d", path) + " fill=\"url(#hatch)\" shape-rendering=\"crispEdges\"/>\n";
}

void Page::outline(const Box& box, const Cells& cells) {
  const std::string path = border(box, cells);
  if (path.empty()) return;
  for (const char* stroke : {"#000\" stroke-width=\"3", "#ffd54a\" stroke-width=\"1.5"})
    body_ += "<path" + attribute("d", path) + " fill=\"none\" stroke-linecap=\"square\" stroke=\"" +
             stroke + "\"/>\n";
}

void Page::colour_scale(const Box& box, const std::vector<std::string>& colours) {
  body_ += "<linearGradient id=\"scale\" x1=\"0\" y1=\"1\" x2=\"0\" y2=\"0\">";
  for (std::size_t i = 0; i < colours.size(); ++i)
    body_ += "<stop" +
             attribute("offset", static_cast<double>(i) / static_cast<double>(colours.size() - 1)) +
             attribute("stop-color", colours[i]) + "/>";
  body_ += "</linearGradient>\n<rect" + place(box) +
           " fill=\"url(#scale)\" stroke=\"#9a9a9a\" stroke-width=\"0.5\"/>\n";
}

std::string Page::svg(const std::string& title, const std::string& metadata) const {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width_) +
         attribute("height", height_) +
         attribute("viewBox", "0 0 " + number(width_) + ' ' + number(height_)) +
         attribute("font-family", fonts) + ">\n<title>" + escaped(title) + "</title>\n<metadata>" +
         escaped(metadata) + "</metadata>\n" +
         (body_.find("#hatch") == std::string::npos ? "" : hatching) +
         "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n" + body_ + "</svg>\n";
}

}  // namespace raygen::cli
