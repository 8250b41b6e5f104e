#include "sheet.hpp"

#include "output_file.hpp"

#include <raygen/image.hpp>

#include <algorithm>

namespace raygen::cli {
namespace {

constexpr std::size_t most_images = 400;
constexpr std::uintmax_t most_bytes = 64 << 20;  // of one PNG
constexpr int cell = 192, gap = 12, line_height = 14, characters_a_line = 32, columns_at_most = 5;

std::string base64(const std::string& bytes) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      text += j <= count ? alphabet[group >> (18 - 6 * j) & 63] : '=';
  }
  return text;
}

/// A browser shows PNG: another file of ours becomes one.
std::string png_of(const std::filesystem::path& file) {
  if (file.extension() == ".png") return read_file(file, most_bytes);
  const std::vector<std::uint8_t> png = Image::read(file.string()).encode_png();
  return {png.begin(), png.end()};
}

std::string escaped(const std::string& text) {
  std::string xml;
  for (const char c : text) {
    if (c == '&') {
      xml += "&amp;";
    } else if (c == '<') {
      xml += "&lt;";
    } else if (static_cast<unsigned char>(c) >=
               0x20) {  // XML has no other control characters than white space
      xml += c;
    }
  }
  return xml;
}

std::size_t characters(const std::string& utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Broken at spaces.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line, word;
  const auto end_word = [&] {
    if (!line.empty() && characters(line) + 1 + characters(word) > characters_a_line) {
      lines.push_back(line);
      line.clear();
    }
    if (!line.empty() && !word.empty()) line += ' ';
    line += word;
    word.clear();
  };
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  if (!line.empty()) lines.push_back(line);
  return lines;
}

}  // namespace

void check_sheet(std::size_t images) {
  if (images > most_images)
    throw Error(Status::limit, "--sheet: " + std::to_string(images) + " images; at most " +
                                   std::to_string(most_images) + " go on a page");
}

std::string labelled_sheet(const std::vector<LabelledImage>& images, std::int32_t size) {
  const int side = std::clamp<int>(size, cell, 2 * cell);
  const int columns = std::min<int>(columns_at_most, static_cast<int>(images.size()));
  std::size_t most_lines = 1;
  for (const LabelledImage& image : images)
    most_lines = std::max(most_lines, lines_of(image.label).size());
  const int row_height = side + gap + line_height * static_cast<int>(most_lines) + gap;
  const int rows = (static_cast<int>(images.size()) + columns - 1) / columns;
  const auto text = [](int value) { return std::to_string(value); };

  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" +
                    text(gap + columns * (side + gap)) + "\" height=\"" +
                    text(gap + rows * row_height) +
                    "\" font-family=\"sans-serif\" font-size=\"11\">\n" +
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  for (std::size_t i = 0; i < images.size(); ++i) {
    const int x = gap + static_cast<int>(i) % columns * (side + gap),
              y = gap + static_cast<int>(i) / columns * row_height;
    svg += "<image x=\"" + text(x) + "\" y=\"" + text(y) + "\" width=\"" + text(side) +
           "\" height=\"" + text(side) + "\" href=\"data:image/png;base64," +
           base64(png_of(images[i].file)) + "\"/>\n";
    int baseline = y + side + gap;
    for (const std::string& line : lines_of(images[i].label)) {
      svg +=
          "<text x=\"" + text(x) + "\" y=\"" + text(baseline) + "\">" + escaped(line) + "</text>\n";
      baseline += line_height;
    }
  }
  return svg + "</svg>\n";
}

}  // namespace raygen::cli
