#pragma once
// DICOM files put together by hand, for what DCMTK does not write: JPEG 2000, UN, no preamble.

#include <cstdint>
#include <string>
#include <vector>

namespace raygen::engine {

inline std::string little_endian(std::uint64_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

struct RawDicom {
  std::string syntax = "1.2.840.10008.1.2.1";
  std::uint16_t columns = 16, rows = 16, samples = 1, bits_allocated = 8, bits_stored = 8;
  bool is_signed = false, all_un = false, preamble = true, meta = true;
  std::string photometric = "MONOCHROME2";
  std::string other{};                   // elements between these and the pixels, as they are
  std::string pixels{};                  // uncompressed
  std::vector<std::string> fragments{};  // or compressed

  static std::string element(std::uint32_t tag, const char* vr, std::string value) {
    if (value.size() % 2 != 0) value += ' ';
    const std::string name(vr);
    const bool is_long = name == "UN" || name == "OB" || name == "OW" || name == "SQ";
    return little_endian(tag >> 16, 2) + little_endian(tag & 0xffff, 2) + name +
           (is_long ? little_endian(0, 2) + little_endian(value.size(), 4)
                    : little_endian(value.size(), 2)) +
           value;
  }

  std::string bytes() const {
    std::string file = preamble ? std::string(128, '\0') + "DICM" : std::string();
    if (meta) file += element(0x00020010, "UI", syntax + '\0');
    file += element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.1");
    const auto number = [&](std::uint32_t tag, std::uint64_t value) {
      file += element(tag, all_un ? "UN" : "US", little_endian(value, 2));
    };
    number(0x00280002, samples);
    file += element(0x00280004, all_un ? "UN" : "CS", photometric);
    if (samples == 3) number(0x00280006, 0);
    number(0x00280010, rows), number(0x00280011, columns);
    number(0x00280100, bits_allocated), number(0x00280101, bits_stored);
    number(0x00280102, bits_stored - 1U), number(0x00280103, is_signed ? 1 : 0);
    file += other;
    if (fragments.empty()) return file + element(0x7fe00010, all_un ? "UN" : "OW", pixels);
    file += little_endian(0x7fe0, 2) + little_endian(0x10, 2) + "OB" + little_endian(0, 2) +
            little_endian(0xffffffff, 4);
    file += item({});
    for (const std::string& fragment : fragments) file += item(fragment);
    return file + little_endian(0xe0ddfffe, 4) + little_endian(0, 4);
  }

  static std::string item(std::string content) {
    if (content.size() % 2 != 0) content += '\0';
    return little_endian(0xe000fffe, 4) + little_endian(content.size(), 4) + content;
  }
};

}  // namespace raygen::engine
