#pragma once
// Small files of the formats that are read, written byte by byte, for tests and the fuzz target.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace raygen::engine {

inline std::string big(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i));
  return out;
}
inline std::string little(std::uint32_t value, int bytes) {
  const std::string out = big(value, bytes);
  return {out.rbegin(), out.rend()};
}
inline std::string zeros(std::size_t bytes) { return std::string(bytes, '\0'); }

/// CRC-32 as PNG defines it.
inline std::uint32_t png_crc(std::string_view bytes) {
  std::uint32_t sum = 0xffffffffU;
  for (const char c : bytes) {
    sum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~sum;
}
/// `png` with one more chunk behind its header, or before its end.
inline std::string with_chunk(std::string png, const std::string& type, const std::string& data,
                              bool at_end = false) {
  constexpr std::size_t header_end = 33, last_chunk = 12;
  return png.insert(
      at_end ? png.size() - last_chunk : header_end,
      big(static_cast<std::uint32_t>(data.size()), 4) + type + data + big(png_crc(type + data), 4));
}

/// EXIF with three entries, of which the second is the orientation.
inline std::string exif_data(std::uint32_t orientation, bool little_endian) {
  const auto number = [&](std::uint32_t value, int bytes) {
    return little_endian ? little(value, bytes) : big(value, bytes);
  };
  const auto entry = [&](std::uint32_t tag, std::uint32_t value) {
    return number(tag, 2) + number(3, 2) + number(1, 4) + number(value, 2) + number(0, 2);
  };
  return std::string(little_endian ? "II" : "MM") + number(42, 2) + number(8, 4) + number(3, 2) +
         entry(0x0100, 16) + entry(0x0112, orientation) + entry(0x0128, 2) + number(0, 4);
}
/// `jpeg` with a segment behind its first marker.
inline std::string with_segment(std::string jpeg, std::uint32_t marker, const std::string& data) {
  return jpeg.insert(2,
                     big(marker, 2) + big(static_cast<std::uint32_t>(data.size()) + 2, 2) + data);
}

/// Rows of samples, `channels` to a pixel: what a file is to show, in 0..255.
struct Picture {
  std::uint32_t width = 0, height = 0, channels = 1;
  std::vector<std::uint8_t> samples;
};
inline Picture test_picture(std::uint32_t width, std::uint32_t height, std::uint32_t channels) {
  Picture picture{width, height, channels, {}};
  for (std::uint32_t i = 0; i < width * height * channels; ++i)
    picture.samples.push_back(static_cast<std::uint8_t>(i * 37 + i / 5));
  return picture;
}

/// A channel of 8 bits with a grey palette, or three of 24 bits.
inline std::string bmp(const Picture& picture, bool top_down = false) {
  const std::uint32_t palette = picture.channels == 1 ? 256 : 0,
                      row = (picture.width * picture.channels + 3) / 4 * 4,
                      offset = 54 + 4 * palette;
  std::string out = std::string("BM") + little(offset + row * picture.height, 4) + little(0, 4) +
                    little(offset, 4) + little(40, 4) + little(picture.width, 4) +
                    little(top_down ? 0 - picture.height : picture.height, 4) + little(1, 2) +
                    little(8 * picture.channels, 2) + little(0, 4) +
                    little(row * picture.height, 4) + zeros(16);
  for (std::uint32_t i = 0; i < palette; ++i) out += little(i * 0x010101, 4);
  for (std::uint32_t line = 0; line < picture.height; ++line) {
    const std::uint32_t y = top_down ? line : picture.height - 1 - line;
    for (std::uint32_t x = 0; x < picture.width; ++x)
      for (std::uint32_t c = 0; c < picture.channels; ++c)
        out += static_cast<char>(
            picture.samples[(y * picture.width + x) * picture.channels + picture.channels - 1 - c]);
    out.append(row - picture.width * picture.channels, '\0');
  }
  return out;
}

inline std::string pnm(char kind, std::uint32_t width, std::uint32_t height, std::uint32_t white,
                       const std::vector<std::uint32_t>& samples) {
  std::string out = std::string("P") + kind + "\n# a comment\n" + std::to_string(width) + " " +
                    std::to_string(height) + "\n" + std::to_string(white) + "\n";
  for (const std::uint32_t sample : samples) {
    if (kind <= '3')
      out += std::to_string(sample) + "\n";
    else
      out += big(sample, white > 255 ? 2 : 1);
  }
  if (kind <= '3') out.pop_back();
  return out;
}

struct TgaKind {
  bool run_length = false, footer = false, top_down = true, from_right = false;
};
inline std::string tga(const Picture& picture, const TgaKind& kind = {}) {
  const std::uint32_t type = (picture.channels == 1 ? 3 : 2) + (kind.run_length ? 8 : 0);
  std::string out = little(0, 2) + little(type, 1) + zeros(9) + little(picture.width, 2) +
                    little(picture.height, 2) + little(8 * picture.channels, 1) +
                    little((kind.top_down ? 0x20 : 0) | (kind.from_right ? 0x10 : 0), 1);
  const std::uint32_t pixels = picture.width * picture.height;
  for (std::uint32_t i = 0; i < pixels; ++i) {
    const std::uint32_t line = i / picture.width, column = i % picture.width;
    const std::uint32_t y = kind.top_down ? line : picture.height - 1 - line,
                        x = kind.from_right ? picture.width - 1 - column : column;
    if (kind.run_length && i % 128 == 0) {
      const std::uint32_t count = pixels - i < 128 ? pixels - i : 128;
      out += static_cast<char>(count - 1);
    }
    for (std::uint32_t c = 0; c < picture.channels; ++c)
      out += static_cast<char>(
          picture.samples[(y * picture.width + x) * picture.channels + picture.channels - 1 - c]);
  }
  if (kind.footer) out += zeros(8) + std::string("TRUEVISION-XFILE.\0", 18);
  return out;
}

/// Greys of 0..127, doubled by the palette; codes are never combined.
inline std::string gif(const Picture& picture, int pictures = 1) {
  std::string out =
      "GIF89a" + little(picture.width, 2) + little(picture.height, 2) + std::string("\xf6\0\0", 3);
  for (std::uint32_t i = 0; i < 128; ++i) out += little(i * 2 * 0x010101, 3);
  for (int n = 0; n < pictures; ++n) {
    out += std::string(",") + little(0, 4) + little(picture.width, 2) + little(picture.height, 2) +
           std::string("\0\x07", 2);
    std::string codes;
    for (std::size_t i = 0; i < picture.samples.size(); ++i) {
      if (i % 100 == 0) codes += '\x80';  // before codes become longer than 8 bits
      codes += static_cast<char>(picture.samples[i] / 2);
    }
    codes += '\x81';
    for (std::size_t at = 0; at < codes.size(); at += 255) {
      const std::string block = codes.substr(at, 255);
      out += static_cast<char>(block.size()) + block;
    }
    out += '\0';
  }
  return out + ";";
}

/// Three equal channels of 8 bits, plain or in runs, or of 16.
inline std::string psd(std::uint32_t width, std::uint32_t height,
                       const std::vector<std::uint32_t>& samples, int bits, bool runs = false) {
  std::string out = std::string("8BPS") + big(1, 2) + big(0, 6) + big(3, 2) + big(height, 4) +
                    big(width, 4) + big(static_cast<std::uint32_t>(bits), 2) + big(3, 2) +
                    big(0, 4) + big(0, 4) + big(0, 4) + big(runs ? 1 : 0, 2);
  for (std::uint32_t line = 0; runs && line < 3 * height; ++line) out += big(width + 1, 2);
  for (int channel = 0; channel < 3; ++channel) {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (runs && i % width == 0) out += static_cast<char>(width - 1);
      out += big(samples[i], bits / 8);
    }
  }
  return out;
}

}  // namespace raygen::engine
